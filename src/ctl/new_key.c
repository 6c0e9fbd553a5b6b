/* SPDX-License-Identifier: ISC */
#include "ctl/new_key.h"

#include <stdio.h>

json_t *
new_key_flatten(const json_t *answer)
{
	json_t *flat = json_deep_copy(json_object_get(answer, "key"));

	(void)json_object_set(flat, "warnings", json_object_get(answer, "warnings"));
	return flat;
}

void
new_key_warn(const json_t *answer)
{
	const json_t *text;
	size_t index;

	json_array_foreach(json_object_get(answer, "warnings"), index, text)
		(void)fprintf(stderr, "warning: %s\n", json_string_value(text));
}
