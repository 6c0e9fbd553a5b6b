/* SPDX-License-Identifier: ISC */
/* What is said on the command line of signetd (man/signetd.8). */
#ifndef SUPERVISOR_ARGUMENTS_H
#define SUPERVISOR_ARGUMENTS_H

#include <stdbool.h>

struct arguments {
	const char *config;
	bool in_foreground; /* log to stderr */
	bool only_check;
	bool only_dump;
	const char *restore; /* a backup, or NULL */
};

/* Exits after --help and --version, and with 64 (sysexits.h EX_USAGE) after what it does not understand. */
void arguments_parse(int argc, char **argv, struct arguments *ret_arguments);

#endif
