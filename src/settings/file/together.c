/* SPDX-License-Identifier: ISC */
#include "settings/file/reader.h"

#include "settings/check.h"
#include "settings/rotation_settings.h"

static enum status
fail_together(struct reader *r, struct check_place at)
{
	(void)settings_blame_name(r->settings, at.setting, at.index, STATUS_INVALID, r->err);
	return fail_at(r, settings_line(r->settings, at.setting, at.index));
}

/* The sentence names the settings, and by their defaults also those that are not in the file. */
static enum status
check_rotation(struct reader *r)
{
	const config_setting_t *at = config_setting_get_member(
	    config_root_setting(&r->config), table_section(SECTION_ROTATION)->name);
	struct rotation_policy policy;

	rotation_settings_read(r->settings, &policy);
	if (rotation_check_policy(&policy, r->err) == STATUS_OK)
		return STATUS_OK;
	return fail_at(r, at != NULL ? config_setting_source_line(at) : 1);
}

enum status
together_check(struct reader *r)
{
	static enum status (*const checks[])(
	    const struct settings *settings, struct check_place *ret_place, struct error *err) = {
		check_listeners,
		check_metrics,
		check_provider,
		check_fields,
		check_stamp,
		check_origin,
		check_signing,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct check_place place;

		if (checks[i](r->settings, &place, r->err) != STATUS_OK)
			return fail_together(r, place);
	}
	return check_rotation(r);
}
