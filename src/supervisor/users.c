/* SPDX-License-Identifier: ISC */
#include "supervisor/users.h"

#include <pwd.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/scan.h"

static const struct {
	enum role role;
	enum setting setting;
} rows[] = {
	{ ROLE_MILTER, SETTING_USER_MILTER },
	{ ROLE_VAULT, SETTING_USER_VAULT },
	{ ROLE_KEEPER, SETTING_USER_KEEPER },
	{ ROLE_DNS, SETTING_USER_DNS },
	{ ROLE_HTTP, SETTING_USER_HTTP },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* Who asks for no metrics needs no user for them. */
static bool
is_started(const struct settings *settings, enum role role)
{
	return role != ROLE_HTTP || settings_text(settings, SETTING_METRICS_ADDRESS, 0)[0] != '\0';
}

/* A number stands for a uid and the gid of the same number. */
static enum status
resolve(const char *name, struct user *ret_user, struct error *err)
{
	const struct passwd *entry;
	uint64_t number;

	if (scan_u64(slice_from_text(name), INT32_MAX, &number) == STATUS_OK) {
		*ret_user = (struct user){ (uid_t)number, (gid_t)number };
		return STATUS_OK;
	}
	entry = getpwnam(name);
	if (entry == NULL)
		return error_set(err, STATUS_REFUSED,
		    "user \"%s\" does not exist: create it (adduser --system --group %s), or name "
		    "others in users = { … }",
		    name, name);
	*ret_user = (struct user){ entry->pw_uid, entry->pw_gid };
	return STATUS_OK;
}

/* The groups are walls too: they say who may read which view. */
static enum status
check_pair(const struct users *users, enum role a, enum role b, struct error *err)
{
	const struct user *one = &users->of_role[a];
	const struct user *other = &users->of_role[b];

	if (one->uid == other->uid)
		return error_set(err, STATUS_REFUSED,
		    "%s and %s share uid %u: the walls between them need two",
		    word_text(role_words, (int)a), word_text(role_words, (int)b), (unsigned)one->uid);
	if (one->gid == other->gid)
		return error_set(err, STATUS_REFUSED,
		    "%s and %s share gid %u: give each user a group of its own (adduser --system "
		    "--group)",
		    word_text(role_words, (int)a), word_text(role_words, (int)b), (unsigned)one->gid);
	return STATUS_OK;
}

static enum status
check_apart(const struct settings *settings, const struct users *users, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < ROW_COUNT && status == STATUS_OK; i++) {
		const struct user *one = &users->of_role[rows[i].role];

		if (!is_started(settings, rows[i].role))
			continue;
		if (one->uid == 0 || one->gid == 0)
			return error_set(err, STATUS_REFUSED, "the %s must not run as root",
			    word_text(role_words, (int)rows[i].role));
		for (size_t k = 0; k < i && status == STATUS_OK; k++)
			status = check_pair(users, rows[k].role, rows[i].role, err);
	}
	return status;
}

enum status
users_resolve(const struct settings *settings, struct users *ret_users, struct error *err)
{
	struct users users;
	enum status status;

	for (size_t i = 0; i < ROLE_COUNT; i++)
		users.of_role[i] = (struct user){ geteuid(), getegid() };
	if (geteuid() != 0) {
		*ret_users = users;
		return STATUS_OK;
	}
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (!is_started(settings, rows[i].role))
			continue;
		status = resolve(
		    settings_text(settings, rows[i].setting, 0), &users.of_role[rows[i].role], err);
		if (status != STATUS_OK)
			return settings_blame(settings, rows[i].setting, 0, status, err);
	}
	status = check_apart(settings, &users, err);
	if (status == STATUS_OK)
		*ret_users = users;
	return status;
}
