/* SPDX-License-Identifier: ISC */
#include "policy/question.h"

#include "keys/org.h"

const struct word identity_words[] = {
	{ IDENTITY_HEADER_FROM, "header-from" },
	{ IDENTITY_ENVELOPE_FROM, "envelope-from" },
	{ IDENTITY_ALSO_SIGN, "also-sign" },
	{ 0, NULL },
};

/* ---- what signs ---- */

/* A record signs by its name in DNS: two organizations may share it. */
static bool
has_signature(const struct verdict *verdict, const struct match_choice *key)
{
	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct match_choice *other = &verdict->signatures[i].key;

		if (strcmp(other->domain, key->domain) == 0 &&
		    strcmp(other->entry.selector, key->entry.selector) == 0)
			return true;
	}
	return false;
}

static void
add_keys(struct verdict *verdict, enum identity identity, const struct match_choices *keys, size_t max)
{
	for (size_t i = 0; i < keys->count && verdict->signature_count < max; i++) {
		struct decide_signature *signature;

		if (has_signature(verdict, &keys->choices[i]))
			continue;
		signature = &verdict->signatures[verdict->signature_count++];
		signature->identity = identity;
		signature->key = keys->choices[i];
	}
}

/* ---- the sender's own ---- */

/* What also_sign may need is left free. */
static size_t
own_max(const struct question *q)
{
	return DECIDE_SIGNATURE_MAX - ALGORITHM_COUNT * q->org->also_count;
}

static enum status
add_sender(const struct question *q, enum identity identity, struct slice domain,
    struct verdict *verdict)
{
	bool is_first = verdict->signature_count == 0;
	char sender[DOMAIN_MAX + 1];
	struct match_choices keys;
	enum status status = question_normalize(domain, sender);

	if (status == STATUS_OK)
		status = match_find(
		    q->source, slice_from_text(verdict->org), slice_from_text(sender), &keys);
	if (status != STATUS_OK)
		return status;
	add_keys(verdict, identity, &keys, own_max(q));
	if (is_first)
		memcpy(verdict->sender, sender, sizeof(sender));
	return STATUS_OK;
}

/* RFC 5322 §3.6.2 allows several mailboxes. */
static struct slice
sender_at(const struct question *q, enum identity identity, size_t i)
{
	if (identity == IDENTITY_HEADER_FROM)
		return i < q->facts->sender_count ? q->facts->senders[i] : SLICE_EMPTY;
	return i == 0 ? q->facts->envelope_domain : SLICE_EMPTY;
}

static bool
is_enough(const struct question *q, const struct verdict *verdict)
{
	return verdict->signature_count >= (q->settings->wants_all_identities ? own_max(q) : 1);
}

static enum status
add_identity(const struct question *q, enum identity identity, struct verdict *verdict)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; status == STATUS_OK && !is_enough(q, verdict); i++) {
		struct slice domain = sender_at(q, identity, i);

		if (domain.len == 0)
			break;
		status = add_sender(q, identity, domain, verdict);
		if (status == STATUS_NOT_FOUND)
			status = STATUS_OK;
	}
	return status;
}

/* Whose key is missing: not From's, where the envelope alone signs. */
static void
name_missing(const struct question *q, struct verdict *verdict)
{
	char sender[DOMAIN_MAX + 1];

	if (q->settings->identity_count == 1 && q->settings->identities[0] == IDENTITY_ENVELOPE_FROM &&
	    question_normalize(q->facts->envelope_domain, sender) == STATUS_OK)
		memcpy(verdict->sender, sender, sizeof(sender));
}

enum status
identity_add(const struct question *q, struct verdict *verdict)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < q->settings->identity_count && status == STATUS_OK; i++)
		status = add_identity(q, q->settings->identities[i], verdict);
	if (status != STATUS_OK)
		return status;
	if (verdict->signature_count > 0)
		return STATUS_OK;
	name_missing(q, verdict);
	return STATUS_NOT_FOUND;
}

/* ---- the provider's ---- */

static enum status
add_provider(const struct question *q, const struct decide_text *also, struct verdict *verdict)
{
	struct match_choices keys;
	enum status status =
	    match_find(q->source, SLICE_LITERAL(ORG_DEFAULT), also->text, &keys);

	if (status == STATUS_OK)
		add_keys(verdict, IDENTITY_ALSO_SIGN, &keys, DECIDE_SIGNATURE_MAX);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		question_note(verdict, "also-sign",
		    reason_row(status == STATUS_OK ? REASON_SIGNED : REASON_NO_KEY)->word, also->line);
	return status;
}

enum status
identity_add_also(const struct question *q, struct verdict *verdict)
{
	for (size_t i = 0; i < q->org->also_count; i++) {
		enum status status = add_provider(q, &q->org->also_sign[i], verdict);

		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return status;
	}
	return verdict->signature_count > 0 ? STATUS_OK : STATUS_NOT_FOUND;
}
