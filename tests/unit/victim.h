/* SPDX-License-Identifier: ISC */
/* A process that does nothing, for tests of what kills: it ends with the test, however that ends. */
#ifndef VICTIM_H
#define VICTIM_H

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

static pid_t
start_process(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (pid == 0)
		(void)pause();
	return pid;
}

#endif
