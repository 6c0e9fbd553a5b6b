/* SPDX-License-Identifier: ISC */
#include "supervisor/restoring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "process/clock.h"
#include "process/log.h"
#include "process/role_start.h"
#include "supervisor/layout.h"
#include "supervisor/master_key.h"
#include "supervisor/plumbing.h"

#define ASIDE_MAX 100

struct restoring {
	const char *state_dir;
	const char *programs;
	struct users users;
	struct layout layout;
	int backup_fd;
	int master_fd;
	int previous_master_fd;
	int settings_fd;
	int channel[2];      /* between keeper and vault */
	int supervisor[2];   /* which both are given, and nothing is said over */
	char store[PATH_MAX];
	char draft[PATH_MAX]; /* the new store, then the old one */
	char stamp[32];       /* when this is */
};

/* ---- names ---- */

static enum status
name_paths(struct restoring *r, struct error *err)
{
	time_t now = (time_t)clock_wall_s();
	struct tm utc;

	(void)gmtime_r(&now, &utc);
	(void)strftime(r->stamp, sizeof(r->stamp), "%Y%m%dT%H%M%SZ", &utc);
	if (snprintf(r->store, PATH_MAX, "%s/store", r->state_dir) >= PATH_MAX ||
	    snprintf(r->draft, PATH_MAX, "%s/restoring", r->state_dir) >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "state_dir is too long");
	return STATUS_OK;
}

/* The draft under a name that nothing has. */
static enum status
keep_draft(const struct restoring *r, const char *what, char ret_aside[PATH_MAX], struct error *err)
{
	for (unsigned i = 1; i <= ASIDE_MAX; i++) {
		int len = snprintf(ret_aside, PATH_MAX, i == 1 ? "%s/store.%s-%s" : "%s/store.%s-%s-%u",
		    r->state_dir, what, r->stamp, i);

		if (len < 0 || len >= PATH_MAX)
			return error_set(err, STATUS_REFUSED, "state_dir is too long");
		if (renameat2(AT_FDCWD, r->draft, AT_FDCWD, ret_aside, RENAME_NOREPLACE) == 0)
			return STATUS_OK;
		if (errno != EEXIST)
			break;
	}
	return error_set_errno(err, "cannot rename %s to %s", r->draft, ret_aside);
}

/* ---- opening ---- */

static enum status
open_backup(struct restoring *r, const char *path, struct error *err)
{
	/* a FIFO must not hold us up: whether it is a regular file the keeper sees */
	r->backup_fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (r->backup_fd >= 0)
		return STATUS_OK;
	(void)error_set_errno(err, "cannot open %s", path);
	return STATUS_REFUSED;
}

static enum status
open_master_keys(struct restoring *r, const struct settings *settings, struct error *err)
{
	char path[PATH_MAX];
	bool is_new;
	enum status status = master_key_name(settings, path, err);

	r->previous_master_fd = -1;
	if (status == STATUS_OK)
		status = master_key_open(path, false, &r->master_fd, &is_new, err);
	if (status == STATUS_OK)
		status = master_key_open_previous(settings, &r->previous_master_fd, err);
	return status;
}

/*
 * What a restore left behind that was killed may be the old store: it is kept
 * under its name, and never removed by us.
 */
static enum status
make_draft(const struct restoring *r, struct error *err)
{
	const struct user *keeper = &r->users.of_role[ROLE_KEEPER];
	bool is_left = access(r->draft, F_OK) == 0;
	char aside[PATH_MAX];
	enum status status = is_left ? keep_draft(r, "interrupted", aside, err) : STATUS_OK;

	if (status != STATUS_OK)
		return status;
	if (is_left)
		log_write(LOG_LEVEL_WARNING, "a restore was interrupted: what it left is %s", aside);
	if (mkdir(r->draft, 0700) != 0)
		return error_set_errno(err, "cannot make %s", r->draft);
	if (geteuid() == 0 && chown(r->draft, keeper->uid, keeper->gid) != 0)
		return error_set_errno(err, "cannot change the owner of %s", r->draft);
	return STATUS_OK;
}

/* ---- the two who do it ---- */

static void
give_all(const struct restoring *r, enum role role, struct spawn *spawn)
{
	const struct user *user = &r->users.of_role[role];

	spawn_add_number(spawn, "instance", 0);
	spawn_add_number(spawn, "epoch", 1);
	spawn_add_number(spawn, "uid", (uint32_t)user->uid);
	spawn_add_number(spawn, "gid", (uint32_t)user->gid);
	spawn_add_fd(spawn, "supervisor", r->supervisor[END_OF_CHILD]);
	spawn_add_fd(spawn, "settings", r->settings_fd);
	/* nobody reads it: should we be killed, state_dir is locked until they are done, too */
	spawn_add_fd(spawn, "lock", r->layout.lock_fd);
}

