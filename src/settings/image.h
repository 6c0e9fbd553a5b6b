/* SPDX-License-Identifier: ISC */
/*
 * The settings as octets, for the way from the supervisor to its children:
 *
 *   magic 8, hash of the table 8, then per setting, in the order of the table,
 *   count 4 and for each value number 8, group 4, line 4, length 4, the text
 *   and a NUL; then the path of the file: length 4, the text and a NUL; at the
 *   end a checksum 8 over all before it. Numbers are little-endian.
 *
 * Both ends are of the same build, so there are no versions: another table is
 * refused. Reading trusts nothing.
 */
#ifndef SETTINGS_IMAGE_H
#define SETTINGS_IMAGE_H

#include "settings/settings.h"

#define IMAGE_MAX_BYTES (16U << 20)

/* Appends it; the status is that of out. */
MUST_CHECK enum status image_encode(const struct settings *settings, struct buf *out);

/* STATUS_DAMAGED, STATUS_REFUSED (another build's table), STATUS_NO_MEMORY. */
MUST_CHECK enum status image_decode(
    struct slice image, struct settings **ret_settings, struct error *err);

#endif
