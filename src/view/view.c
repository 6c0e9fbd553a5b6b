/* SPDX-License-Identifier: ISC */
#include "view/view.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "view/files.h"
#include "view/pool.h"
#include "view/raw.h"

/*
 * Whoever opens the lock file first decides how many readers it has room for,
 * so the number is the same everywhere; 64 octets each.
 */
#define READER_SLOTS 8192
#define LOCK_BYTES ((READER_SLOTS + 64) * 64U) /* with room for what LMDB puts before them */
#define WRITER_POOL 2 /* the keeper looks up from one thread */

struct view {
	MDB_env *env;
	MDB_dbi dbi;
	struct pool readers; /* of MDB_txn, reset */
	unsigned reader_count;
};

struct view_write {
	struct view *view;
	MDB_txn *txn;
};

/* ---- what LMDB says, in our words ---- */

static const struct {
	int code;
	enum status status;
} results[] = {
	{ MDB_SUCCESS, STATUS_OK },
	{ MDB_NOTFOUND, STATUS_NOT_FOUND },
	{ MDB_PAGE_NOTFOUND, STATUS_DAMAGED },
	{ MDB_CORRUPTED, STATUS_DAMAGED },
	{ MDB_INVALID, STATUS_DAMAGED },
	{ MDB_VERSION_MISMATCH, STATUS_DAMAGED },
	{ MDB_CURSOR_FULL, STATUS_DAMAGED },
	{ MDB_INCOMPATIBLE, STATUS_DAMAGED },
	{ MDB_MAP_FULL, STATUS_TOO_LARGE },
	{ MDB_TXN_FULL, STATUS_TOO_LARGE },
	{ ENOMEM, STATUS_NO_MEMORY },
};

static enum status
status_of(int code)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (results[i].code == code)
			return results[i].status;
	}
	return STATUS_SYSTEM;
}

static enum status
fail(struct error *err, int code, const char *doing)
{
	return error_set(err, status_of(code), "cannot %s the view: %s", doing, mdb_strerror(code));
}

/* mdb calls take what they only read without const. */
static MDB_val
val_of(struct slice s)
{
	return (MDB_val){ .mv_size = s.len, .mv_data = (void *)(uintptr_t)s.ptr };
}

/* ---- opening ---- */

/* The main database of the file is the only one; it is known after the first transaction. */
static int
open_database(struct view *view)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(view->env, NULL, MDB_RDONLY, &txn);

	if (rc != MDB_SUCCESS)
		return rc;
	rc = mdb_dbi_open(txn, NULL, 0, &view->dbi);
	mdb_txn_abort(txn);
	return rc;
}

static int
open_environment(
    struct view *view, const char *directory, uint64_t map_bytes, unsigned flags)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	int rc = mdb_env_create(&view->env);

	if (rc == MDB_SUCCESS && map_bytes > SIZE_MAX)
		rc = ENOMEM;
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_mapsize(view->env, (size_t)(map_bytes / page * page));
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxreaders(view->env, READER_SLOTS);
	/* no MDB_NOSYNC, no MDB_NOMETASYNC: see docs/view.md; the files exist, so no mode */
	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(view->env, directory, flags | MDB_NOTLS, 0);
	return rc == MDB_SUCCESS ? open_database(view) : rc;
}

static int
add_reader(struct view *view)
{
	MDB_txn *txn;
	int dead;
	int rc = mdb_txn_begin(view->env, NULL, MDB_RDONLY, &txn);

	if (rc == MDB_READERS_FULL && mdb_reader_check(view->env, &dead) == MDB_SUCCESS && dead > 0)
		rc = mdb_txn_begin(view->env, NULL, MDB_RDONLY, &txn);
	if (rc != MDB_SUCCESS)
		return rc;
	mdb_txn_reset(txn);
	pool_put(&view->readers, txn);
	view->reader_count++;
	return MDB_SUCCESS;
}

