/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/planning.h"

/* The first of the signatures that the senders' own domain makes; signetd has room for no other. */
static const struct signature *
own_signature(const struct senders *senders)
{
	for (size_t i = 0; i < senders->count; i++) {
		if (slice_equal(senders->signatures[i].domain, senders->domain))
			return &senders->signatures[i];
	}
	return NULL;
}

static enum status
add_own(struct planning *p, const struct senders *at, const struct senders *below)
{
	const struct signature *here = own_signature(at);
	const struct signature *there = own_signature(below);
	enum status status = STATUS_OK;

	if (here != NULL && signature_is_among(below, here))
		return planning_add_key(p, here, MATCH_DOMAIN_AND_SUBDOMAINS);
	if (here != NULL)
		status = planning_add_key(p, here, MATCH_DOMAIN_ONLY);
	if (there != NULL && status == STATUS_OK)
		status = planning_add_key(p, there, MATCH_SUBDOMAINS_ONLY);
	return status;
}

enum status
planning_add_own(struct planning *p)
{
	struct plan *plan = p->plan;
	enum status status = STATUS_OK;

	for (size_t i = 0; i + 1 < plan->sender_count && status == STATUS_OK; i++) {
		if (!plan->senders[i].is_below)
			status = add_own(p, &plan->senders[i], &plan->senders[i + 1]);
	}
	return status;
}
