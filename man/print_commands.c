/* SPDX-License-Identifier: ISC */
/* print-commands FRAME: prints signetctl(1), its commands and options from the tables. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/scan.h"
#include "ctl/command.h"
#include "mdoc.h"

/* " Op Fl -domain Ar DOMAIN", or without Op */
static void
print_option(const char *lead, const struct option_row *row)
{
	struct slice rest = slice_from_text(row->value != NULL ? row->value : "");
	const char *between = " Ar ";

	(void)printf("%sFl -%s", lead, row->name);
	for (; rest.len > 0; between = " | Ar ") {
		(void)fputs(between, stdout);
		mdoc_print_word(slice_cut(&rest, '|'));
	}
}

static void
print_operands(const char *operands)
{
	struct slice rest = slice_from_text(operands);

	while (rest.len > 0) {
		struct slice operand = slice_cut(&rest, ' ');
		bool is_optional = operand.ptr[0] == '[';

		if (is_optional)
			operand = slice_of(operand.ptr + 1, operand.len - 2);
		(void)fputs(is_optional ? " Op Ar " : " Ar ", stdout);
		mdoc_print_word(operand);
	}
}

static void
print_meanings(const struct command *command, uint64_t options)
{
	(void)puts(".Bl -tag -width Ds -compact");
	for (int i = 0; i < OPTION_COUNT; i++) {
		if ((options & OPTION_BIT(i)) == 0)
			continue;
		print_option(".It ", &option_rows[i]);
		(void)putchar('\n');
		mdoc_print_text(command != NULL ? command_option_help(command, (enum option_name)i)
		                                : option_rows[i].help);
	}
	(void)puts(".El");
}

/* "make a key": "Make a key." */
static void
print_sentence(const char *text)
{
	struct buf sentence;
	char storage[256];

	buf_init_fixed(&sentence, storage, sizeof(storage));
	buf_put_char(&sentence, (char)(scan_is_alpha(text[0]) ? text[0] & ~0x20 : text[0]));
	buf_put_text(&sentence, text + 1);
	buf_put_char(&sentence, '.');
	mdoc_print_text(buf_text(&sentence));
}

static void
print_command(const struct command *command)
{
	(void)printf(".It Ic %s", command->words);
	print_operands(command->operands);
	(void)putchar('\n');
	print_sentence(command->summary);
	if (command->help != NULL) {
		(void)puts(".Pp");
		mdoc_print_text(command->help);
	}
	if (command->options == 0)
		return;
	(void)puts(".Pp");
	print_meanings(command, command->options);
}

static void
print_commands(void)
{
	(void)puts(".Bl -tag -width Ds");
	for (const struct command *command = commands; command->words != NULL; command++)
		print_command(command);
	(void)puts(".El");
}

static void
print_options(void)
{
	print_meanings(NULL, OPTIONS_EVERYWHERE);
}

int
main(int argc, char **argv)
{
	static const struct mdoc_part parts[] = {
		{ "@OPTIONS@", print_options },
		{ "@COMMANDS@", print_commands },
		{ .name = NULL },
	};

	if (argc != 2) {
		(void)fputs("usage: print-commands FRAME\n", stderr);
		return EXIT_FAILURE;
	}
	return mdoc_print_page(argv[1], parts);
}