/*
 * All of them now: taking a slot needs a lock that every reader of this view
 * can hold, renewing one that we have needs none. So no look-up ever waits for
 * another process.
 */
static enum status
add_readers(struct view *view, unsigned count, struct error *err)
{
	int rc = MDB_SUCCESS;

	if (pool_init(&view->readers, count) != STATUS_OK)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	while (rc == MDB_SUCCESS && view->reader_count < count)
		rc = add_reader(view);
	return rc == MDB_SUCCESS ? STATUS_OK : fail(err, rc, "get a reader's slot in");
}

static enum status
open_view(const char *directory, uint64_t map_bytes, unsigned flags, unsigned reader_count,
    struct view **ret_view, struct error *err)
{
	struct view *view = calloc(1, sizeof(*view));
	enum status status = STATUS_NO_MEMORY;
	int rc;

	if (view == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	rc = open_environment(view, directory, map_bytes, flags);
	if (rc != MDB_SUCCESS)
		status = fail(err, rc, "open");
	else
		status = add_readers(view, reader_count, err);
	if (status != STATUS_OK) {
		view_close(&view);
		return error_prepend(err, status, "%s", directory);
	}
	*ret_view = view;
	return STATUS_OK;
}

enum status
view_open_reader(const char *directory, uint64_t map_bytes, unsigned max_readers,
    struct view **ret_view, struct error *err)
{
	enum status status = files_find(directory, err);

