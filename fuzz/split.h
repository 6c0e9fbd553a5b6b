/* SPDX-License-Identifier: ISC */
/*
 * A message as octets, taken apart as an MTA does before it hands it to a
 * milter: field after field, folds left as they are, then the body.
 */
#ifndef SPLIT_H
#define SPLIT_H

#include "base/slice.h"

struct split_field {
	struct slice name;
	struct slice value; /* after the colon */
};

/*
 * Cuts the next field off *rest: a line that begins with a name and a colon,
 * and the lines after it that begin with white space. False when the header is
 * over, at an empty line or one that is no field: *rest is then the body.
 */
bool split_next(struct slice *rest, struct split_field *ret_field);

#endif
