/* SPDX-License-Identifier: ISC */
#include "supervisor/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define EXIT_USAGE 64 /* sysexits.h EX_USAGE */

static const char usage[] = "usage: signetd [-f] [-c FILE] [--check | --dump | --restore BACKUP]\n"
			    "  -c FILE    read FILE instead of " SIGNETD_CONFIG "\n"
			    "  -f         log to stderr instead of the journal\n"
			    "  --check    only check the configuration\n"
			    "  --dump     only print it: every setting, and where it comes from\n"
			    "  --restore  only make the store anew from a backup\n"
			    "  --version  print the version\n";

void
arguments_parse(int argc, char **argv, struct arguments *ret_arguments)
{
	static const struct option options[] = {
		{ "check", no_argument, NULL, 'k' },
		{ "dump", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "restore", required_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	*ret_arguments = (struct arguments){ .config = SIGNETD_CONFIG };
	while ((option = getopt_long(argc, argv, "c:f", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			ret_arguments->config = optarg;
			break;
		case 'f':
			ret_arguments->in_foreground = true;
			break;
		case 'k':
			ret_arguments->only_check = true;
			break;
		case 'd':
			ret_arguments->only_dump = true;
			break;
		case 'r':
			ret_arguments->restore = optarg;
			break;
		case 'h':
			(void)fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		case 'v':
			(void)puts("signetd " SIGNETD_VERSION);
			exit(EXIT_SUCCESS);
		default:
			(void)fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind != argc) {
		(void)fputs(usage, stderr);
		exit(EXIT_USAGE);
	}
}
