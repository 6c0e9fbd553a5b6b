/* SPDX-License-Identifier: ISC */
/*
 * An open view, and LMDB in our words: for view.c, look_up.c and write.c, which
 * make all mdb calls of the project.
 */
#ifndef VIEW_LMDB_H
#define VIEW_LMDB_H

#include <lmdb.h>

#include "view/pool.h"
#include "view/view.h"

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

/* What a code of LMDB's, or an errno, comes to. */
enum status lmdb_status(int code);

/* "cannot DOING the view: …" */
enum status lmdb_fail(struct error *err, int code, const char *doing);

/* mdb calls take what they only read without const. */
static inline MDB_val
lmdb_val(struct slice s)
{
	return (MDB_val){ .mv_size = s.len, .mv_data = (void *)(uintptr_t)s.ptr };
}

#endif