	if (status != STATUS_OK)
		return status;
	return open_view(directory, map_bytes, MDB_RDONLY, max_readers > 0 ? max_readers : 1,
	    ret_view, err);
}

enum status
view_open_writer(
    const char *directory, uint64_t map_bytes, struct view **ret_view, struct error *err)
{
	enum status status = files_prepare(directory, LOCK_BYTES, err);

	if (status != STATUS_OK)
		return status;
	return open_view(directory, map_bytes, 0, WRITER_POOL, ret_view, err);
}

void
view_close(struct view **view)
{
	struct view *v = *view;

	if (v == NULL)
		return;
	while (v->reader_count > 0) {
		mdb_txn_abort(pool_take(&v->readers));
		v->reader_count--;
	}
	if (v->readers.items != NULL)
		pool_done(&v->readers);
	if (v->env != NULL)
		mdb_env_close(v->env);
	free(v);
	*view = NULL;
}

/* ---- looking up ---- */

static int
copy_value(struct view *view, MDB_txn *txn, struct slice key, struct buf *copy)
{
	MDB_val name = val_of(key);
	MDB_val value;
	int rc = mdb_get(txn, view->dbi, &name, &value);

	if (rc != MDB_SUCCESS)
		return rc;
	buf_put(copy, slice_of(value.mv_data, value.mv_size));
	return buf_status(copy) == STATUS_OK ? MDB_SUCCESS : MDB_CORRUPTED;
}

/*
 * Copied first, checked afterwards: who may write the lock file can make the
 * writer reuse the page under us, so what is checked must be what is used.
 */
enum status
raw_find(struct view *view, struct slice key, char *ret_copy, size_t size, struct slice *ret_value)
{
	MDB_txn *txn = pool_take(&view->readers);
	struct buf copy;
	int rc = mdb_txn_renew(txn);

	buf_init_fixed(&copy, ret_copy, size);
	if (rc == MDB_SUCCESS) {
		rc = copy_value(view, txn, key, &copy);
		mdb_txn_reset(txn);
	}
	pool_put(&view->readers, txn);
	if (rc == MDB_SUCCESS)
		*ret_value = buf_slice(&copy);
	return status_of(rc);
}

/* ---- its state ---- */

enum status
view_reap_readers(struct view *view, unsigned *ret_count, struct error *err)
{
	int dead = 0;
	int rc = mdb_reader_check(view->env, &dead);

	if (rc != MDB_SUCCESS)
		return fail(err, rc, "free dead readers' slots of");
	*ret_count = (unsigned)dead;
	return STATUS_OK;
}

enum status
view_measure(struct view *view, struct view_usage *ret_usage, struct error *err)
{
	MDB_stat stat;
	MDB_envinfo info;
	int rc = mdb_env_stat(view->env, &stat);

	if (rc == MDB_SUCCESS)
		rc = mdb_env_info(view->env, &info);
	if (rc != MDB_SUCCESS)
		return fail(err, rc, "measure");
	*ret_usage = (struct view_usage){
		/* every commit writes the position */
		.entries = stat.ms_entries > 0 ? stat.ms_entries - 1 : 0,
		.live_bytes = stat.ms_psize *
		    (stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages),
		.file_bytes = stat.ms_psize * (info.me_last_pgno + 1),
		.map_bytes = info.me_mapsize,
		.reader_slots = info.me_numreaders,
	};
	return STATUS_OK;
}

enum status
view_discard(const char *directory, struct error *err)
{
	enum status status = files_remove_data(directory, err);

	return status == STATUS_OK ? files_remove_lock(directory, err) : status;
}

enum status
view_discard_lock(const char *directory, struct error *err)
{
	return files_remove_lock(directory, err);
}

/* ---- writing ---- */

/* Puts nothing more into a full map before it is sure that no dead reader holds its pages. */
static enum status
fail_write(struct view_write *write, int code, struct error *err)
{
	unsigned dead = 0;

	if (code != MDB_MAP_FULL)
		return fail(err, code, "write to");
	if (view_reap_readers(write->view, &dead, err) == STATUS_OK && dead > 0)
		return error_set(err, STATUS_UNAVAILABLE,
		    "the map of the view was full, held by %u dead readers; begin again", dead);
	return error_set(err, STATUS_TOO_LARGE,
	    "the map of the view is full; raise map_size, or restart a reader that hangs");
}

enum status
view_write_begin(struct view *view, struct view_write **ret_write, struct error *err)
{
	struct view_write *write;
	unsigned dead;
	enum status status = view_reap_readers(view, &dead, err);
	int rc;

	if (status != STATUS_OK)
		return status;
	write = calloc(1, sizeof(*write));
	if (write == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	write->view = view;
	rc = mdb_txn_begin(view->env, NULL, 0, &write->txn);
	if (rc != MDB_SUCCESS) {
		free(write);
		return fail(err, rc, "begin to write to");
	}
	*ret_write = write;
	return STATUS_OK;
}

void
view_write_abort(struct view_write **write)
{
	if (*write == NULL)
		return;
	mdb_txn_abort((*write)->txn);
	free(*write);
	*write = NULL;
}

enum status
view_write_clear(struct view_write *write, struct error *err)
{
	int rc = mdb_drop(write->txn, write->view->dbi, 0);

	return rc == MDB_SUCCESS ? STATUS_OK : fail_write(write, rc, err);
}

enum status
raw_put(struct view_write *write, struct slice key, struct slice value, struct error *err)
{
	MDB_val name = val_of(key);
	MDB_val content = val_of(value);
	int rc = mdb_put(write->txn, write->view->dbi, &name, &content, 0);

	return rc == MDB_SUCCESS ? STATUS_OK : fail_write(write, rc, err);
}

enum status
raw_delete(struct view_write *write, struct slice key, struct error *err)
{
	MDB_val name = val_of(key);
	int rc = mdb_del(write->txn, write->view->dbi, &name, NULL);

	return rc == MDB_SUCCESS || rc == MDB_NOTFOUND ? STATUS_OK : fail_write(write, rc, err);
}

enum status
raw_commit(struct view_write **write, struct error *err)
{
	int rc = mdb_txn_commit((*write)->txn);
	enum status status = rc == MDB_SUCCESS ? STATUS_OK : fail_write(*write, rc, err);

	free(*write);
	*write = NULL;
	return status;
}
