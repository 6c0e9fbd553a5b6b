/* SPDX-License-Identifier: ISC */
/* Making, recognizing and migrating the file of the store: for store/sqlite.c alone. */
#ifndef STORE_SQLITE_OPEN_H
#define STORE_SQLITE_OPEN_H

#include "store/sqlite.h"

#define SQLITE_FILE_NAME "signetd.db"

/* Fills in store->db (also on failure, for store_close) and store->generation. */
MUST_CHECK enum status sqlite_open(
    struct store *store, const char *directory, struct error *err);

#endif
