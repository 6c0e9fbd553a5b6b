/* SPDX-License-Identifier: ISC */
/*
 * The sentence for the human who will read about a failure: it names the
 * thing and, where there is one, the remedy. Filled once, where the cause is
 * known; printed once, where the failure is handled. Layers in between may
 * prepend what they were doing.
 *
 * A struct error is a value of the caller's, usually on its stack. Every
 * function here accepts err == NULL and then only returns its status.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include "base/status.h"

#define ERROR_TEXT_SIZE 512

struct error {
	char text[ERROR_TEXT_SIZE]; /* NUL-terminated, no final full stop or newline */
};

/* Sets the text (cut to fit) and returns status, for `return error_set(...)`. */
enum status error_set(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set with STATUS_SYSTEM; appends ": " and the text of errno. */
enum status error_set_errno(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts a formatted text and ": " before the present text; returns status. */
enum status error_prepend(struct error *err, enum status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
