/* SPDX-License-Identifier: ISC */
/*
 * Do the threads that do a program's work get on with it? Each takes a place
 * while it has something to do; one other thread looks at the places now and
 * then, and says so to the supervisor when it is asked (process/pulse.h).
 */
#ifndef PROCESS_WORK_H
#define PROCESS_WORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* So many threads at once are looked at: those that come when all places are taken are not. */
#define WORK_PLACES 256

#define WORK_CACHE_LINE 64

struct work_place {
	_Alignas(WORK_CACHE_LINE) atomic_uint moves; /* odd while something is under way */
	/* of the thread that looks */
	unsigned seen;
	int64_t seen_at_ms;
};

/* All zero at first. */
struct work {
	struct work_place places[WORK_PLACES];
};

/* Any thread, which does one thing at a time. */
void work_begin(struct work *work);
void work_end(struct work *work);

/* Has any of them been under way for longer than bound_ms, as far as was looked? One thread, again and again. */
bool work_is_stuck(struct work *work, int64_t now_ms, int64_t bound_ms);

#endif
