/* SPDX-License-Identifier: ISC */
#include "settings/syntax.h"

#include "settings/value.h"

static void
put_quoted(struct buf *out, struct slice text)
{
	buf_put_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_put_char(out, '\\');
		buf_put_char(out, text.ptr[i]);
	}
	buf_put_char(out, '"');
}

void
syntax_put_value(struct buf *out, const struct table_row *row, struct slice text)
{
	if (value_is_quoted(row))
		put_quoted(out, text);
	else
		buf_put(out, text);
}

void
syntax_begin_list(struct buf *out)
{
	buf_put_char(out, '[');
}

void
syntax_put_element(
    struct buf *out, const struct table_row *row, unsigned index, struct slice text)
{
	buf_put_text(out, index == 0 ? " " : ", ");
	syntax_put_value(out, row, text);
}

void
syntax_end_list(struct buf *out)
{
	buf_put_text(out, " ]");
}
