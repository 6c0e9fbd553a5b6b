/* SPDX-License-Identifier: ISC */
/*
 * Backup: a copy of the store, into the file whose descriptor comes with the
 * first call. It is made while the calls after that wait for it, a moment of
 * it for each, so that signetctl sees how far it is, and a backup nobody waits
 * for costs nothing. Other calls are served between the steps.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/passing.h"
#include "keeper/backup_file.h"
#include "keeper/methods/methods.h"
#include "keeper/timer.h"
#include "process/clock.h"
#include "store/backup.h"

#define ANSWER_MS 500  /* after so long a call is answered, done or not */
#define PATIENCE_S 60  /* for the next call */

/* One is under way at most. */
struct backing {
	struct keeper *keeper;
	struct call *call; /* that waits for it; NULL between two calls */
	sd_event_source *timer;
	int64_t number;
	int64_t answer_at_ms;
	int descriptor;
	struct store_backup *copy; /* until it is complete */
	struct backup_file file;   /* then it is hashed */
	struct store_backup_progress progress;
	struct store_counts counts;
};

struct backup_values {
	int64_t number;
};

static const struct param backup_params[] = {
	{ "number", PARAM_NUMBER, false, offsetof(struct backup_values, number), NULL, INT64_MAX },
	{ .name = NULL },
};

void
backup_forget(struct keeper *keeper)
{
	struct backing *backing = keeper->backing;

	keeper->backing = NULL;
	if (backing == NULL)
		return;
	if (backing->call != NULL)
		call_fail_message(
		    backing->call, CALL_ERROR_UNAVAILABLE, "the daemon is being stopped: try again");
	store_backup_free(&backing->copy);
	backup_file_end(&backing->file);
	passing_drop(&backing->descriptor);
	sd_event_source_disable_unref(backing->timer);
	free(backing);
}

/* ---- answering ---- */

/* Where it lies, so that whoever backs up knows what else to keep. */
static const char *
name_master_key(const struct settings *settings, char ret_path[PATH_MAX])
{
	const char *configured = settings_text(settings, SETTING_MASTER_KEY, 0);

	if (configured[0] != '\0')
		return configured;
	(void)snprintf(
	    ret_path, PATH_MAX, "%s/master.key", settings_text(settings, SETTING_STATE_DIR, 0));
	return ret_path;
}

static json_t *
answer_of(const struct backing *backing, bool is_complete)
{
	char path[PATH_MAX];

	return json_pack("{s:I, s:b, s:I, s:I, s:I, s:I, s:s}",
	    "number", (json_int_t)backing->number,
	    "is_complete", is_complete,
	    "octets", (json_int_t)(backing->progress.done + backing->file.done),
	    "of_octets", (json_int_t)(2 * backing->progress.total),
	    "keys", (json_int_t)backing->counts.keys,
	    "key_sets", (json_int_t)backing->counts.sets,
	    "master_key", name_master_key(backing->keeper->settings, path));
}

static void
answer_so_far(struct backing *backing)
{
	struct call *call = backing->call;

	backing->call = NULL;
	timer_set(backing->timer, PATIENCE_S);
	call_answer(call, answer_of(backing, false));
}

static void
answer_done(struct backing *backing)
{
	struct call *call = backing->call;
	json_t *answer = answer_of(backing, true);

	backing->call = NULL;
	backup_forget(backing->keeper);
	call_answer(call, answer);
}

static void
fail(struct backing *backing, enum status status, const struct error *err)
{
	struct call *call = backing->call;

	backing->call = NULL;
	backup_forget(backing->keeper);
	call_fail_status(call, status, "file", err);
}

/* ---- the work ---- */

static enum status
copy_some(struct backing *backing, struct error *err)
{
	enum status status = store_backup_step(backing->copy, &backing->progress, err);

	if (status != STATUS_OK || !backing->progress.is_complete)
		return status;
	store_backup_free(&backing->copy);
	return backup_file_begin(
	    &backing->file, backing->descriptor, backing->progress.total, err);
}

/* What was written is read again: a disk that did not take it is noticed now, not when it is needed. */
static enum status
do_some(struct backing *backing, bool *ret_is_complete, struct error *err)
{
	enum status status = backing->copy != NULL ? copy_some(backing, err)
						   : backup_file_hash(&backing->file, err);

	if (status != STATUS_OK || backing->copy != NULL ||
	    backing->file.done < backing->file.length)
		return status;
	*ret_is_complete = true;
	return backup_file_write_line(&backing->file, err);
}

