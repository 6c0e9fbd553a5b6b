/* SPDX-License-Identifier: ISC */
/*
 * Reads From values from standard input, a NUL after each, and says of each
 * what dkim/address.h reads in it: "ok", or the status, and each domain after a
 * newline, then a NUL.
 */
#include <stdio.h>
#include <stdlib.h>

#include "dkim/address.h"

#define ARENA_BYTES (1U << 20)

static void
print_reading(struct slice value, struct arena *arena)
{
	struct address_list list = { .count = 0 };
	enum status status = address_parse_list(value, arena, &list);

	(void)fputs(status_name(status), stdout);
	for (size_t i = 0; i < list.count; i++)
		printf("\n%.*s", SLICE_PRINT(list.domains[i]));
	(void)putchar('\0');
}

int
main(void)
{
	struct arena arena;
	char *value = NULL;
	size_t size = 0;
	ssize_t len;

	arena_init(&arena, ARENA_BYTES);
	while ((len = getdelim(&value, &size, '\0', stdin)) > 0) {
		arena_reset(&arena);
		print_reading(slice_of(value, (size_t)len - 1), &arena);
	}
	free(value);
	arena_done(&arena);
	return EXIT_SUCCESS;
}
