/* SPDX-License-Identifier: ISC */
/*
 * Sentences about what DNS showed, for terminals and logs: printable ASCII,
 * whatever was in the texts, and within their arrays. What is too long ends
 * in "...".
 */
#ifndef VERDICT_SENTENCE_H
#define VERDICT_SENTENCE_H

#include "base/slice.h"

#define SENTENCE_NAME_MAX 120 /* octets shown of a name */
#define SENTENCE_VALUE_MAX 48 /* of any other text */

/* What a sentence shows of something seen; by value: sentence_name(name).text */
struct sentence_part {
	char text[SENTENCE_NAME_MAX + sizeof("...")];
};

struct sentence_part sentence_name(const char *name);
struct sentence_part sentence_value(struct slice value);

/* Begins anew, and appends to a NUL-terminated text, in an array of size octets. */
void sentence_set(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void sentence_add(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for arrays. */
#define SENTENCE_SET(array, ...) sentence_set((array), sizeof(array), __VA_ARGS__)
#define SENTENCE_ADD(array, ...) sentence_add((array), sizeof(array), __VA_ARGS__)

#endif
