/* SPDX-License-Identifier: ISC */
#include "settings/check.h"

#include "base/slice.h"

#define ALSO_MAX 2 /* so that signatures are left for the sender: policy/decide.h */

static struct slice
text_at(const struct settings *settings, enum setting setting, unsigned index)
{
	return slice_from_text(settings_text(settings, setting, index));
}

static enum status
check_also_sign(const struct settings *settings, unsigned index, struct error *err)
{
	struct slice domain = text_at(settings, SETTING_ALSO_SIGN, index);

	if (index >= ALSO_MAX)
		return error_set(err, STATUS_INVALID, "more than %d domains; remove some", ALSO_MAX);
	for (unsigned i = 0; i < index; i++) {
		if (slice_equal(text_at(settings, SETTING_ALSO_SIGN, i), domain))
			return error_set(err, STATUS_INVALID,
			    "\"%.*s\" is there twice; remove one of the two", SLICE_PRINT(domain));
	}
	return STATUS_OK;
}

/* The number of an element in the list of its own organization. */
static unsigned
number_in_group(const struct settings *settings, unsigned index)
{
	unsigned group = settings_group(settings, SETTING_ORG_ALSO_SIGN, index);
	unsigned number = 0;

	while (number < index &&
	    settings_group(settings, SETTING_ORG_ALSO_SIGN, index - number - 1) == group)
		number++;
	return number;
}

static bool
is_default(struct slice domain)
{
	return slice_equal(domain, SLICE_LITERAL(SETTING_ALSO_DEFAULT));
}

static enum status
check_org_also_sign(const struct settings *settings, unsigned index, struct error *err)
{
	struct slice domain = text_at(settings, SETTING_ORG_ALSO_SIGN, index);
	unsigned number = number_in_group(settings, index);

	if (number >= ALSO_MAX)
		return error_set(err, STATUS_INVALID, "more than %d domains; remove some", ALSO_MAX);
	for (unsigned i = index - number; i < index; i++) {
		struct slice other = text_at(settings, SETTING_ORG_ALSO_SIGN, i);

		if (slice_equal(other, domain))
			return error_set(err, STATUS_INVALID,
			    "\"%.*s\" is there twice; remove one of the two", SLICE_PRINT(domain));
		if (is_default(domain) || is_default(other))
			return error_set(err, STATUS_INVALID,
			    "\"" SETTING_ALSO_DEFAULT "\" stands for all of also_sign, alone; write the "
			    "domains themselves");
	}
	return STATUS_OK;
}

static enum status
check_identity(const struct settings *settings, unsigned index, struct error *err)
{
	uint64_t identity = settings_number(settings, SETTING_IDENTITY, index);

	for (unsigned i = 0; i < index; i++) {
		if (settings_number(settings, SETTING_IDENTITY, i) == identity)
			return error_set(err, STATUS_INVALID,
			    "\"%s\" is there twice; remove one of the two",
			    settings_text(settings, SETTING_IDENTITY, index));
	}
	return STATUS_OK;
}

/* Each value of a list by itself, and with those before it. */
static const struct {
	enum setting setting;
	enum status (*check)(const struct settings *settings, unsigned index, struct error *err);
} lists[] = {
	{ SETTING_IDENTITY, check_identity },
	{ SETTING_ALSO_SIGN, check_also_sign },
	{ SETTING_ORG_ALSO_SIGN, check_org_also_sign },
};

static enum status
check_list(const struct settings *settings, size_t list, struct check_place *ret_place,
    struct error *err)
{
	for (unsigned i = 0; i < settings_count(settings, lists[list].setting); i++) {
		*ret_place = (struct check_place){ lists[list].setting, i };
		if (lists[list].check(settings, i, err) != STATUS_OK)
			return STATUS_INVALID;
	}
	return STATUS_OK;
}

/* ---- fallback needs somebody to fall back on ---- */

static bool
has_fallback(const struct settings *settings, unsigned org)
{
	uint64_t unverified = settings_number(settings, SETTING_ORG_UNVERIFIED_DOMAIN, org);

	if (unverified == SETTING_UNVERIFIED_DEFAULT)
		unverified = settings_number(settings, SETTING_UNVERIFIED_DOMAIN, 0);
	return unverified == SETTING_UNVERIFIED_FALLBACK;
}

/* *first is that of the organization's own elements, and then of the next one's. */
static bool
has_also_sign(const struct settings *settings, unsigned org, unsigned *first)
{
	unsigned count = settings_count(settings, SETTING_ORG_ALSO_SIGN);
	unsigned own = *first;

	while (*first < count && settings_group(settings, SETTING_ORG_ALSO_SIGN, *first) == org)
		++*first;
	if (own < *first && is_default(text_at(settings, SETTING_ORG_ALSO_SIGN, own)))
		return settings_count(settings, SETTING_ALSO_SIGN) > 0;
	return own < *first;
}

static enum status
check_org_fallback(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	unsigned first = 0;

	for (unsigned org = 0; org < settings_count(settings, SETTING_ORG_NAME); org++) {
		if (has_also_sign(settings, org, &first) || !has_fallback(settings, org))
			continue;
		*ret_place = (struct check_place){ SETTING_ORG_NAME, org };
		return error_set(err, STATUS_INVALID,
		    "fallback signs its mail with the keys of also_sign, and it has none; add also_sign = "
		    "[ \"esp.example\" ]; or another unverified_domain");
	}
	return STATUS_OK;
}

enum status
check_signing(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		if (check_list(settings, i, ret_place, err) != STATUS_OK)
			return STATUS_INVALID;
	}
	*ret_place = (struct check_place){ SETTING_UNVERIFIED_DOMAIN, 0 };
	if (settings_count(settings, SETTING_ALSO_SIGN) == 0 &&
	    settings_number(settings, SETTING_UNVERIFIED_DOMAIN, 0) == SETTING_UNVERIFIED_FALLBACK)
		return error_set(err, STATUS_INVALID,
		    "fallback signs with the keys of also_sign, and there is none; add also_sign = "
		    "[ \"esp.example\" ];");
	return check_org_fallback(settings, ret_place, err);
}
