/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/interrupt.h"

#include <signal.h>
#include <time.h>

static volatile sig_atomic_t came;
static sigset_t mask_of_the_wait;

static void
on_signal(int number)
{
	(void)number;
	came = 1;
}

void
interrupt_watch(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND };
	sigset_t ours;

	(void)sigemptyset(&action.sa_mask);
	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGINT);
	(void)sigaddset(&ours, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &ours, &mask_of_the_wait);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
}

bool
interrupt_came(void)
{
	return came != 0;
}

int
interrupt_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec timeout = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = (long)(timeout_ms % 1000) * 1000000,
	};

	return ppoll(fds, count, timeout_ms >= 0 ? &timeout : NULL, &mask_of_the_wait);
}
