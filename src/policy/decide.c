/* SPDX-License-Identifier: ISC */
#include "policy/question.h"

#include "keys/domain.h"
#include "keys/org.h"
#include "policy/rule.h"

static const struct word unverified_words[] = {
	{ UNVERIFIED_ACCEPT, "accept" },
	{ UNVERIFIED_FALLBACK, "fallback" },
	{ UNVERIFIED_TEMPFAIL, "tempfail" },
	{ UNVERIFIED_REJECT, "reject" },
	{ 0, NULL },
};

void
question_note(struct verdict *verdict, const char *rule, const char *answer, unsigned line)
{
	if (verdict->step_count < DECIDE_STEP_MAX)
		verdict->steps[verdict->step_count++] = (struct decide_step){ rule, answer, line };
}

enum status
question_normalize(struct slice domain, char ret_domain[DOMAIN_MAX + 1])
{
	enum status status = domain_normalize(domain, ret_domain);

	return status == STATUS_INVALID || status == STATUS_TOO_LARGE ? STATUS_NOT_FOUND : status;
}

/* ---- is it ours? one yes is enough ---- */

/* A login, or at least the kind of one. */
static bool
is_from_login(const struct question *q)
{
	return q->facts->login.len > 0 || q->facts->auth_type.len > 0;
}

static bool
holds_any(const struct question *q, const struct decide_rules *rules, const char *name,
    struct verdict *verdict)
{
	const struct decide_rule *rule = rule_find(rules, q->facts);

	question_note(verdict, name, rule != NULL ? "yes" : "no", rule != NULL ? rule->line : 0);
	return rule != NULL;
}

static bool
asks_login(const struct question *q, struct verdict *verdict)
{
	question_note(verdict, "login", is_from_login(q) ? "yes" : "no", 0);
	return is_from_login(q);
}

static bool
is_ours(const struct question *q, struct verdict *verdict)
{
	const struct decide_settings *settings = q->settings;

	return holds_any(q, &settings->outbound_listeners, "listener", verdict) ||
	    holds_any(q, &settings->outbound_daemons, "daemon-name", verdict) ||
	    asks_login(q, verdict) || holds_any(q, &settings->trusted_networks, "client", verdict);
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

/* One mailbox with a domain is enough. A failure of ours is no fault of From: the keys meet it. */
static enum reason
judge_from_form(const struct question *q, struct verdict *verdict)
{
	enum status status = STATUS_NOT_FOUND;

	for (size_t i = 0; i < q->facts->sender_count && status == STATUS_NOT_FOUND; i++)
		status = question_normalize(q->facts->senders[i], verdict->sender);
	return q->facts->is_from_valid && status != STATUS_NOT_FOUND ? PASS : REASON_BAD_FROM;
}

static enum reason
reason_of(enum status status, enum reason found)
{
	if (status == STATUS_OK)
		return found;
	if (status == STATUS_NOT_FOUND)
		return REASON_NO_KEY;
	return status == STATUS_NO_MEMORY ? REASON_INTERNAL_ERROR : REASON_VIEW_ERROR;
}

/* A login that is bound to some domains uses no other. */
static enum reason
judge_login(const struct question *q, struct verdict *verdict)
{
	enum status status = login_check(q, verdict);

	if (status == STATUS_OK)
		return PASS;
	return status == STATUS_REFUSED ? REASON_LOGIN_DOMAIN : REASON_INTERNAL_ERROR;
}

static enum reason
judge_keys(const struct question *q, struct verdict *verdict)
{
	return reason_of(identity_add(q, verdict), REASON_SIGNED);
}

static const enum decision unverified_decisions[] = {
	[UNVERIFIED_ACCEPT] = DECISION_SKIP,
	[UNVERIFIED_FALLBACK] = DECISION_SKIP, /* when also_sign has no key either */
	[UNVERIFIED_TEMPFAIL] = DECISION_TEMPFAIL,
	[UNVERIFIED_REJECT] = DECISION_REJECT,
};

/*
 * What a mail server itself says, a bounce say: refused, it would be lost, and
 * nobody would learn of it. Who is logged in is no mail server.
 */
static bool
is_notice(const struct question *q)
{
	return q->facts->is_null_sender && !is_from_login(q);
}

/* What the configuration wants of mail whose sender has no key. */
static enum unverified
find_unverified(const struct question *q, struct verdict *verdict)
{
	enum unverified unverified = q->org->unverified;

	if (unverified == UNVERIFIED_ACCEPT || unverified == UNVERIFIED_FALLBACK || !is_notice(q))
		return unverified;
	question_note(verdict, "null-sender", "yes", 0);
	return UNVERIFIED_ACCEPT;
}

/* No key for the sender. */
static void
settle_unverified(const struct question *q, struct verdict *verdict)
{
	enum unverified unverified = find_unverified(q, verdict);

	question_note(verdict, "unverified-domain", word_text(unverified_words, (int)unverified),
	    q->org->unverified_line);
	if (unverified == UNVERIFIED_FALLBACK)
		verdict->reason = reason_of(identity_add_also(q, verdict), REASON_FALLBACK);
	verdict->decision = verdict->reason == REASON_NO_KEY
	    ? unverified_decisions[unverified]
	    : reason_row(verdict->reason)->decision;
}

/* The sender has its keys; the provider's sign beside them. */
static void
settle_signed(const struct question *q, struct verdict *verdict)
{
	verdict->reason = reason_of(identity_add_also(q, verdict), REASON_SIGNED);
	verdict->decision = reason_row(verdict->reason)->decision;
}

/* Mail that would be signed may not be fit for it. What has no flaw is not asked about. */
static void
settle_fitness(const struct decide_settings *settings, flaw_set flaws, struct verdict *verdict)
{
	enum reason reason;
	bool is_unfit = fitness_judge(&settings->fitness, flaws, &reason);

	if (flaws == 0)
		return;
	question_note(verdict, "fit", is_unfit ? reason_row(reason)->word : "pass",
	    is_unfit ? fitness_line(&settings->fitness, reason) : 0);
	if (!is_unfit)
		return;
	verdict->reason = reason;
	verdict->decision = fitness_decision(&settings->fitness, reason);
	if (verdict->decision == DECISION_REJECT && verdict->is_notice)
		verdict->decision = DECISION_SKIP;
}

static const struct {
	const char *rule;
	enum reason (*judge)(const struct question *q, struct verdict *verdict);
} rules[] = {
	{ "header-size", judge_size },
	{ "from-count", judge_from_count },
	{ "from-form", judge_from_form },
	{ NULL, judge_login }, /* which notes itself whom it asked */
	{ "keys", judge_keys },
};

/* The last rule always has a reason. */
static void
judge(const struct question *q, struct verdict *verdict)
{
	enum reason reason = PASS;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]) && reason == PASS; i++) {
		reason = rules[i].judge(q, verdict);
		if (rules[i].rule != NULL)
			question_note(verdict, rules[i].rule,
			    reason == PASS ? "pass" : reason_row(reason)->word, 0);
	}
	verdict->reason = reason;
	verdict->decision = fitness_decision(&q->settings->fitness, reason);
	if (reason == REASON_SIGNED)
		settle_signed(q, verdict);
	else if (reason == REASON_NO_KEY)
		settle_unverified(q, verdict);
	else if (reason == REASON_LOGIN_DOMAIN)
		verdict->decision = q->settings->binding_decision;
	verdict->is_notice = is_notice(q);
	if (verdict->decision == DECISION_SIGN)
		settle_fitness(q->settings, q->facts->flaws, verdict);
	if (verdict->decision == DECISION_SIGN)
		organization_rewrite(q, verdict);
}

