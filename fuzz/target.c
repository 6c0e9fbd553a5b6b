/* SPDX-License-Identifier: ISC */
#include "target.h"

#include <stdio.h>
#include <stdlib.h>

void
target_fail(const char *condition, const char *file, int line)
{
	(void)fprintf(stderr, "%s:%d: broken: %s\n", file, line, condition);
	abort();
}

char *
target_copy(struct slice bytes)
{
	char *copy = malloc(bytes.len > 0 ? bytes.len : 1);

	TARGET_CHECK(copy != NULL);
	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	return copy;
}

uint64_t
target_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

size_t
target_below(uint64_t *state, size_t count)
{
	return (size_t)(target_random(state) % count);
}
