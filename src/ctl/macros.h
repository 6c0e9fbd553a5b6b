/* SPDX-License-Identifier: ISC */
/*
 * Macros a mail server sends before each step. A milter may ask for a list of
 * its own; then, as with Postfix, the other stages are empty unless it asks
 * for them too.
 */
#ifndef CTL_MACROS_H
#define CTL_MACROS_H

#include "ctl/mta.h"

/* The numbers of the protocol. */
enum macros_stage {
	MACROS_CONNECT = 0,
	MACROS_HELO = 1,
	MACROS_MAIL = 2,
	MACROS_RCPT = 3,
	MACROS_DATA = 4,
	MACROS_END_OF_MESSAGE = 5,
	MACROS_END_OF_HEADER = 6,
	MACROS_NONE = 7, /* a step without macros */
};
#define MACROS_STAGES 7

#define MACROS_LIST_MAX 512

struct macros {
	char lists[MACROS_STAGES][MACROS_LIST_MAX]; /* names, separated by spaces or commas */
};

/* The lists a mail server sends of its own accord. */
void macros_init(struct macros *macros);

/* Takes the lists at the end of a milter's negotiation; STATUS_INVALID when malformed. */
MUST_CHECK enum status macros_take_lists(struct macros *macros, struct slice data);

/* Is a list of "NAME=VALUE,…" one? */
bool macros_are_pairs(const char *list);

/* Does such a list, or NULL, give this macro a value? */
bool macros_give(const char *list, const char *name);

/* The names and values of a stage; recipient counts at MACROS_RCPT only. */
void macros_put(const struct macros *macros, enum macros_stage stage,
    const struct mta_envelope *envelope, size_t recipient, struct buf *out);

#endif
