/* SPDX-License-Identifier: ISC */
#include "supervisor/foresight.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scan.h"
#include "settings/endpoint.h"
#include "supervisor/credential.h"
#include "supervisor/master_key.h"
#include "supervisor/plumbing.h"
#include "supervisor/users.h"

struct look {
	const struct settings *settings;
	foresight_visitor *visit;
	void *context;
	enum setting setting; /* at which we are */
	unsigned index;
};

static const char *
text_at(const struct look *look)
{
	return settings_text(look->settings, look->setting, look->index);
}

static void
tell(const struct look *look, bool is_certain, struct error *err)
{
	(void)settings_blame(look->settings, look->setting, look->index, STATUS_REFUSED, err);
	look->visit(look->context, is_certain, err->text);
}

/* ---- directories ---- */

/* Whether a file can be made in it, at the start by whoever looks now. */
static void
look_at_directory(const struct look *look, const char *path)
{
	struct error err = { "" };
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode)) {
		(void)error_set(&err, STATUS_REFUSED, "%s is no directory; choose another path", path);
		tell(look, true, &err);
	} else if (faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) != 0) {
		(void)error_set(&err, STATUS_REFUSED, "the directory %s: %s; %s", path,
		    strerrordesc_np(errno),
		    errno == ENOENT ? "make it, unless systemd does (RuntimeDirectory=, StateDirectory=)"
		                    : "let who starts signetd write to it");
		tell(look, false, &err);
	}
}

static void
look_at_parent(const struct look *look, const char *path)
{
	char copy[PATH_MAX];

	(void)snprintf(copy, sizeof(copy), "%s", path);
	look_at_directory(look, dirname(copy));
}

/* What is not there is made by the start, but not its parent. */
static void
look_at_state_dir(const struct look *look)
{
	const char *path = text_at(look);
	struct error err = { "" };
	struct stat st = { .st_mode = 0 };

	if (lstat(path, &st) != 0 && errno == ENOENT) {
		look_at_parent(look, path);
	} else if (S_ISLNK(st.st_mode)) {
		(void)error_set(&err, STATUS_REFUSED,
		    "%s is a symbolic link; write the path it leads to", path);
		tell(look, true, &err);
	} else {
		look_at_directory(look, path);
	}
}

/* ---- sockets ---- */

