/* SPDX-License-Identifier: ISC */
/*
 * A message as a mail server holds it while milters look at it: header fields
 * in order and a body, every line end a CRLF. `signetctl try` parses a file
 * into it, lets the milter's answers change it, and prints it.
 *
 * One owner: message_init, message_done. Slices given out live until then.
 */
#ifndef CTL_MESSAGE_H
#define CTL_MESSAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define MESSAGE_MAX (128U << 20) /* octets of a message file */

struct message_field {
	struct slice name;  /* without white space before the colon */
	struct slice value; /* all that follows the colon but for the last CRLF */
};

struct message {
	struct buf text; /* of the file, normalised */
	struct arena arena;
	struct message_field *fields;
	size_t count;
	size_t capacity;
	struct slice body;
	struct buf new_body; /* when it has been replaced */
};

void message_init(struct message *message);
void message_done(struct message *message);

/*
 * Parses the text of a file, whose lines end with LF or CRLF. STATUS_INVALID
 * names the line that is neither a field, a continuation nor the blank line.
 */
MUST_CHECK enum status message_parse(
    struct message *message, struct slice text, struct error *err);

/* The place of the nth (from 1) field of this name, in any case; message->count: none. */
size_t message_find(const struct message *message, struct slice name, size_t nth);

/* Puts a field before the one at index, or at the end. Line ends in value may be LF or CRLF. */
MUST_CHECK enum status message_insert(
    struct message *message, size_t index, struct slice name, struct slice value);

/* Gives the field at index (which exists) another value. */
MUST_CHECK enum status message_replace(struct message *message, size_t index, struct slice value);

/* Takes the field at index (which exists) out. */
void message_remove(struct message *message, size_t index);

/* The first piece of a new body takes the old one's place, further pieces are added to it. */
MUST_CHECK enum status message_add_body(struct message *message, struct slice piece);

/* The whole message into out, byte for byte what would be sent on. */
void message_print(const struct message *message, struct buf *out);

#endif
