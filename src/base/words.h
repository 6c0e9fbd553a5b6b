/* SPDX-License-Identifier: ISC */
/*
 * A closed list of words: an enumeration and the texts that stand for it in
 * the configuration, the store, the log and the control interface. One table
 * serves both directions. Tables are static const and end with { 0, NULL }.
 */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/slice.h"
#include "base/status.h"

struct word {
	int value;
	const char *text;
};

/* The text of value, or "unknown". */
const char *word_text(const struct word *table, int value);

/* The value of a text, compared exactly; STATUS_NOT_FOUND for any other text. */
MUST_CHECK enum status word_value(const struct word *table, struct slice text, int *ret_value);

#endif
