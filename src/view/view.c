/* SPDX-License-Identifier: ISC */
#include "view/view.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "view/files.h"
#include "view/lmdb.h"

/*
 * Whoever opens the lock file first decides how many readers it has room for,
 * so the number is the same everywhere; 64 octets each.
 */
#define READER_SLOTS 8192
#define LOCK_BYTES ((READER_SLOTS + 64) * 64U) /* with room for what LMDB puts before them */
#define WRITER_POOL 2 /* the keeper looks up from one thread */

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
	return rc == MDB_SUCCESS ? STATUS_OK : lmdb_fail(err, rc, "get a reader's slot in");
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
		status = lmdb_fail(err, rc, "open");
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

/* ---- its state ---- */

enum status
view_reap_readers(struct view *view, unsigned *ret_count, struct error *err)
{
	int dead = 0;
	int rc = mdb_reader_check(view->env, &dead);

	if (rc != MDB_SUCCESS)
		return lmdb_fail(err, rc, "free dead readers' slots of");
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
		return lmdb_fail(err, rc, "measure");
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
