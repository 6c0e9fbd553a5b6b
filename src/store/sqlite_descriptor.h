/* SPDX-License-Identifier: ISC */
/*
 * A database in a file that somebody else has opened: SQLite knows files by
 * name, and the keeper may open none outside its own directory. For
 * store/sqlite_backup.c alone.
 *
 * There is no locking and no journal: the file is written once, by one
 * connection, and is of no use before it is complete.
 */
#ifndef STORE_SQLITE_DESCRIPTOR_H
#define STORE_SQLITE_DESCRIPTOR_H

#include <sqlite3.h>

#include "base/error.h"

/* fd stays the caller's, and must outlive the connection. *ret_db is to be closed, also on failure. */
MUST_CHECK enum status sqlite_descriptor_open(int fd, sqlite3 **ret_db, struct error *err);

#endif
