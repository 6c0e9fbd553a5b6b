/* SPDX-License-Identifier: ISC */
#include "verdict/sentence.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/buf.h"

static const char cut_mark[] = "...";

static bool
is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

static struct sentence_part
show(struct slice value, size_t max)
{
	struct slice shown = slice_first(value, max);
	struct sentence_part part;
	struct buf out;

	buf_init_fixed(&out, part.text, sizeof(part.text));
	for (size_t i = 0; i < shown.len; i++)
		buf_put_char(&out, is_printable(shown.ptr[i]) ? shown.ptr[i] : '?');
	buf_put_text(&out, shown.len < value.len ? cut_mark : "");
	buf_put_char(&out, '\0');
	return part;
}

struct sentence_part
sentence_name(const char *name)
{
	return show(slice_from_text(name), SENTENCE_NAME_MAX);
}

struct sentence_part
sentence_value(struct slice value)
{
	return show(value, SENTENCE_VALUE_MAX);
}

/* Appends, and marks a text that was cut. */
static void append(char *text, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void
append(char *text, size_t size, const char *format, va_list args)
{
	size_t used = strlen(text);
	int len = vsnprintf(text + used, size - used, format, args);

	if (len >= 0 && (size_t)len >= size - used)
		memcpy(text + size - sizeof(cut_mark), cut_mark, sizeof(cut_mark));
}

void
sentence_set(char *text, size_t size, const char *format, ...)
{
	va_list args;

	text[0] = '\0';
	va_start(args, format);
	append(text, size, format, args);
	va_end(args);
}

void
sentence_add(char *text, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(text, size, format, args);
	va_end(args);
}
