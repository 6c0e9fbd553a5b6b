/* SPDX-License-Identifier: ISC */
/*
 * Which header fields a signature covers: what h= says, in its order. A field
 * that occurs more than once is named as often, the bottom one first (RFC 6376
 * §5.4.2). Over-signing names it once more than it occurs, so that nobody can
 * add another one later (§5.4, §8.15).
 */
#ifndef DKIM_CHOICE_H
#define DKIM_CHOICE_H

#include "dkim/header.h"

enum choice_rule {
	CHOICE_OMIT = 0,          /* only for choice_change */
	CHOICE_SIGN,              /* each that is there */
	CHOICE_OVERSIGN_PRESENT,  /* each and one more, if there is one */
	CHOICE_OVERSIGN_ALWAYS,   /* each and one more */
};

struct choice_row {
	const char *name;
	enum choice_rule rule;
};

/* The table of the product, ending with { NULL, … }; From is in every table (§5.4). */
extern const struct choice_row choice_default[];
#define CHOICE_DEFAULT_COUNT 28

/*
 * Gives the fields called name, in any case, another rule in a table of count
 * rows: changes its row, takes it out (CHOICE_OMIT), or puts one at the end.
 * Returns the new count; the table has room for one more row, and ends with
 * { NULL, … } before and after. name is not copied.
 */
size_t choice_change(
    struct choice_row *table, size_t count, const char *name, enum choice_rule rule);

/* More than this in one h= is no mail; and the field must fit a milter packet (field.h). */
#define CHOICE_MAX 1000
#define CHOICE_MAX_BYTES 59000

/* How large h= becomes. */
struct choice_size {
	size_t names;
	size_t bytes; /* of the names, each with its colon and a fold, though few have one */
};

/* Adds the names of a row whose field occurs so many times. */
void choice_size_add(struct choice_size *size, const struct choice_row *row, size_t present);

/*
 * Can a signature name so many? Whoever signs is told by choice_make, and whoever has counted the fields of a header
 * elsewhere asks here.
 */
bool choice_size_fits(const struct choice_size *size);

struct choice_entry {
	struct slice name;                /* as in h= */
	const struct header_field *field; /* NULL: named for its absence, hashed as nothing */
};

struct choice {
	const struct choice_entry *entries;
	size_t count;
};

/*
 * Chooses from header by table; the entries live in the arena and point into
 * the header. STATUS_TOO_LARGE when it does not fit, STATUS_NO_MEMORY.
 */
MUST_CHECK enum status choice_make(const struct choice_row *table,
    const struct header_block *header, struct arena *arena, struct choice *ret_choice);

#endif
