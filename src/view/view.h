/* SPDX-License-Identifier: ISC */
/*
 * What signing sees (docs/view.md): two LMDB environments under
 * state_dir/view, `table` for the milters and `keyring` for the vault, written
 * by the keeper alone. Every mdb call of the project is made behind view/lmdb.h.
 *
 * Readers: any thread may look up at any time; a look-up holds a read
 * transaction of a pool only while it copies the value out, never across
 * calls. What is found is a copy, checked against its own checksum.
 * Writer: one thread, one transaction at a time.
 */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

#include "base/error.h"
#include "keys/match.h"

struct view;       /* one open environment */
struct view_write; /* one write transaction */

#define VIEW_GENERATION_SIZE 16

/* How far a view has followed the store. */
struct view_position {
	uint8_t generation[VIEW_GENERATION_SIZE]; /* of the store it was made from */
	uint64_t change;                          /* the last change it holds */
};

/*
 * Opens directory (which exists) for reading; after exec, with the role's own
 * rights: data.mdb readable, lock.mdb writable. map_bytes is the fixed map
 * size, the same everywhere, and at most once per process: LMDB forbids a
 * second open of the same view, or of its files, in one process.
 *
 * max_readers: threads that look up at the same time; one more waits for
 * them. All reader slots are taken here, so that later no look-up waits for
 * another process, allocates, or makes a system call. STATUS_NOT_FOUND when
 * there is no view yet, STATUS_DAMAGED when the file is no view.
 */
MUST_CHECK enum status view_open_reader(const char *directory, uint64_t map_bytes,
    unsigned max_readers, struct view **ret_view, struct error *err);

/*
 * Opens or creates it for the keeper: data.mdb 0640, lock.mdb 0660, set
 * explicitly; the group comes from the directory (set-group-ID).
 */
MUST_CHECK enum status view_open_writer(
    const char *directory, uint64_t map_bytes, struct view **ret_view, struct error *err);

/* No look-up and no write may be under way. */
void view_close(struct view **view);

/* STATUS_NOT_FOUND: a new, empty view. */
MUST_CHECK enum status view_get_position(
    struct view *view, struct view_position *ret_position, struct error *err);

/*
 * Frees the slots of readers that died, so that what they held can be used
 * again; keeper only, at each child's death. view_write_begin does it, too.
 */
MUST_CHECK enum status view_reap_readers(struct view *view, unsigned *ret_count, struct error *err);

struct view_usage {
	uint64_t entries;
	uint64_t live_bytes;   /* pages in use, without those that wait to be used again */
	uint64_t file_bytes;
	uint64_t map_bytes;
	unsigned reader_slots; /* ever in use at the same time */
};

/* Any thread. */
MUST_CHECK enum status view_measure(
    struct view *view, struct view_usage *ret_usage, struct error *err);

/*
 * Removes a damaged view, to be made anew by view_open_writer; or its lock
 * file alone, when a reader has left it unusable. Keeper only, while no
 * process has the view open.
 */
MUST_CHECK enum status view_discard(const char *directory, struct error *err);
MUST_CHECK enum status view_discard_lock(const char *directory, struct error *err);

/* ---- looking up ---- */

/* The active keys of org at domain: STATUS_OK, NOT_FOUND, DAMAGED, SYSTEM. For match_source. */
MUST_CHECK enum status view_table_find(
    struct view *table, struct slice org, struct slice domain, struct match_list *ret_list);

/* The sealed key of a handle into ret_sealed[SEALED_MAX]: STATUS_OK, NOT_FOUND, DAMAGED, SYSTEM. */
MUST_CHECK enum status view_keyring_find(struct view *keyring, const struct handle *handle,
    uint8_t ret_sealed[SEALED_MAX], size_t *ret_len);

/*
 * ---- writing: keeper only ----
 *
 * After a function failed, only view_write_abort is useful. STATUS_TOO_LARGE:
 * the map is full. STATUS_UNAVAILABLE: it was full, and what dead readers held
 * has just been freed: abort, begin and write again, once.
 */

MUST_CHECK enum status view_write_begin(
    struct view *view, struct view_write **ret_write, struct error *err);

/* Commits with the position reached; frees write whatever comes of it. */
MUST_CHECK enum status view_write_commit(
    struct view_write **write, const struct view_position *position, struct error *err);

void view_write_abort(struct view_write **write);

/* Empties the whole environment, for a rebuild in one transaction. */
MUST_CHECK enum status view_write_clear(struct view_write *write, struct error *err);

/* Sets the active keys of org at domain; an empty list removes the entry. Idempotent. */
MUST_CHECK enum status view_table_put(struct view_write *write, struct slice org,
    struct slice domain, const struct match_list *list, struct error *err);

/* Sets or (len 0) removes the sealed key of a handle. Idempotent. */
MUST_CHECK enum status view_keyring_put(struct view_write *write, const struct handle *handle,
    const uint8_t *sealed, size_t len, struct error *err);

#endif
