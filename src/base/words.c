/* SPDX-License-Identifier: ISC */
#include "base/words.h"

const char *
word_text(const struct word *table, int value)
{
	for (const struct word *w = table; w->text != NULL; w++) {
		if (w->value == value)
			return w->text;
	}
	return "unknown";
}

enum status
word_value(const struct word *table, struct slice text, int *ret_value)
{
	for (const struct word *w = table; w->text != NULL; w++) {
		if (slice_equal(slice_from_text(w->text), text)) {
			*ret_value = w->value;
			return STATUS_OK;
		}
	}
	return STATUS_NOT_FOUND;
}
