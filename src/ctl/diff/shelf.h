/* SPDX-License-Identifier: ISC */
/*
 * The fields of a message by name, and in the form in which a signature covers
 * them: a message has as many fields as its sender likes, and each is looked at
 * a few times only, however many have one name. Pure.
 */
#ifndef CTL_DIFF_SHELF_H
#define CTL_DIFF_SHELF_H

#include "ctl/message.h"
#include "dkim/canon.h"

struct shelf {
	struct arena *arena;
	enum canon canon;
	const struct message_field **fields; /* by name, of one name from the bottom */
	size_t count;
	struct slice *forms; /* those of a row where they were asked for, in order; else ptr is NULL */
};

/* The fields of one name, in any case, from the bottom; part of the shelf. */
struct shelf_row {
	const struct message_field *const *fields;
	size_t count;
};

/* STATUS_NO_MEMORY. The message and the arena must stay. */
MUST_CHECK enum status shelf_make(struct shelf *shelf, const struct message *message, enum canon canon,
    struct arena *arena);

/* A row of none where the message has no such field. */
struct shelf_row shelf_find(const struct shelf *shelf, struct slice name);

/* The nth (from 1) from the bottom, or NULL. */
const struct message_field *shelf_nth(struct shelf_row row, size_t nth);

/* The canonical form of a field, in the arena; of none (NULL): empty. */
MUST_CHECK enum status shelf_form(
    const struct shelf *shelf, const struct message_field *field, struct slice *ret_form);

/* Has a field of the row this form? Without memory: false. */
bool shelf_has_form(struct shelf *shelf, struct shelf_row row, struct slice form);

#endif