/* Runs it to its end. */
static enum status
run(const struct spawn *spawn, struct error *err)
{
	int result = 0;
	pid_t pid;
	enum status status = spawn_check(spawn, err);

	if (status == STATUS_OK)
		status = spawn_start(spawn, &pid, err);
	if (status != STATUS_OK)
		return status;
	while (waitpid(pid, &result, 0) < 0) {
		if (errno != EINTR)
			return error_set_errno(err, "cannot wait for %s", spawn->program);
	}
	if (WIFEXITED(result) && WEXITSTATUS(result) == 0)
		return STATUS_OK;
	if (WIFEXITED(result) && WEXITSTATUS(result) == EXIT_CONFIG)
		return error_set(err, STATUS_REFUSED, "nothing was restored, and nothing has changed");
	return error_set(
	    err, STATUS_SYSTEM, "%s failed: nothing was restored, and nothing has changed", spawn->program);
}

static enum status
ask_vault(const struct restoring *r, struct error *err)
{
	struct spawn spawn;

	spawn_init(&spawn, r->programs, "signetd-vault");
	give_all(r, ROLE_VAULT, &spawn);
	spawn_add_number(&spawn, "witness", 1);
	spawn_add_fd(&spawn, "master", r->master_fd);
	if (r->previous_master_fd >= 0)
		spawn_add_fd(&spawn, "previous", r->previous_master_fd);
	spawn_add_fd(&spawn, "keeper", r->channel[END_OF_ANSWERER]);
	return run(&spawn, err);
}

static enum status
have_keeper_restore(const struct restoring *r, struct error *err)
{
	struct spawn spawn;

	spawn_init(&spawn, r->programs, "signetd-keeper");
	give_all(r, ROLE_KEEPER, &spawn);
	spawn_add_fd(&spawn, "vault", r->channel[END_OF_ASKER]);
	spawn_add_fd(&spawn, "backup", r->backup_fd);
	return run(&spawn, err);
}

/* ---- the end ---- */

static void
remove_draft(const struct restoring *r)
{
	static const char *const files[] = { "signetd.db", "signetd.db-wal", "signetd.db-shm" };
	char path[PATH_MAX + 32];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", r->draft, files[i]);
		(void)unlink(path);
	}
	(void)rmdir(r->draft);
}

static enum status
sync_state_dir(const struct restoring *r, struct error *err)
{
	int fd = open(r->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (fd >= 0)
		(void)close(fd);
	return is_synced ? STATUS_OK : error_set_errno(err, "cannot keep %s", r->store);
}

/* In one step: at no moment is there no store, for a start would make an empty one. */
static enum status
exchange(const struct restoring *r, struct error *err)
{
	if (renameat2(AT_FDCWD, r->draft, AT_FDCWD, r->store, RENAME_EXCHANGE) != 0)
		return error_set_errno(
		    err, "cannot put the new store in its place; nothing has changed: %s", r->store);
	return STATUS_OK;
}

/* After the exchange the draft is the old store. A first restore found an empty directory there. */
static enum status
put_aside(const struct restoring *r, struct error *err)
{
	char aside[PATH_MAX];
	enum status status = sync_state_dir(r, err);

	if (status != STATUS_OK)
		return status;
	if (rmdir(r->draft) == 0) {
		log_write(LOG_LEVEL_NOTICE, "restored; there was no store before. Start signetd");
		return STATUS_OK;
	}
	status = keep_draft(r, "replaced", aside, err);
	if (status != STATUS_OK)
		return error_prepend(err, status, "restored, but the old store is not where it should be");
	log_write(LOG_LEVEL_NOTICE, "restored; the store there was before is kept as %s. Start signetd",
	    aside);
	return sync_state_dir(r, err);
}

/* ---- */

static enum status
prepare(struct restoring *r, const struct settings *settings, const char *path, struct error *err)
{
	enum status status = users_resolve(settings, &r->users, err);

	/* with the lock: no daemon runs here, and none starts meanwhile */
	if (status == STATUS_OK)
		status = layout_prepare(r->state_dir, &r->users, &r->layout, err);
	if (status == STATUS_OK)
		status = name_paths(r, err);
	if (status == STATUS_OK)
		status = open_backup(r, path, err);
	if (status == STATUS_OK)
		status = open_master_keys(r, settings, err);
	if (status == STATUS_OK)
		status = channel_pair(r->channel, err);
	if (status == STATUS_OK)
		status = channel_pair(r->supervisor, err);
	if (status == STATUS_OK)
		status = settings_to_memfd(settings, &r->settings_fd, err);
	return status;
}

enum status
restoring_run(const struct settings *settings, const char *path, const char *programs,
    struct error *err)
{
	struct restoring r = {
		.state_dir = settings_text(settings, SETTING_STATE_DIR, 0),
		.programs = programs,
	};
	enum status status = prepare(&r, settings, path, err);

	if (status == STATUS_OK)
		status = make_draft(&r, err);
	if (status != STATUS_OK)
		return status;
	status = ask_vault(&r, err);
	if (status == STATUS_OK)
		status = have_keeper_restore(&r, err);
	if (status == STATUS_OK)
		status = exchange(&r, err);
	if (status == STATUS_OK)
		return put_aside(&r, err);
	remove_draft(&r);
	return status;
}
