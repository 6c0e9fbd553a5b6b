/* SPDX-License-Identifier: ISC */
/*
 * Do the threads that do a program's work get on with it? They count what they
 * begin and what they end; one other thread looks now and then, and says so to
 * the supervisor when it is asked (process/pulse.h).
 */
#ifndef PROCESS_WORK_H
#define PROCESS_WORK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* All zero at first. */
struct work {
	atomic_uint begun;
	atomic_uint ended;
	/* of the thread that looks */
	unsigned seen;
	int64_t seen_at_ms;
};

/* Any thread. */
static inline void
work_begin(struct work *work)
{
	(void)atomic_fetch_add_explicit(&work->begun, 1, memory_order_relaxed);
}

static inline void
work_end(struct work *work)
{
	(void)atomic_fetch_add_explicit(&work->ended, 1, memory_order_relaxed);
}

/*
 * Has something been under way of which for longer than bound_ms, as far as
 * was looked, nothing ended while nothing else began? One thread, again and again.
 */
bool work_is_stuck(struct work *work, int64_t now_ms, int64_t bound_ms);

#endif
