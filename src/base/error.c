/* SPDX-License-Identifier: ISC */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Appends to what is already in the text, cutting at its end. */
static void append(struct error *err, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void
append(struct error *err, const char *format, va_list args)
{
	size_t used = strlen(err->text);

	(void)vsnprintf(err->text + used, sizeof(err->text) - used, format, args);
}

static void append_format(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
append_format(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(err, format, args);
	va_end(args);
}

enum status
error_set(struct error *err, enum status status, const char *format, ...)
{
	va_list args;

	if (err == NULL)
		return status;
	err->text[0] = '\0';
	va_start(args, format);
	append(err, format, args);
	va_end(args);
	return status;
}

enum status
error_set_errno(struct error *err, const char *format, ...)
{
	int saved = errno;
	va_list args;

	if (err == NULL)
		return STATUS_SYSTEM;
	err->text[0] = '\0';
	va_start(args, format);
	append(err, format, args);
	va_end(args);
	append_format(err, ": %s", strerrordesc_np(saved));
	return STATUS_SYSTEM;
}

enum status
error_prepend(struct error *err, enum status status, const char *format, ...)
{
	struct error old;
	va_list args;

	if (err == NULL)
		return status;
	old = *err;
	err->text[0] = '\0';
	va_start(args, format);
	append(err, format, args);
	va_end(args);
	append_format(err, ": %s", old.text);
	return status;
}