static void
look_at_address(const struct look *look)
{
	struct endpoint address;
	struct error err = { "" };
	struct stat st;

	if (endpoint_parse(slice_from_text(text_at(look)), &address, NULL) != STATUS_OK ||
	    !address.is_unix)
		return;
	look_at_parent(look, address.path);
	if (lstat(address.path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		(void)error_set(&err, STATUS_REFUSED,
		    "%s is there and is no socket; move it away, or choose another path", address.path);
		tell(look, true, &err);
	}
}

static bool
is_member(gid_t gid)
{
	gid_t groups[NGROUPS_MAX];
	int count = getgroups(NGROUPS_MAX, groups);
	bool is = geteuid() == 0 || getegid() == gid;

	for (int i = 0; i < count; i++)
		is = is || groups[i] == gid;
	return is;
}

static void
look_at_group(const struct look *look)
{
	const char *name = text_at(look);
	const struct group *group;
	struct error err = { "" };
	uint64_t number;

	if (name[0] == '\0' || scan_u64(slice_from_text(name), INT32_MAX, &number) == STATUS_OK)
		return;
	group = getgrnam(name);
	if (group == NULL) {
		(void)error_set(&err, STATUS_REFUSED,
		    "there is no group \"%s\"; create it, or correct the name", name);
		tell(look, true, &err);
	} else if (!is_member(group->gr_gid)) {
		(void)error_set(&err, STATUS_REFUSED,
		    "this user is not in the group \"%s\"; add it, or start signetd as root", name);
		tell(look, false, &err);
	}
}

/* Of all listeners together. */
static void
look_at_processes(const struct look *look)
{
	unsigned count = plumbing_count_milters(look->settings, look->index + 1);
	struct error err = { "" };

	if (count <= PLUMBING_MILTERS_MAX ||
	    plumbing_count_milters(look->settings, look->index) > PLUMBING_MILTERS_MAX)
		return;
	(void)error_set(&err, STATUS_REFUSED,
	    "%u milter processes up to this listener are more than %d; lower processes of the listeners",
	    count, PLUMBING_MILTERS_MAX);
	tell(look, true, &err);
}

/* ---- keys ---- */

static const char *const credential_stores[] = {
	"/etc/credstore",
	"/etc/credstore.encrypted",
	"/run/credstore",
	"/run/credstore.encrypted",
	"/usr/lib/credstore",
	"/usr/lib/credstore.encrypted",
};

static bool
is_in_a_store(const char *name)
{
	bool is = false;

	for (size_t i = 0; i < sizeof(credential_stores) / sizeof(credential_stores[0]); i++) {
		char path[PATH_MAX];

		(void)snprintf(path, sizeof(path), "%s/%s", credential_stores[i], name);
		/* one that this user may not look into is as good as there */
		is = is || access(path, F_OK) == 0 || errno == EACCES;
	}
	return is;
}

/* True for a credential: systemd passes it when it starts the service, and that alone can tell. */
static bool
look_at_credential(const struct look *look)
{
	static const char lead[] = "credential:";
	const char *configured = text_at(look);
	const char *name = configured + sizeof(lead) - 1;
	char path[PATH_MAX];
	struct error err = { "" };

	if (strncmp(configured, lead, sizeof(lead) - 1) != 0)
		return false;
	if (getenv("CREDENTIALS_DIRECTORY") != NULL && credential_path(configured, path, NULL) == STATUS_OK)
		return true;
	if (is_in_a_store(name))
		return true;
	(void)error_set(&err, STATUS_REFUSED,
	    "no credential %s is at hand; put it at /etc/credstore/%s, or name its file in LoadCredential= of the "
	    "unit",
	    name, name);
	tell(look, false, &err);
	return true;
}

/* Files that root alone reads are none of the business of who checks as another user. */
static void
tell_of_file(const struct look *look, const char *path, struct error *err)
{
	bool is_hidden = geteuid() != 0 && access(path, F_OK) == 0 && access(path, R_OK) != 0;

	tell(look, !is_hidden, err);
}

static bool
is_there(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static bool
has_store(const struct settings *settings)
{
	char path[PATH_MAX];
	int len = snprintf(
	    path, sizeof(path), "%s/store/signetd.db", settings_text(settings, SETTING_STATE_DIR, 0));

	return len > 0 && len < (int)sizeof(path) && is_there(path);
}

/* One that is not there is made by the first start. */
static void
look_at_master_key(const struct look *look)
{
	struct look at = *look;
	struct error err = { "" };
	char path[PATH_MAX];
	bool is_new;
	int fd;

	if (look_at_credential(look))
		return;
	if (text_at(look)[0] == '\0')
		at.setting = SETTING_STATE_DIR;
	if (master_key_name(look->settings, path, &err) != STATUS_OK) {
		tell(&at, true, &err);
	} else if (!is_there(path) && !has_store(look->settings)) {
		if (text_at(look)[0] != '\0')
			look_at_parent(&at, path);
	} else if (master_key_open(path, false, &fd, &is_new, &err) == STATUS_OK) {
		(void)close(fd);
	} else {
		tell_of_file(&at, path, &err);
	}
}

static void
look_at_previous_master_key(const struct look *look)
{
	struct error err = { "" };
	int fd = -1;

	if (look_at_credential(look))
		return;
	if (master_key_open_previous(look->settings, &fd, &err) != STATUS_OK)
		tell_of_file(look, text_at(look), &err);
	if (fd >= 0)
		(void)close(fd);
}

/* Whether there is a key in it signetd-dns alone knows. */
static void
look_at_tsig_key(const struct look *look)
{
	struct error err = { "" };
	int fd = -1;

	if (look_at_credential(look))
		return;
	if (plumbing_open_tsig_key(look->settings, &fd, &err) != STATUS_OK)
		tell_of_file(look, text_at(look), &err);
	if (fd >= 0)
		(void)close(fd);
}

/* ---- all of it ---- */

static const struct {
	enum setting setting;
	void (*look)(const struct look *look);
} rows[] = {
	{ SETTING_STATE_DIR, look_at_state_dir },
	{ SETTING_MASTER_KEY, look_at_master_key },
	{ SETTING_PREVIOUS_MASTER_KEY, look_at_previous_master_key },
	{ SETTING_LISTENER_ADDRESS, look_at_address },
	{ SETTING_LISTENER_GROUP, look_at_group },
	{ SETTING_LISTENER_PROCESSES, look_at_processes },
	{ SETTING_CONTROL_ADDRESS, look_at_address },
	{ SETTING_CONTROL_GROUP, look_at_group },
	{ SETTING_METRICS_ADDRESS, look_at_address },
	{ SETTING_METRICS_GROUP, look_at_group },
	{ SETTING_PROVIDER_KEY_FILE, look_at_tsig_key },
};

static void
tell_of_users(void *context, const char *text)
{
	const struct look *look = context;

	look->visit(look->context, true, text);
}

void
foresight_look(const struct settings *settings, foresight_visitor *visit, void *context)
{
	struct look users = { .settings = settings, .visit = visit, .context = context };

	users_list_faults(settings, tell_of_users, &users);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct look look = { settings, visit, context, rows[i].setting, 0 };

		for (; look.index < settings_count(settings, rows[i].setting); look.index++)
			rows[i].look(&look);
	}
}
