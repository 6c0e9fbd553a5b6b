/* SPDX-License-Identifier: ISC */
/* The command line: every option of every command as one table, and what was given. */
#ifndef CTL_ARGUMENTS_H
#define CTL_ARGUMENTS_H

#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "base/words.h"

enum option_name {
	/* of every command */
	OPTION_CONTROL,
	OPTION_JSON,
	OPTION_HELP,
	OPTION_VERSION,
	/* of some */
	OPTION_DOMAIN,
	OPTION_ORG,
	OPTION_MATCH,
	OPTION_ALGORITHM,
	OPTION_KEY_SIZE,
	OPTION_SELECTOR,
	OPTION_ALTERNATE_SELECTOR,
	OPTION_PRIVATE_KEY,
	OPTION_PUBLICATION,
	OPTION_TEST_MODE,
	OPTION_ACTIVE,
	OPTION_AFTER,
	OPTION_LIMIT,
	OPTION_OBJECT,
	OPTION_SLOT,
	OPTION_DRY_RUN,
	OPTION_WITHOUT_DNS_CHECK,
	OPTION_WAIT,
	OPTION_TIMEOUT,
	OPTION_NOW,
	OPTION_FORMAT,
	OPTION_LISTENER,
	OPTION_CLIENT,
	OPTION_DAEMON_NAME,
	OPTION_LOGIN,
	OPTION_MACROS,
	OPTION_FROM,
	OPTION_ENVELOPE_FROM,
	OPTION_SMTPUTF8,
	OPTION_TO,
	OPTION_FORCE,
	OPTION_CONFIG,
	OPTION_UNTIL,
	OPTION_RECORDS,
	OPTION_PROGRESS,
	OPTION_COUNT
};

#define OPTION_BIT(option) (UINT64_C(1) << (option))
#define OPTIONS_EVERYWHERE \
	(OPTION_BIT(OPTION_CONTROL) | OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_HELP) | \
	    OPTION_BIT(OPTION_VERSION))

struct option_row {
	const char *name;
	const char *value; /* what its value is called in the help; NULL: it has none */
	const char *help;
	const struct word *words; /* what its value may be; NULL: anything */
};

extern const struct option_row option_rows[OPTION_COUNT];

#define ARGUMENTS_TO_MAX 100

struct arguments {
	uint64_t given;                   /* OPTION_BIT()s */
	const char *values[OPTION_COUNT]; /* NULL where not given; the last one counts */
	const char *to[ARGUMENTS_TO_MAX]; /* OPTION_TO, each */
	size_t to_count;
	char **operands;                  /* what is no option: the command's words come first */
	int operand_count;
};

/* Reads argv, reordering it. Errors name the option. */
MUST_CHECK enum status arguments_read(
    int argc, char **argv, struct arguments *ret_arguments, struct error *err);

static inline bool
arguments_has(const struct arguments *arguments, enum option_name option)
{
	return (arguments->given & OPTION_BIT(option)) != 0;
}

#endif
