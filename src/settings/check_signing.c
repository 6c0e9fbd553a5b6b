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

enum status
check_signing(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	unsigned count = settings_count(settings, SETTING_ALSO_SIGN);

	for (unsigned i = 0; i < count; i++) {
		*ret_place = (struct check_place){ SETTING_ALSO_SIGN, i };
		if (check_also_sign(settings, i, err) != STATUS_OK)
			return STATUS_INVALID;
	}
	*ret_place = (struct check_place){ SETTING_UNVERIFIED_DOMAIN, 0 };
	if (count == 0 &&
	    settings_number(settings, SETTING_UNVERIFIED_DOMAIN, 0) == SETTING_UNVERIFIED_FALLBACK)
		return error_set(err, STATUS_INVALID,
		    "fallback signs with the keys of also_sign, and there is none; add also_sign = "
		    "[ \"esp.example\" ];");
	return STATUS_OK;
}
