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
	return STATUS_OK;
}
