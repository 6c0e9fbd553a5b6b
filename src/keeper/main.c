/* SPDX-License-Identifier: ISC */
/*
 * signetd-keeper: records, rules, life cycle, and the control interface. It
 * alone writes the store and the views; it never holds an unsealed key.
 *
 * Security: it opens files under state_dir/store and state_dir/view only,
 * makes no connection anywhere, reads no mail. Its outside is the control
 * socket: local peers, whose uid says what they may do (keeper/peer.h).
 * Protocols: docs/control.md, docs/frames.md.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "keeper/loop.h"
#include "keeper/restoring.h"
#include "process/clock.h"
#include "process/log.h"

struct paths {
	char store[PATH_MAX];
	char views[PATH_MAX];
	char table[PATH_MAX];
	char keyring[PATH_MAX];
};

static enum status
name_path(const struct settings *settings, const char *below, char ret_path[PATH_MAX],
    struct error *err)
{
	const char *state_dir = settings_text(settings, SETTING_STATE_DIR, 0);
	int len = snprintf(ret_path, PATH_MAX, "%s/%s", state_dir, below);

	if (len < 0 || len >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "state_dir is too long");
	return STATUS_OK;
}

static enum status
name_paths(const struct settings *settings, struct paths *paths, struct error *err)
{
	enum status status = name_path(settings, "store", paths->store, err);

	if (status == STATUS_OK)
		status = name_path(settings, "view", paths->views, err);
	if (status == STATUS_OK)
		status = name_path(settings, "view/table", paths->table, err);
	if (status == STATUS_OK)
		status = name_path(settings, "view/keyring", paths->keyring, err);
	return status;
}

/* Views are made anew from the store; the store is not made anew from anything. */
static enum status
status_of_store(enum status status, struct error *err)
{
	struct error damage;

	if (status != STATUS_DAMAGED)
		return status;
	damage = *err;
	return error_set(
	    err, STATUS_REFUSED, "%s: restore a backup of it (signetctl restore)", damage.text);
}

