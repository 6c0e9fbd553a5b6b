/* SPDX-License-Identifier: ISC */
/*
 * signetctl: asks the daemon over its control socket, and tries messages on
 * its milter socket. Exit codes: 0 yes, 1 no, 2 could not.
 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "ctl/command.h"

int
main(int argc, char **argv)
{
	struct arguments arguments;
	struct error err;
	enum outcome outcome;

	(void)setlocale(LC_ALL, "C.UTF-8");
	(void)signal(SIGPIPE, SIG_DFL);
	if (arguments_read(argc, argv, &arguments, &err) == STATUS_OK)
		outcome = command_run(&arguments);
	else
		outcome = session_fail("%s: see signetctl help", err.text);
	if (fflush(stdout) != 0 && outcome == OUTCOME_YES)
		outcome = session_fail("cannot print the answer");
	return (int)outcome;
}
