/* SPDX-License-Identifier: ISC */
/* signetctl restore: has signetd do it, which must not be running. */
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ctl/command.h"

#define EXIT_REFUSED 78 /* signetd's, in words on stderr */

extern char **environ;

/* As the daemon finds its own programs when it is not installed. */
static const char *
program_directory(void)
{
	const char *given = getenv("SIGNETD_LIBEXEC");

	return given != NULL ? given : SIGNETD_SBINDIR;
}

static enum outcome
run(const char *config, const char *backup, int *ret_result)
{
	char program[PATH_MAX];
	const char *argv[] = { "signetd", "-c", config, "--restore", backup, NULL };
	pid_t pid;
	int error;

	(void)snprintf(program, sizeof(program), "%s/signetd", program_directory());
	error = posix_spawn(&pid, program, NULL, NULL, (char *const *)(uintptr_t)argv, environ);
	if (error != 0)
		return session_fail("cannot run %s: %s", program, strerrordesc_np(error));
	while (waitpid(pid, ret_result, 0) < 0) {
		if (errno != EINTR)
			return session_fail("cannot wait for %s: %s", program, strerrordesc_np(errno));
	}
	return OUTCOME_YES;
}

static enum outcome
outcome_of(int result)
{
	if (!WIFEXITED(result))
		return OUTCOME_COULD_NOT;
	if (WEXITSTATUS(result) == 0)
		return OUTCOME_YES;
	return WEXITSTATUS(result) == EXIT_REFUSED ? OUTCOME_NO : OUTCOME_COULD_NOT;
}

enum outcome
restore_run(struct session *session)
{
	const char *given = session->arguments->values[OPTION_CONFIG];
	const char *backup = session->operands[0];
	int result = 0;
	enum outcome outcome = run(given != NULL ? given : SIGNETD_CONFIG, backup, &result);

	if (outcome == OUTCOME_YES)
		outcome = outcome_of(result);
	if (outcome == OUTCOME_YES && session_wants_json(session))
		return session_print_json(json_pack("{s:s}", "restored", backup));
	return outcome;
}
