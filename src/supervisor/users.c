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

/* ---- what is wrong with them ---- */

struct walk {
	const struct settings *settings;
	users_visitor *visit;
	void *context;
	struct users users;
	bool has[ROW_COUNT]; /* the row a user */
};

static void
tell(const struct walk *walk, size_t row, struct error *err)
{
	(void)settings_blame(walk->settings, rows[row].setting, 0, STATUS_REFUSED, err);
	walk->visit(walk->context, err->text);
}

static void
find(struct walk *walk, size_t row)
{
	const char *name = settings_text(walk->settings, rows[row].setting, 0);
	struct user *user = &walk->users.of_role[rows[row].role];
	struct error err = { "" };

	if (!is_started(walk->settings, rows[row].role))
		return;
	if (resolve(name, user, &err) != STATUS_OK) {
		tell(walk, row, &err);
		return;
	}
	walk->has[row] = true;
	if (user->uid == 0 || user->gid == 0) {
		(void)error_set(&err, STATUS_REFUSED, "the %s must not run as root: give it a user of its own",
		    word_text(role_words, (int)rows[row].role));
		tell(walk, row, &err);
	}
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

/* With the first before it that it is not apart from. */
static void
check_apart(const struct walk *walk, size_t row)
{
	enum status status = STATUS_OK;
	struct error err = { "" };

	for (size_t i = 0; i < row && status == STATUS_OK; i++) {
		if (walk->has[i] && walk->has[row])
			status = check_pair(&walk->users, rows[i].role, rows[row].role, &err);
	}
	if (status != STATUS_OK)
		tell(walk, row, &err);
}

static void
walk_all(struct walk *walk)
{
	for (size_t i = 0; i < ROLE_COUNT; i++)
		walk->users.of_role[i] = (struct user){ geteuid(), getegid() };
	if (geteuid() != 0)
		return;
	for (size_t i = 0; i < ROW_COUNT; i++)
		find(walk, i);
	for (size_t i = 0; i < ROW_COUNT; i++)
		check_apart(walk, i);
}

void
users_list_faults(const struct settings *settings, users_visitor *visit, void *context)
{
	struct walk walk = { .settings = settings, .visit = visit, .context = context };

	walk_all(&walk);
}

struct first {
	enum status status;
	struct error *err;
};

static void
keep_first(void *context, const char *text)
{
	struct first *first = context;

	if (first->status == STATUS_OK)
		first->status = error_set(first->err, STATUS_REFUSED, "%s", text);
}

enum status
users_resolve(const struct settings *settings, struct users *ret_users, struct error *err)
{
	struct first first = { STATUS_OK, err };
	struct walk walk = { .settings = settings, .visit = keep_first, .context = &first };

	walk_all(&walk);
	if (first.status == STATUS_OK)
		*ret_users = walk.users;
	return first.status;
}
