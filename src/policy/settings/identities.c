/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

static const enum identity identities[] = {
	[SETTING_IDENTITY_HEADER_FROM] = IDENTITY_HEADER_FROM,
	[SETTING_IDENTITY_ENVELOPE_FROM] = IDENTITY_ENVELOPE_FROM,
};

enum status
identities_read(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_IDENTITY);

	if (count > IDENTITY_COUNT)
		return error_set(r->err, STATUS_INVALID, "identity names something twice");
	for (unsigned i = 0; i < count; i++)
		r->decide->identities[i] =
		    identities[settings_number(r->settings, SETTING_IDENTITY, i)];
	r->decide->identity_count = count;
	r->decide->wants_all_identities =
	    settings_number(r->settings, SETTING_IDENTITY_USE, 0) == IDENTITY_USE_ALL;
	return STATUS_OK;
}
