/* SPDX-License-Identifier: ISC */
/*
 * Tag lists (RFC 6376 §3.2): "name=value; name=value", as in a signature and
 * in a key record. Slices into the text: values without white space at their
 * ends, what is inside stays. Names are case-sensitive.
 */
#ifndef DKIM_TAG_LIST_H
#define DKIM_TAG_LIST_H

#include "base/slice.h"
#include "base/status.h"

/* No record and no signature has as many. */
#define TAG_LIST_MAX 32

struct tag {
	struct slice name;
	struct slice value;
};

struct tag_list {
	struct tag tags[TAG_LIST_MAX];
	size_t count;
};

/* STATUS_INVALID: not a tag list, or a tag given twice. STATUS_TOO_LARGE: over TAG_LIST_MAX. */
MUST_CHECK enum status tag_list_parse(struct slice text, struct tag_list *ret_list);

/* The tag of that name, or NULL. */
const struct tag *tag_list_find(const struct tag_list *list, struct slice name);

#endif
