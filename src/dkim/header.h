/* SPDX-License-Identifier: ISC */
/*
 * The header block of one message, in the order of the message. Names and
 * values live in the arena that was given, as long as it is not reset.
 */
#ifndef DKIM_HEADER_H
#define DKIM_HEADER_H

#include "base/arena.h"

struct header_field {
	struct slice name;  /* as sent, up to the colon */
	struct slice value; /* after the colon, white space and all; CRLF in folds, none at the end */
};

struct header_block {
	struct arena *arena;
	struct header_field *fields; /* top first */
	size_t count;
	size_t capacity;
	size_t bytes; /* of the block as sent: names, colons, values, line ends */
	size_t max_bytes;
	size_t max_fields;
};

/* The arena room that a block of these limits needs at most. */
size_t header_arena_bytes(size_t max_bytes, size_t max_fields);

/* An empty block, with the limits of header_add; takes memory from the arena with the first field. */
void header_init(
    struct header_block *block, struct arena *arena, size_t max_bytes, size_t max_fields);

/*
 * Appends a copy. A line end inside the value may be LF, as libmilter hands it
 * out, or CRLF; it is stored as CRLF. STATUS_TOO_LARGE at either limit (the
 * block is then as before), STATUS_NO_MEMORY.
 */
MUST_CHECK enum status header_add(
    struct header_block *block, struct slice name, struct slice value);

/*
 * Takes out all fields called name, says how many there were, and appends one
 * of that name: the sender's limits do not count for what is ours. name and
 * value are copied. STATUS_NO_MEMORY: the block is then as before.
 */
MUST_CHECK enum status header_replace(struct header_block *block, struct slice name,
    struct slice value, size_t *ret_removed);

/* Names are compared without regard to case and to white space before the colon. */
bool header_is_named(const struct header_field *field, struct slice name);

/* How many fields have that name. */
size_t header_count(const struct header_block *block, struct slice name);

/* The topmost field of that name, or NULL. */
const struct header_field *header_find(const struct header_block *block, struct slice name);

#endif
