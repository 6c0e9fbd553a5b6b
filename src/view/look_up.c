/* SPDX-License-Identifier: ISC */
#include "view/lmdb.h"

#include "base/buf.h"
#include "view/raw.h"

static int
copy_value(struct view *view, MDB_txn *txn, struct slice key, struct buf *copy)
{
	MDB_val name = lmdb_val(key);
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
	return lmdb_status(rc);
}
