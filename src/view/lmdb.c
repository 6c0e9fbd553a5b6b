/* SPDX-License-Identifier: ISC */
#include "view/lmdb.h"

#include <errno.h>

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

enum status
lmdb_status(int code)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++) {
		if (results[i].code == code)
			return results[i].status;
	}
	return STATUS_SYSTEM;
}

enum status
lmdb_fail(struct error *err, int code, const char *doing)
{
	return error_set(err, lmdb_status(code), "cannot %s the view: %s", doing, mdb_strerror(code));
}
