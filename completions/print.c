/* SPDX-License-Identifier: ISC */
/*
 * print bash|zsh|fish: prints the tables of commands and options as a variable
 * of a shell, which the hand-written part of its completions looks through. A
 * line for each thing:
 *
 *   command:key create:make a key, and say what to publish
 *   operand:key show:KEY
 *   option:key create:--domain:the domain whose mail is signed
 *   value:--domain:DOMAIN                   its option has a value, called so
 *   word:--match:DomainOnly                 its value is one of these
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command.h"

struct dialect {
	const char *name;
	const char *before;
	const char *quote; /* a ' between two ' */
};

static const struct dialect dialects[] = {
	{ "bash", "# SPDX-License-Identifier: ISC\n# bash completions of signetctl(1)\n\n_signetctl_table='", "'\\''" },
	{ "zsh", "#compdef signetctl\n# SPDX-License-Identifier: ISC\n\n_signetctl_table='", "'\\''" },
	{ "fish", "# SPDX-License-Identifier: ISC\n# fish completions of signetctl(1)\n\nset -g __signetctl_table '", "\\'" },
};

static const struct dialect *
find_dialect(const char *name)
{
	for (size_t i = 0; i < sizeof(dialects) / sizeof(dialects[0]); i++) {
		if (strcmp(dialects[i].name, name) == 0)
			return &dialects[i];
	}
	return NULL;
}

static void
print_escaped(const struct dialect *dialect, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			(void)fputs(dialect->quote, stdout);
		else
			(void)putchar(*text);
	}
}

static void
print_options(const struct dialect *dialect, const struct command *command)
{
	uint64_t options = command->options | OPTIONS_EVERYWHERE;

	for (int i = 0; i < OPTION_COUNT; i++) {
		if ((options & OPTION_BIT(i)) == 0)
			continue;
		(void)printf("option:%s:--%s:", command->words, option_rows[i].name);
		print_escaped(dialect, command_option_help(command, (enum option_name)i));
		(void)putchar('\n');
	}
}

static void
print_operands(const struct command *command)
{
	struct slice rest = slice_from_text(command->operands);

	while (rest.len > 0) {
		struct slice operand = slice_cut(&rest, ' ');

		if (operand.ptr[0] == '[')
			operand = slice_of(operand.ptr + 1, operand.len - 2);
		(void)printf("operand:%s:%.*s\n", command->words, SLICE_PRINT(operand));
	}
}

static void
print_values(const struct option_row *row)
{
	if (row->value != NULL)
		(void)printf("value:--%s:%s\n", row->name, row->value);
	for (const struct word *word = row->words; word != NULL && word->text != NULL; word++)
		(void)printf("word:--%s:%s\n", row->name, word->text);
}

int
main(int argc, char **argv)
{
	const struct dialect *dialect = argc == 2 ? find_dialect(argv[1]) : NULL;

	if (dialect == NULL) {
		(void)fputs("usage: print bash|zsh|fish\n", stderr);
		return EXIT_FAILURE;
	}
	(void)fputs(dialect->before, stdout);
	for (const struct command *command = commands; command->words != NULL; command++) {
		(void)printf("command:%s:", command->words);
		print_escaped(dialect, command->summary);
		(void)putchar('\n');
		print_operands(command);
		print_options(dialect, command);
	}
	for (int i = 0; i < OPTION_COUNT; i++)
		print_values(&option_rows[i]);
	(void)puts("'");
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
