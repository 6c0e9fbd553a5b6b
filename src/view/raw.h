/* SPDX-License-Identifier: ISC */
/*
 * What view/look_up.c and view/write.c do for view/values.c: octets found and written, without a
 * word of LMDB and without knowing what they mean.
 */
#ifndef VIEW_RAW_H
#define VIEW_RAW_H

#include "base/error.h"
#include "base/slice.h"
#include "view/view.h"

/*
 * Copies a value of at most size octets to ret_copy; *ret_value points there.
 * STATUS_NOT_FOUND, STATUS_DAMAGED (also when it is larger), STATUS_SYSTEM.
 */
MUST_CHECK enum status raw_find(struct view *view, struct slice key, char *ret_copy, size_t size,
    struct slice *ret_value);

MUST_CHECK enum status raw_put(
    struct view_write *write, struct slice key, struct slice value, struct error *err);

/* Removes what need not be there. */
MUST_CHECK enum status raw_delete(struct view_write *write, struct slice key, struct error *err);

/* Frees *write whatever comes of it. */
MUST_CHECK enum status raw_commit(struct view_write **write, struct error *err);

#endif