/* Only where both views are in use already did the supervisor start the vault beside us. */
static enum status
has_position(struct view *view, bool *has, struct error *err)
{
	struct view_position position;
	enum status status = view_get_position(view, &position, err);

	*has = *has && status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static enum status
can_vault_run(struct keeper *keeper, bool *ret_can, struct error *err)
{
	uint8_t check[STORE_CHECK_SIZE];
	bool can = true;
	enum status status = has_position(keeper->table, &can, err);

	if (status == STATUS_OK)
		status = has_position(keeper->keyring, &can, err);
	if (status != STATUS_OK)
		return status;
	status = status_of_store(store_get_master_check(keeper->store, check, err), err);
	if (status == STATUS_OK || status == STATUS_NOT_FOUND)
		*ret_can = can && status == STATUS_OK;
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* What the supervisor saw happen to a view while we were away (supervisor/views.h). */
enum reset { RESET_NONE = 0, RESET_LOCK = 1, RESET_ALL = 2 };

/* A reader that holds the lock under which slots are given would keep us here. */
static enum status
open_writer(struct keeper *keeper, enum publish_view which, const char *path, struct view **ret_view,
    struct error *err)
{
	uint64_t map_bytes = settings_number(keeper->settings, SETTING_MAP_SIZE, 0);
	enum status status;

	keeper_tell_view_wait(keeper, which, true);
	status = view_open_writer(path, map_bytes, ret_view, err);
	keeper_tell_view_wait(keeper, which, false);
	return status;
}

static enum status
open_view(struct keeper *keeper, const struct inherit *inherit, enum publish_view which,
    const char *path, struct view **ret_view, struct error *err)
{
	const char *name = which == PUBLISH_TABLE ? "table" : "keyring";
	uint32_t reset = RESET_NONE;
	enum status status = inherit_number(inherit, name, &reset, err);

	if (status == STATUS_OK && reset == RESET_LOCK)
		status = view_discard_lock(path, err);
	if (status == STATUS_OK && reset == RESET_ALL)
		status = view_discard(path, err);
	if (status == STATUS_OK && reset != RESET_NONE)
		log_write(LOG_LEVEL_WARNING, "view=%s made anew: %s", name,
		    reset == RESET_ALL ? "all of it" : "its lock file");
	if (status == STATUS_OK)
		status = open_writer(keeper, which, path, ret_view, err);
	return status;
}

static enum status
open_files(struct keeper *keeper, const struct inherit *inherit, const struct paths *paths,
    bool *ret_awaits_vault, struct error *err)
{
	enum status status = status_of_store(store_open(paths->store, &keeper->store, err), err);

	if (status == STATUS_OK)
		status = open_view(keeper, inherit, PUBLISH_TABLE, paths->table, &keeper->table, err);
	if (status == STATUS_OK)
		status =
		    open_view(keeper, inherit, PUBLISH_KEYRING, paths->keyring, &keeper->keyring, err);
	if (status == STATUS_OK)
		status = can_vault_run(keeper, ret_awaits_vault, err);
	return status;
}

static enum status
confine(const struct role_start *start, const struct paths *paths, struct error *err)
{
	/* SQLite asks the kernel's file for random octets */
	const struct landlock_path open_later[] = {
		{ paths->store, LANDLOCK_WRITE },
		{ paths->views, LANDLOCK_WRITE },
		{ "/dev/urandom", LANDLOCK_READ },
	};
	const struct wall wall = {
		.syscall_groups = SYSCALLS_COMMON | SYSCALLS_ACCEPT | SYSCALLS_FILES | SYSCALLS_WAIT | SYSCALLS_EVENTS,
		.allowed.paths = open_later,
		.allowed.path_count = sizeof(open_later) / sizeof(open_later[0]),
	};
	enum status status = role_confine(start, &wall, err);

	return status == STATUS_OK ? log_start_writer(LOG_LINES_MANY, err) : status;
}

static enum status
make_lines(struct keeper *keeper, struct loop *loop, struct error *err)
{
	struct line_options supervisor = {
		.fd = keeper->supervisor_fd,
		.peer = ROLE_SUPERVISOR,
		.epoch = keeper->epoch,
		.rules = loop_rules,
		.rule_count = loop_rule_count,
		.context = loop,
		.passed_fd = &loop->passed_fd,
	};
	struct line_options vault = {
		.fd = loop->vault_fd,
		.peer = ROLE_VAULT,
		.epoch = keeper->epoch,
	};
	struct line_options dns = {
		.fd = loop->dns_fd,
		.peer = ROLE_DNS,
		.epoch = keeper->epoch,
	};

	if (line_new(&supervisor, &keeper->supervisor) != STATUS_OK ||
	    line_new(&vault, &keeper->vault) != STATUS_OK || line_new(&dns, &keeper->dns) != STATUS_OK)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	return STATUS_OK;
}

static enum status
follow_store(struct keeper *keeper, struct error *err)
{
	struct publish_options options = {
		.store = keeper->store,
		.table = keeper->table,
		.keyring = keeper->keyring,
		.vault_timeout_ms =
		    (int64_t)settings_number(keeper->settings, SETTING_VAULT_TIMEOUT, 0),
		.watch = keeper_tell_view_wait,
		.gets_on = keeper_tell_progress,
		.context = keeper,
	};
	enum status status = publish_new(&options, &keeper->publish);

	if (status != STATUS_OK)
		return error_set(err, status, "out of memory");
	return keeper_catch_up(keeper, err);
}

static enum status
take_descriptors(struct keeper *keeper, struct loop *loop, struct error *err)
{
	const struct role_start *start = loop->start;
	enum status status = inherit_fd(&start->inherit, "control", &loop->control_fd, err);

	if (status == STATUS_OK)
		status = inherit_fd(&start->inherit, "vault", &loop->vault_fd, err);
	if (status == STATUS_OK)
		status = inherit_fd(&start->inherit, "dns", &loop->dns_fd, err);
	keeper->supervisor_fd = start->supervisor_fd;
	keeper->epoch = start->epoch;
	keeper->own_uid = (uid_t)start->uid;
	return status;
}

static enum status
make_loop(struct keeper *keeper, struct error *err)
{
	int r = sd_event_new(&keeper->event);

	if (r >= 0)
		return keeper_init(keeper, err);
	errno = -r;
	return error_set_errno(err, "cannot make an event loop");
}

static enum status
begin_with(struct keeper *keeper, struct settings *settings, struct error *err)
{
	struct edition *edition;
	enum status status = edition_new(settings, &edition, err);

	if (status == STATUS_OK)
		keeper_use(keeper, edition);
	return status;
}

int
main(int argc, char **argv)
{
	static struct keeper keeper;
	static struct paths paths;
	struct loop loop = { .keeper = &keeper, .passed_fd = -1 };
	struct settings *settings = NULL;
	int exit_status = EXIT_FAILURE;
	struct role_start start;
	struct error err = { "" };
	enum status status;

	status = role_begin(ROLE_KEEPER, "signetd-keeper", argc, argv, &start, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);
	restoring_run(&start);
	loop.start = &start;
	keeper.started_at = clock_wall_s();
	status = take_descriptors(&keeper, &loop, &err);
	if (status == STATUS_OK)
		status = settings_from_memfd(start.settings_fd, &settings, &err);
	if (status == STATUS_OK)
		status = name_paths(settings, &paths, &err);
	if (status == STATUS_OK)
		status = role_drop_user(&start, &err);
	if (status == STATUS_OK)
		status = begin_with(&keeper, settings, &err);
	if (status == STATUS_OK)
		status = open_files(&keeper, &start.inherit, &paths, &loop.awaits_vault, &err);
	if (status == STATUS_OK)
		status = make_loop(&keeper, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);

	status = confine(&start, &paths, &err);
	if (status == STATUS_OK)
		status = make_lines(&keeper, &loop, &err);
	if (status == STATUS_OK)
		status = follow_store(&keeper, &err);
	if (status == STATUS_OK)
		status = loop_run(&loop, &exit_status, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);

	keeper_done(&keeper);
	sd_event_unref(keeper.event);
	log_close();
	return exit_status;
}
