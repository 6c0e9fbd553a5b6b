/* SPDX-License-Identifier: ISC */
#include "process/work.h"

bool
work_is_stuck(struct work *work, int64_t now_ms, int64_t bound_ms)
{
	unsigned ended = atomic_load_explicit(&work->ended, memory_order_relaxed);
	unsigned begun = atomic_load_explicit(&work->begun, memory_order_relaxed);
	unsigned moves = begun + ended;

	if (begun == ended || moves != work->seen || work->seen_at_ms == 0) {
		work->seen = moves;
		work->seen_at_ms = now_ms;
		return false;
	}
	return now_ms - work->seen_at_ms > bound_ms;
}
