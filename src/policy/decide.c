/* SPDX-License-Identifier: ISC */
#include "policy/decide.h"

#include "keys/domain.h"

/* Until rules choose another. */
#define ORG SLICE_LITERAL("main")

const struct word identity_words[] = {
	{ IDENTITY_HEADER_FROM, "header-from" },
	{ IDENTITY_ENVELOPE_FROM, "envelope-from" },
	{ 0, NULL },
};

/* All that a rule may look at. */
struct question {
	const struct decide_settings *settings;
	const struct decide_facts *facts;
	const struct match_source *source;
};

static void
note(struct verdict *verdict, const char *rule, const char *answer)
{
	if (verdict->step_count < DECIDE_STEP_MAX)
		verdict->steps[verdict->step_count++] = (struct decide_step){ rule, answer };
}

/* ---- is it ours? one yes is enough ---- */

static bool
is_from_outbound_listener(const struct question *q)
{
	return q->facts->is_outbound_listener;
}

static bool
is_from_login(const struct question *q)
{
	return q->facts->login.len > 0 || q->facts->auth_type.len > 0;
}

static bool
is_from_trusted_client(const struct question *q)
{
	const struct network *client = q->facts->client;

	if (client == NULL)
		return q->settings->is_local_trusted;
	for (size_t i = 0; i < q->settings->trusted_count; i++) {
		if (network_has(&q->settings->trusted_networks[i], client))
			return true;
	}
	return false;
}

static const struct {
	const char *rule;
	bool (*is_ours)(const struct question *q);
} origins[] = {
	{ "listener", is_from_outbound_listener },
	{ "login", is_from_login },
	{ "client", is_from_trusted_client },
};

static bool
is_ours(const struct question *q, struct verdict *verdict)
{
	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		bool yes = origins[i].is_ours(q);

		note(verdict, origins[i].rule, yes ? "yes" : "no");
		if (yes)
			return true;
	}
	return false;
}

/* ---- is it fit, and who signs it? the first rule with a reason ends it ---- */

/* "Go on": no reason has this value. */
#define PASS ((enum reason)0)

static enum reason
judge_size(const struct question *q, struct verdict *verdict)
{
	(void)verdict;
	return q->facts->is_header_too_large ? REASON_HEADER_TOO_LARGE : PASS;
}

/* RFC 5322 §3.6: exactly one. Of several, readers and verifiers may take different ones. */
static enum reason
judge_from_count(const struct question *q, struct verdict *verdict)
{
	(void)verdict;
	if (q->facts->from_count > 1)
		return REASON_SEVERAL_FROM;
	return q->facts->from_count == 0 ? REASON_NO_FROM : PASS;
}

/* The sender's domain as keys know it; NOT_FOUND for what is none, such as an address literal. */
static enum status
normalize_sender(struct slice domain, char ret_sender[DOMAIN_MAX + 1])
{
	enum status status = domain_normalize(domain, ret_sender);

	return status == STATUS_INVALID || status == STATUS_TOO_LARGE ? STATUS_NOT_FOUND : status;
}

/* One mailbox with a domain is enough. A failure of ours is no fault of From: the keys meet it. */
static enum reason
judge_from_form(const struct question *q, struct verdict *verdict)
{
	enum status status = STATUS_NOT_FOUND;

	for (size_t i = 0; i < q->facts->sender_count && status == STATUS_NOT_FOUND; i++)
		status = normalize_sender(q->facts->senders[i], verdict->sender);
	return q->facts->is_from_valid && status != STATUS_NOT_FOUND ? PASS : REASON_BAD_FROM;
}

static enum status
match_sender(const struct question *q, struct slice domain, struct verdict *verdict)
{
	enum status status = normalize_sender(domain, verdict->sender);

	if (status != STATUS_OK)
		return status;
	return match_find(q->source, verdict->org, slice_from_text(verdict->sender), &verdict->keys);
}

/* The first mailbox of From that has a key (RFC 5322 §3.6.2 allows several mailboxes). */
static enum status
match_header_from(const struct question *q, struct verdict *verdict)
{
	enum status status = STATUS_NOT_FOUND;

	for (size_t i = 0; i < q->facts->sender_count && status == STATUS_NOT_FOUND; i++)
		status = match_sender(q, q->facts->senders[i], verdict);
	return status;
}

static enum status
match_envelope_from(const struct question *q, struct verdict *verdict)
{
	if (q->facts->envelope_domain.len == 0)
		return STATUS_NOT_FOUND;
	return match_sender(q, q->facts->envelope_domain, verdict);
}

static enum status
match_identity(const struct question *q, enum identity identity, struct verdict *verdict)
{
	verdict->identity = identity;
	return identity == IDENTITY_HEADER_FROM ? match_header_from(q, verdict)
	                                        : match_envelope_from(q, verdict);
}

static enum reason
judge_keys(const struct question *q, struct verdict *verdict)
{
	enum status status = STATUS_NOT_FOUND;

	for (size_t i = 0; i < q->settings->identity_count && status == STATUS_NOT_FOUND; i++)
		status = match_identity(q, q->settings->identities[i], verdict);
	if (status == STATUS_OK)
		return REASON_SIGNED;
	if (status == STATUS_NOT_FOUND)
		return REASON_NO_KEY;
	return status == STATUS_NO_MEMORY ? REASON_INTERNAL_ERROR : REASON_VIEW_ERROR;
}

static const struct {
	const char *rule;
	enum reason (*judge)(const struct question *q, struct verdict *verdict);
} rules[] = {
	{ "header-size", judge_size },
	{ "from-count", judge_from_count },
	{ "from-form", judge_from_form },
	{ "keys", judge_keys },
};

/* The last rule always has a reason. */
static enum reason
judge(const struct question *q, struct verdict *verdict)
{
	enum reason reason = PASS;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && reason == PASS; i++) {
		reason = rules[i].judge(q, verdict);
		note(verdict, rules[i].rule, reason == PASS ? "pass" : reason_row(reason)->word);
	}
	return reason;
}

void
decide(const struct decide_settings *settings, const struct decide_facts *facts,
    const struct match_source *source, struct verdict *ret_verdict)
{
	struct question q = { settings, facts, source };

	*ret_verdict = (struct verdict){ .org = ORG };
	ret_verdict->reason = is_ours(&q, ret_verdict) ? judge(&q, ret_verdict) : REASON_NOT_OURS;
	ret_verdict->decision = reason_row(ret_verdict->reason)->decision;
}
