/* SPDX-License-Identifier: ISC */
/* Values as the configuration file has them: what settings/file/ reads back as the same. */
#ifndef SETTINGS_SYNTAX_H
#define SETTINGS_SYNTAX_H

#include "base/buf.h"
#include "settings/table.h"

/* One value of row: in quotes where it has them, with \ before what would end or change it there. */
void syntax_put_value(struct buf *out, const struct table_row *row, struct slice text);

/* What a list of row looks like: begin; each element, counted from 0; end. */
void syntax_begin_list(struct buf *out);
void syntax_put_element(
    struct buf *out, const struct table_row *row, unsigned index, struct slice text);
void syntax_end_list(struct buf *out);

#endif
