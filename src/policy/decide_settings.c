/* SPDX-License-Identifier: ISC */
#include "policy/decide_settings.h"

#include "policy/settings/reader.h"

/* Far above what TABLE_LIST_MAX elements of each list need. */
#define ARENA_MAX (16U << 20)

static enum status (*const parts[])(struct reader *r) = {
	origin_read,
	organization_rules_read,
	organization_header_read,
	logins_read,
	identities_read,
	organizations_read,
	fit_read,
	rewrites_read,
};

enum status
decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err)
{
	struct decide_settings decide = { .identity_count = 0 };
	struct reader r = { settings, &decide, err };
	enum status status = STATUS_OK;

	arena_init(&decide.arena, ARENA_MAX);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == STATUS_OK; i++)
		status = parts[i](&r);
	if (status == STATUS_OK)
		*ret_decide = decide;
	else
		arena_done(&decide.arena);
	return status;
}

void
decide_settings_free(struct decide_settings *decide)
{
	arena_done(&decide->arena);
	*decide = (struct decide_settings){ .identity_count = 0 };
}

const char *
decide_settings_listener_name(const struct settings *settings, unsigned listener)
{
	const char *name = settings_text(settings, SETTING_LISTENER_NAME, listener);

	return name[0] != '\0' ? name : settings_text(settings, SETTING_LISTENER_ADDRESS, listener);
}
