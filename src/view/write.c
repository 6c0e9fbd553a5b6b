/* SPDX-License-Identifier: ISC */
#include "view/lmdb.h"

#include <stdlib.h>

#include "view/raw.h"

/* Puts nothing more into a full map before it is sure that no dead reader holds its pages. */
static enum status
fail_write(struct view_write *write, int code, struct error *err)
{
	unsigned dead = 0;

	if (code != MDB_MAP_FULL)
		return lmdb_fail(err, code, "write to");
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
		return lmdb_fail(err, rc, "begin to write to");
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
	MDB_val name = lmdb_val(key);
	MDB_val content = lmdb_val(value);
	int rc = mdb_put(write->txn, write->view->dbi, &name, &content, 0);

	return rc == MDB_SUCCESS ? STATUS_OK : fail_write(write, rc, err);
}

enum status
raw_delete(struct view_write *write, struct slice key, struct error *err)
{
	MDB_val name = lmdb_val(key);
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
