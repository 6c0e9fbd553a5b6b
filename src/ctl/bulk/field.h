/* SPDX-License-Identifier: ISC */
/*
 * The fields a line may give, as one table: parameters of CreateKey, under
 * their own names. A new one is a new row.
 */
#ifndef CTL_BULK_FIELD_H
#define CTL_BULK_FIELD_H

#include "varlink/json.h"

struct field;

/* NULL: there is none of this name. */
const struct field *field_find(struct slice name);

const char *field_name(const struct field *field);

/* "domain, org, …" */
void field_put_names(struct buf *out);

/*
 * A text, as it stands in a CSV file, as JSON (the caller's): numbers, "on",
 * "off", "true" and "false" where they are wanted. STATUS_INVALID when it is not.
 */
MUST_CHECK enum status field_read(
    const struct field *field, struct slice text, json_t **ret_value, struct error *err);

/* Is the value of the right type, and one of the words? Else STATUS_INVALID. */
MUST_CHECK enum status field_check(
    const struct field *field, const json_t *value, struct error *err);

#endif
