/* SPDX-License-Identifier: ISC */
/*
 * How the keys and values of a view are written (docs/view.md). Every value
 * begins with a version and ends with a checksum over its key and itself:
 * LMDB has none of its own. Reading trusts nothing: what is not exactly what
 * we would have written is STATUS_DAMAGED. Pure; knows no LMDB.
 */
#ifndef VIEW_ENTRY_H
#define VIEW_ENTRY_H

#include "base/buf.h"
#include "keys/match.h"
#include "view/view.h"

#define ENTRY_KEY_MAX (DOMAIN_MAX + 1 + ORG_MAX) /* LMDB allows 511 */

#define ENTRY_OVERHEAD (1 + 8) /* version, checksum */
#define ENTRY_LIST_MAX \
	(ENTRY_OVERHEAD + 1 + MATCH_LIST_MAX * (1 + 1 + ID_SIZE + ID_SIZE + 1 + SELECTOR_MAX))
#define ENTRY_SEALED_MAX (ENTRY_OVERHEAD + SEALED_MAX)
#define ENTRY_POSITION_MAX (ENTRY_OVERHEAD + VIEW_GENERATION_SIZE + 8)

struct entry_key {
	char bytes[ENTRY_KEY_MAX];
	size_t len;
};

static inline struct slice
entry_key_slice(const struct entry_key *key)
{
	return slice_of(key->bytes, key->len);
}

/*
 * The key of (org, domain): the domain backwards, NUL, the organization. So
 * what a sender's domain is asked for, example.com and the names below it,
 * lies together. STATUS_INVALID for a name that is empty, too long or has a
 * NUL in it.
 */
MUST_CHECK enum status entry_make_key(
    struct slice org, struct slice domain, struct entry_key *ret_key);

/* The key of the position; no domain and no handle has it. */
void entry_make_position_key(struct entry_key *ret_key);

/* Each appends one value to b; a list or length out of its bounds is STATUS_INVALID. */
MUST_CHECK enum status entry_encode_list(
    struct slice key, const struct match_list *list, struct buf *b);
MUST_CHECK enum status entry_encode_sealed(struct slice key, struct slice sealed, struct buf *b);
MUST_CHECK enum status entry_encode_position(
    struct slice key, const struct view_position *position, struct buf *b);

/* STATUS_OK or STATUS_DAMAGED. */
MUST_CHECK enum status entry_decode_list(
    struct slice key, struct slice value, struct match_list *ret_list);
MUST_CHECK enum status entry_decode_sealed(
    struct slice key, struct slice value, uint8_t ret_sealed[SEALED_MAX], size_t *ret_len);
MUST_CHECK enum status entry_decode_position(
    struct slice key, struct slice value, struct view_position *ret_position);

#endif
