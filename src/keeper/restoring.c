/* SPDX-License-Identifier: ISC */
#include "keeper/restoring.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "keeper/backup_file.h"
#include "keeper/vault_line.h"
#include "process/clock.h"
#include "process/log.h"
#include "settings/settings.h"
#include "store/backup.h"

#define BLOCK_SIZE 65536

struct restoring {
	const struct role_start *start;
	int backup_fd;
	int vault_fd;
	char directory[PATH_MAX];
	char file[PATH_MAX];
};

static enum status
name_files(struct restoring *restoring, struct error *err)
{
	struct settings *settings = NULL;
	enum status status =
	    settings_from_memfd(restoring->start->settings_fd, &settings, err);
	int len;

	if (status != STATUS_OK)
		return status;
	len = snprintf(restoring->directory, PATH_MAX, "%s/restoring",
	    settings_text(settings, SETTING_STATE_DIR, 0));
	settings_free(&settings);
	if (len >= 0 && len < PATH_MAX)
		len = snprintf(restoring->file, PATH_MAX, "%s/signetd.db", restoring->directory);
	if (len < 0 || len >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "state_dir is too long");
	return STATUS_OK;
}

static enum status
confine(const struct restoring *restoring, struct error *err)
{
	/* SQLite asks the kernel's file for random octets */
	const struct landlock_path open_later[] = {
		{ restoring->directory, LANDLOCK_WRITE },
		{ "/dev/urandom", LANDLOCK_READ },
	};
	const struct wall wall = {
		.syscall_groups = SYSCALLS_COMMON | SYSCALLS_FILES,
		.allowed.paths = open_later,
		.allowed.path_count = sizeof(open_later) / sizeof(open_later[0]),
	};

	return role_confine(restoring->start, &wall, err);
}

/* ---- the file ---- */

static enum status
check_backup(int fd, uint64_t *ret_length, struct error *err)
{
	struct backup_file file;
	enum status status = backup_file_read_line(fd, ret_length, err);

	if (status == STATUS_OK)
		status = backup_file_begin(&file, fd, *ret_length, err);
	if (status != STATUS_OK)
		return status;
	while (file.done < file.length && status == STATUS_OK)
		status = backup_file_hash(&file, err);
	if (status == STATUS_OK)
		status = backup_file_check(&file, err);
	backup_file_end(&file);
	return status;
}

static enum status
copy_octets(int from, int to, uint64_t length, struct error *err)
{
	static char block[BLOCK_SIZE];

	for (uint64_t at = 0; at < length;) {
		size_t size = length - at < BLOCK_SIZE ? (size_t)(length - at) : BLOCK_SIZE;
		ssize_t got = pread(from, block, size, (off_t)at);

		if (got <= 0)
			return error_set_errno(err, "cannot read the backup");
		if (pwrite(to, block, (size_t)got, (off_t)at) != got)
			return error_set_errno(err, "cannot write the store");
		at += (uint64_t)got;
	}
	return STATUS_OK;
}

static enum status
copy_store(const struct restoring *restoring, uint64_t length, struct error *err)
{
	int fd = open(restoring->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	enum status status;

	if (fd < 0)
		return error_set_errno(err, "cannot make %s", restoring->file);
	status = copy_octets(restoring->backup_fd, fd, length, err);
	(void)close(fd);
	return status;
}

/* ---- the store in it ---- */

/* The vault has said it before we were started, and has gone. */
static enum status
take_masters(int vault_fd, struct store_masters *ret_at_hand, struct error *err)
{
	union frame frame;

	if (channel_receive(vault_fd, &frame) != STATUS_OK || frame.head.type != FRAME_CHECKED ||
	    frame.head.length != sizeof(struct frame_checked))
		return error_set(
		    err, STATUS_SYSTEM, "the vault did not say which master key it holds");
	vault_line_read_checked(&frame, ret_at_hand);
	return STATUS_OK;
}

static enum status
check_masters(struct store *store, int vault_fd, struct error *err)
{
	struct store_masters known;
	struct store_masters at_hand;
	enum master_meeting meeting;
	enum status status = take_masters(vault_fd, &at_hand, err);

	if (status == STATUS_OK)
		status = store_get_masters(store, &known, err);
	return status == STATUS_OK ? master_judge(&known, &at_hand, &meeting, err) : status;
}

static enum status
begin_life(struct store *store, struct error *err)
{
	const struct store_audit entry = {
		.at = clock_wall_s(),
		.actor = "signetd",
		.on_behalf_of = "",
		.action = "restore",
		.object = "",
		.before = "",
		.after = "",
	};
	enum status status = store_begin(store, err);

	if (status == STATUS_OK)
		status = store_begin_life(store, err);
	if (status == STATUS_OK)
		status = store_add_audit(store, &entry, err);
	return status == STATUS_OK ? store_commit(store, err) : status;
}

static enum status
work_on(struct store *store, const struct restoring *restoring, struct error *err)
{
	struct store_counts counts;
	enum status status = store_check(store, err);

	if (status == STATUS_OK)
		status = check_masters(store, restoring->vault_fd, err);
	if (status == STATUS_OK)
		status = begin_life(store, err);
	if (status == STATUS_OK)
		status = store_count(store, &counts, err);
	if (status == STATUS_OK)
		log_write(LOG_LEVEL_NOTICE, "the backup is whole: keys=%llu active=%llu key_sets=%llu",
		    (unsigned long long)counts.keys, (unsigned long long)counts.active_keys,
		    (unsigned long long)counts.sets);
	return status;
}

/* Opening it migrates an older one. Closing it brings all of it into the one file. */
static enum status
prepare_store(const struct restoring *restoring, struct error *err)
{
	struct store *store = NULL;
	enum status status = store_open(restoring->directory, &store, err);

	if (status == STATUS_OK)
		status = work_on(store, restoring, err);
	store_close(&store);
	return status == STATUS_DAMAGED ? STATUS_REFUSED : status;
}

static enum status
sync_path(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool is_synced = fd >= 0 && (fsync(fd) == 0 || errno == EINVAL);

	if (fd >= 0)
		(void)close(fd);
	return is_synced ? STATUS_OK : error_set_errno(err, "cannot keep %s", path);
}

/* ---- */

static enum status
restore(const struct restoring *restoring, struct error *err)
{
	uint64_t length = 0;
	enum status status = check_backup(restoring->backup_fd, &length, err);

	if (status == STATUS_OK)
		status = copy_store(restoring, length, err);
	if (status == STATUS_OK)
		status = prepare_store(restoring, err);
	if (status == STATUS_OK)
		status = sync_path(restoring->file, err);
	if (status == STATUS_OK)
		status = sync_path(restoring->directory, err);
	return status;
}

void
restoring_run(const struct role_start *start)
{
	static struct restoring restoring;
	struct error err = { "" };
	enum status status;

	restoring.start = start;
	restoring.backup_fd = inherit_optional_fd(&start->inherit, "backup");
	if (restoring.backup_fd < 0)
		return;
	status = inherit_fd(&start->inherit, "vault", &restoring.vault_fd, &err);
	if (status == STATUS_OK)
		status = name_files(&restoring, &err);
	if (status == STATUS_OK)
		status = role_drop_user(start, &err);
	if (status == STATUS_OK)
		status = confine(&restoring, &err);
	if (status == STATUS_OK)
		status = restore(&restoring, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);
	log_close();
	exit(EXIT_SUCCESS);
}
