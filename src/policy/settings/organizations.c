/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

#include <stdlib.h>

#include "keys/domain.h"

static enum status
read_domain(struct reader *r, enum setting setting, unsigned index, struct slice *ret_domain)
{
	struct slice text = reader_text(r, setting, index);
	char domain[DOMAIN_MAX + 1];

	if (domain_normalize(text, domain) != STATUS_OK)
		return error_set(r->err, STATUS_INVALID, "%s:%u: \"%.*s\" is no domain",
		    settings_path(r->settings), settings_line(r->settings, setting, index),
		    SLICE_PRINT(domain_quote(text)));
	if (arena_copy(&r->decide->arena, slice_from_text(domain), ret_domain) != STATUS_OK)
		return reader_fail_memory(r);
	return STATUS_OK;
}

/* Elements of a list of domains from first on. */
static enum status
read_domains(struct reader *r, enum setting setting, unsigned first, unsigned count, struct decide_org *org)
{
	struct decide_text *also = arena_alloc(&r->decide->arena, (count + 1) * sizeof(*also));
	enum status status = STATUS_OK;

	if (also == NULL)
		return reader_fail_memory(r);
	if (count > DECIDE_ALSO_MAX)
		return error_set(r->err, STATUS_INVALID, "also_sign has too many domains");
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		also[i].line = settings_line(r->settings, setting, first + i);
		status = read_domain(r, setting, first + i, &also[i].text);
	}
	org->also_sign = also;
	org->also_count = count;
	return status;
}

static const enum unverified unverifieds[] = {
	[SETTING_UNVERIFIED_ACCEPT] = UNVERIFIED_ACCEPT,
	[SETTING_UNVERIFIED_FALLBACK] = UNVERIFIED_FALLBACK,
	[SETTING_UNVERIFIED_TEMPFAIL] = UNVERIFIED_TEMPFAIL,
	[SETTING_UNVERIFIED_REJECT] = UNVERIFIED_REJECT,
};

static void
read_unverified(struct reader *r, enum setting setting, unsigned index, struct decide_org *org)
{
	org->unverified = unverifieds[settings_number(r->settings, setting, index)];
	org->unverified_line = settings_line(r->settings, setting, index);
}

static enum status
read_all(struct reader *r)
{
	read_unverified(r, SETTING_UNVERIFIED_DOMAIN, 0, &r->decide->all);
	return read_domains(
	    r, SETTING_ALSO_SIGN, 0, settings_count(r->settings, SETTING_ALSO_SIGN), &r->decide->all);
}

/* *first is that of its own domains, and then of the next organization's. */
static enum status
read_org_also_sign(struct reader *r, unsigned index, unsigned *first, struct decide_org *org)
{
	unsigned own = *first;

	while (*first < settings_count(r->settings, SETTING_ORG_ALSO_SIGN) &&
	    settings_group(r->settings, SETTING_ORG_ALSO_SIGN, *first) == index)
		++*first;
	if (own < *first &&
	    slice_equal(reader_text(r, SETTING_ORG_ALSO_SIGN, own), SLICE_LITERAL(SETTING_ALSO_DEFAULT)))
		return STATUS_OK;
	return read_domains(r, SETTING_ORG_ALSO_SIGN, own, *first - own, org);
}

static int
compare_orgs(const void *a, const void *b)
{
	return slice_compare(((const struct decide_org *)a)->name, ((const struct decide_org *)b)->name);
}

/* Each has what all have, but for what it has otherwise. */
static enum status
read_each(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_ORG_NAME);
	struct decide_org *orgs = reader_reserve(r, SETTING_ORG_NAME, sizeof(*orgs));
	enum status status = STATUS_OK;
	unsigned first = 0;

	if (orgs == NULL)
		return reader_fail_memory(r);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		orgs[i] = r->decide->all;
		orgs[i].name = reader_text(r, SETTING_ORG_NAME, i);
		if (settings_number(r->settings, SETTING_ORG_UNVERIFIED_DOMAIN, i) !=
		    SETTING_UNVERIFIED_DEFAULT)
			read_unverified(r, SETTING_ORG_UNVERIFIED_DOMAIN, i, &orgs[i]);
		status = read_org_also_sign(r, i, &first, &orgs[i]);
	}
	if (status == STATUS_OK)
		qsort(orgs, count, sizeof(*orgs), compare_orgs);
	r->decide->orgs = orgs;
	r->decide->org_count = count;
	return status;
}

enum status
organizations_read(struct reader *r)
{
	enum status status = read_all(r);

	return status == STATUS_OK ? read_each(r) : status;
}