void
decide(const struct decide_settings *settings, const struct decide_facts *facts,
    const struct match_source *source, struct verdict *ret_verdict)
{
	struct question q = { settings, facts, source, &settings->all };

	memset(ret_verdict, 0, offsetof(struct verdict, signatures));
	memcpy(ret_verdict->org, ORG_DEFAULT, sizeof(ORG_DEFAULT));
	ret_verdict->reason = REASON_NOT_OURS;
	ret_verdict->decision = DECISION_SKIP;
	if (is_ours(&q, ret_verdict)) {
		organization_find(&q, ret_verdict);
		q.org = organization_settings(settings, slice_from_text(ret_verdict->org));
		judge(&q, ret_verdict);
	}
	if (ret_verdict->decision != DECISION_SIGN)
		ret_verdict->signature_count = 0;
	reason_reply(ret_verdict->reason, ret_verdict->decision, ret_verdict->sender,
	    &ret_verdict->reply);
}

bool
decide_fitness(const struct decide_settings *settings, flaw_set flaws, struct verdict *verdict)
{
	settle_fitness(settings, flaws, verdict);
	if (verdict->decision == DECISION_SIGN)
		return true;
	verdict->signature_count = 0;
	reason_reply(verdict->reason, verdict->decision, verdict->sender, &verdict->reply);
	return false;
}

void
decide_name_flaw(struct verdict *verdict, const struct measure *measure)
{
	struct buf text;

	if (verdict->decision != DECISION_REJECT)
		return;
	buf_init_fixed(&text, verdict->reply.text, sizeof(verdict->reply.text));
	if (fitness_put_text(verdict->reason, measure, &text))
		(void)buf_text(&text);
}

void
decide_already_signed(struct verdict *verdict)
{
	verdict->reason = REASON_ALREADY_SIGNED;
	verdict->decision = reason_row(verdict->reason)->decision;
}

void
decide_fail(struct verdict *verdict, enum reason reason)
{
	question_note(verdict, "signing", reason_row(reason)->word, 0);
	verdict->reason = reason;
	verdict->decision = reason_row(reason)->decision;
	reason_reply(reason, verdict->decision, verdict->sender, &verdict->reply);
}
