/* SPDX-License-Identifier: ISC */
/* print-reasons FRAME: prints signetd(8), the reasons of the log from their table. */
#include <stdio.h>
#include <stdlib.h>

#include "mdoc.h"
#include "policy/reason.h"

static void
print_reasons(void)
{
	(void)puts(".Bl -tag -width Ds -compact");
	for (const struct word *sentence = reason_sentences; sentence->text != NULL; sentence++) {
		(void)printf(".It Li %s\n", reason_row((enum reason)sentence->value)->word);
		mdoc_print_text(sentence->text);
	}
	(void)puts(".El");
}

int
main(int argc, char **argv)
{
	static const struct mdoc_part parts[] = {
		{ "@REASONS@", print_reasons },
		{ .name = NULL },
	};

	if (argc != 2) {
		(void)fputs("usage: print-reasons FRAME\n", stderr);
		return EXIT_FAILURE;
	}
	return mdoc_print_page(argv[1], parts);
}
