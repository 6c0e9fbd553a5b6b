/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/planning.h"

#include "keys/domain.h"

static bool
is_at_or_below(struct slice domain, struct slice top)
{
	while (domain.len > top.len)
		domain = domain_parent(domain);
	return slice_equal(domain, top);
}

/* Has everybody whose mail is signed at all this signature? */
static bool
is_everybodys(const struct plan *plan, const struct signature *signature)
{
	for (size_t i = 0; i < plan->sender_count; i++) {
		const struct senders *senders = &plan->senders[i];

		if (senders->count > 0 && !signature_is_among(senders, signature))
			return false;
	}
	return true;
}

static bool
is_in_also(const struct plan *plan, const struct signature *signature)
{
	for (size_t i = 0; i < plan->also_count; i++) {
		if (slice_equal(plan->also_sign[i]->domain, signature->domain))
			return true;
	}
	return false;
}

/* The key at its own domain, whatever it matches there; NULL: none yet. */
static struct plan_key *
find_own(const struct plan *plan, struct slice domain)
{
	for (size_t i = 0; i < plan->key_count; i++) {
		if (slice_equal(plan->keys[i].domain, domain))
			return &plan->keys[i];
	}
	return NULL;
}

/* also_sign takes what signs mail from that very domain: it must be this key. */
static enum status
find_or_add(struct planning *p, const struct signature *signature)
{
	struct plan *plan = p->plan;
	struct plan_key *found = find_own(plan, signature->domain);
	enum status status = STATUS_OK;

	if (found != NULL && found->key != signature->key)
		return STATUS_OK;
	if (found != NULL && found->domain_match == MATCH_SUBDOMAINS_ONLY)
		found->domain_match = MATCH_DOMAIN_AND_SUBDOMAINS;
	if (found == NULL) {
		found = &plan->keys[plan->key_count];
		status = planning_add_key(p, signature, MATCH_DOMAIN_ONLY);
	}
	if (status == STATUS_OK)
		plan->also_sign[plan->also_count++] = found;
	return status;
}

static enum status
add_also(struct planning *p, const struct senders *senders)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < senders->count && status == STATUS_OK; i++) {
		const struct signature *signature = &senders->signatures[i];

		if (p->plan->also_count < PLAN_ALSO_MAX &&
		    !is_at_or_below(senders->domain, signature->domain) &&
		    !is_in_also(p->plan, signature) && is_everybodys(p->plan, signature))
			status = find_or_add(p, signature);
	}
	return status;
}

/* Senders whom no rule names come first: what signs their mail may sign alone. */
enum status
planning_add_also(struct planning *p)
{
	struct plan *plan = p->plan;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < plan->sender_count && status == STATUS_OK; i++)
		status = add_also(p, &plan->senders[i]);
	plan->has_fallback = plan->also_count > 0 && plan->senders[0].count > 0;
	return status;
}
