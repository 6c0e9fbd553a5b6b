/* SPDX-License-Identifier: ISC */
/*
 * Does the lines, several at a time: each on a connection of its own, one call
 * after the other, so that what waits for DNS keeps nobody waiting. Calls that
 * got no answer are asked again, on a new connection: each step may be repeated.
 * One thread; blocks until the end.
 */
#ifndef CTL_BULK_CREW_H
#define CTL_BULK_CREW_H

#include "ctl/bulk/job.h"

struct crew_options {
	const char *control;
	const struct input *input;
	const struct job_plan *plan;
	/* A job that is through, the callee's from now on, in any order. False: end soon. */
	bool (*take)(void *context, struct job *job);
	/* Every CREW_TICK_MS at least. */
	void (*tick)(void *context, int64_t now_ms);
	void *context;
};

#define CREW_TICK_MS 200

/*
 * STATUS_OK: every line was taken. Else lines are missing: STATUS_REFUSED after a
 * signal (interrupt.h) or at take's wish, any other, with a sentence, when the
 * daemon is out of reach or does not let us. What has been asked of it is
 * finished first, as far as that goes.
 */
MUST_CHECK enum status crew_run(const struct crew_options *options, struct error *err);

#endif
