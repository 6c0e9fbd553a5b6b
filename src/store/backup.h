/* SPDX-License-Identifier: ISC */
/*
 * A copy of the store while it is in use, and what a copy must go through
 * before it is the store again (docs/backup.md). A part of the interface of
 * store/store.h: the same rules.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

struct store_backup;

struct store_backup_progress {
	uint64_t done;    /* octets copied */
	uint64_t total;   /* of the store as it is now */
	bool is_complete; /* the file is a store by itself */
};

/*
 * Begins to copy the store into fd: a regular file, empty, open for reading
 * and writing, at offset 0; it stays the caller's, and open until
 * store_backup_free. The store can be written meanwhile: the copy is the store
 * as it is when it is complete.
 */
MUST_CHECK enum status store_backup_begin(
    struct store *store, int fd, struct store_backup **ret_backup, struct error *err);

/* Copies some more, a megabyte or so. Outside a transaction. Nothing is synced. */
MUST_CHECK enum status store_backup_step(
    struct store_backup *backup, struct store_backup_progress *ret_progress, struct error *err);

/* Before the store is closed. */
void store_backup_free(struct store_backup **backup);

/* Everything in the file is where and what it should be: reads all of it. STATUS_DAMAGED. */
MUST_CHECK enum status store_check(struct store *store, struct error *err);

/*
 * The copy begins a life of its own: a new generation, so that the views are
 * made anew; what DNS showed, whether records are published and who has ceased to
 * sign is to be looked at again, since the world has gone on without it. In a transaction.
 */
MUST_CHECK enum status store_begin_life(struct store *store, struct error *err);

#endif
