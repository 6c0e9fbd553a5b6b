/* SPDX-License-Identifier: ISC */
#include "settings/check.h"

#include "base/scan.h"

static enum status
check_name(const struct settings *settings, unsigned index, struct error *err)
{
	const char *name = settings_text(settings, SETTING_ORG_NAME, index);

	if (!scan_is_alnum(name[0]))
		return error_set(err, STATUS_INVALID,
		    "\"%s\" is no name; begin it with a letter or a digit", name);
	for (unsigned i = 0; i < index; i++) {
		if (strcmp(settings_text(settings, SETTING_ORG_NAME, i), name) == 0)
			return error_set(err, STATUS_INVALID,
			    "another organization has this name; give each its own");
	}
	return STATUS_OK;
}

static enum status
check_listener(const struct settings *settings, unsigned index, struct error *err)
{
	const char *name = settings_text(settings, SETTING_ORG_LISTENERS, index);

	for (unsigned i = 0; i < settings_count(settings, SETTING_LISTENER_NAME); i++) {
		if (strcmp(settings_text(settings, SETTING_LISTENER_NAME, i), name) == 0)
			return STATUS_OK;
	}
	return error_set(
	    err, STATUS_INVALID, "no listener has the name \"%s\"; give it to one", name);
}

static enum status
check_login(const struct settings *settings, unsigned index, struct error *err)
{
	struct slice login = slice_from_text(settings_text(settings, SETTING_LOGIN_LOGIN, index));

	for (unsigned i = 0; i < index; i++) {
		const char *other = settings_text(settings, SETTING_LOGIN_LOGIN, i);

		if (slice_equal_nocase(slice_from_text(other), login))
			return error_set(err, STATUS_INVALID,
			    "another group has this login; put their domains together");
		if (strcmp(other, "*") == 0)
			return error_set(err, STATUS_INVALID,
			    "\"*\" before it takes all logins; put this group before that one");
	}
	return STATUS_OK;
}

static const struct {
	enum setting setting;
	enum status (*check)(const struct settings *settings, unsigned index, struct error *err);
} lists[] = {
	{ SETTING_ORG_NAME, check_name },
	{ SETTING_ORG_LISTENERS, check_listener },
	{ SETTING_LOGIN_LOGIN, check_login },
};

static enum status
check_header(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	bool has_name = settings_text(settings, SETTING_ORG_HEADER_NAME, 0)[0] != '\0';
	bool has_networks = settings_count(settings, SETTING_ORG_HEADER_NETWORKS) > 0;

	*ret_place = (struct check_place){ SETTING_ORG_HEADER_NAME, 0 };
	if (has_name && !has_networks)
		return error_set(err, STATUS_INVALID,
		    "a field that nobody is trusted to write; add networks = [ \"192.0.2.1\" ];");
	*ret_place = (struct check_place){ SETTING_ORG_HEADER_NETWORKS, 0 };
	if (has_networks && !has_name)
		return error_set(err, STATUS_INVALID,
		    "networks, and no field that they may write; give its name, too");
	return STATUS_OK;
}

enum status
check_origin(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		for (unsigned k = 0; k < settings_count(settings, lists[i].setting); k++) {
			*ret_place = (struct check_place){ lists[i].setting, k };
			if (lists[i].check(settings, k, err) != STATUS_OK)
				return STATUS_INVALID;
		}
	}
	return check_header(settings, ret_place, err);
}