static void
go_on(struct backing *backing)
{
	bool is_complete = false;
	struct error err;
	enum status status = do_some(backing, &is_complete, &err);

	if (status != STATUS_OK)
		fail(backing, status, &err);
	else if (is_complete)
		answer_done(backing);
	else if (clock_monotonic_ms() >= backing->answer_at_ms)
		answer_so_far(backing);
	else
		timer_set(backing->timer, 0);
}

/* Whoever does not come back has given up, and so has one whose connection has gone. */
static int
on_timer(sd_event_source *source, uint64_t at, void *context)
{
	struct backing *backing = context;

	(void)source;
	(void)at;
	if (backing->call != NULL)
		go_on(backing);
	else
		backup_forget(backing->keeper);
	return 0;
}

/* ---- beginning ---- */

static enum status
check_descriptor(int descriptor, struct error *err)
{
	struct stat st;
	int flags;

	if (descriptor < 0)
		return error_set(err, STATUS_INVALID,
		    "no file came with the call: it goes along as a descriptor (SCM_RIGHTS)");
	flags = fcntl(descriptor, F_GETFL);
	if (flags < 0 || fstat(descriptor, &st) != 0)
		return error_set_errno(err, "cannot look at the file");
	if (!S_ISREG(st.st_mode) || st.st_size != 0 || (flags & O_ACCMODE) != O_RDWR ||
	    (flags & O_APPEND) != 0)
		return error_set(err, STATUS_INVALID,
		    "it must be a regular file, empty, open for reading and writing");
	return STATUS_OK;
}

/* Who took all the sealed keys away is worth a row. It is in the copy, too. */
static enum status
add_audit(struct call *call, struct error *err)
{
	struct lifecycle_by by = call_by(call);
	const struct store_audit entry = {
		.at = by.now,
		.actor = by.actor,
		.on_behalf_of = by.on_behalf_of,
		.action = "backup",
		.object = "",
		.before = "",
		.after = "",
	};
	struct store *store = call->keeper->store;
	enum status status = store_begin(store, err);

	if (status != STATUS_OK)
		return status;
	status = store_add_audit(store, &entry, err);
	if (status == STATUS_OK)
		return store_commit(store, err);
	store_rollback(store);
	return status;
}

static enum status
begin(struct backing *backing, struct error *err)
{
	struct keeper *keeper = backing->keeper;
	enum status status = check_descriptor(backing->descriptor, err);

	if (status == STATUS_OK)
		status = store_count(keeper->store, &backing->counts, err);
	if (status == STATUS_OK)
		status = add_audit(backing->call, err);
	if (status == STATUS_OK)
		status = store_backup_begin(
		    keeper->store, backing->descriptor, &backing->copy, err);
	if (status == STATUS_OK)
		status = timer_new(keeper->event, on_timer, backing, &backing->timer, err);
	return status;
}

static struct backing *
make_backing(struct call *call)
{
	static int64_t last_number;
	struct backing *backing = calloc(1, sizeof(*backing));

	if (backing == NULL)
		return NULL;
	backing->keeper = call->keeper;
	backing->call = call;
	backing->number = ++last_number;
	backing->descriptor = connection_take_descriptor(call->connection);
	call->keeper->backing = backing;
	return backing;
}

static void
begin_new(struct call *call)
{
	struct backing *backing;
	struct error err;
	enum status status;

	if (call->keeper->backing != NULL && call->keeper->backing->call != NULL) {
		call_fail_message(
		    call, CALL_ERROR_UNAVAILABLE, "another backup is under way: try again later");
		return;
	}
	backup_forget(call->keeper);
	backing = make_backing(call);
	if (backing == NULL) {
		call_answer(call, NULL);
		return;
	}
	status = begin(backing, &err);
	if (status == STATUS_OK)
		answer_so_far(backing);
	else
		fail(backing, status, &err);
}

static void
proceed(struct call *call, int64_t number)
{
	struct backing *backing = call->keeper->backing;

	if (backing == NULL || backing->number != number || backing->call != NULL) {
		call_fail_message(call, CALL_ERROR_NOT_FOUND, "there is no such backup under way");
		return;
	}
	backing->call = call;
	backing->answer_at_ms = clock_monotonic_ms() + ANSWER_MS;
	timer_set(backing->timer, 0);
}

void
backup_store(struct call *call)
{
	struct backup_values values = { .number = 0 };

	if (!call_read(call, backup_params, &values))
		return;
	if (values.number == 0)
		begin_new(call);
	else
		proceed(call, values.number);
}
