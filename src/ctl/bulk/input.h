/* SPDX-License-Identifier: ISC */
/*
 * The file: CSV with a header row that names the fields (field.h), or JSON
 * lines, objects with members of the same names; what it is its first octet
 * says. All of it is read and checked before anything is done: every fault is
 * told with its line.
 *
 * signetctl's; one owner: input_init, input_done.
 */
#ifndef CTL_BULK_INPUT_H
#define CTL_BULK_INPUT_H

#include "ctl/bulk/overlap.h"

#define INPUT_MAX (64U << 20) /* octets of the file */

struct input_line {
	unsigned number;    /* in the file, from 1 */
	json_t *parameters; /* of CreateKey: what the line gives, names as A-labels */
};

struct input {
	struct input_line *lines; /* in the order of the file */
	size_t count;
	size_t capacity;
};

void input_init(struct input *input);
void input_done(struct input *input);

typedef void input_complaint(void *context, unsigned line, const char *sentence);

/*
 * Reads the whole text, which stays the caller's. STATUS_INVALID: complain was
 * called for each line that is wrong, in their order, and input is of no use.
 */
MUST_CHECK enum status input_read(
    struct input *input, struct slice text, input_complaint *complain, void *context);

#endif
