/* SPDX-License-Identifier: ISC */
#include "process/work.h"

#define NO_PLACE WORK_PLACES

/* A thread comes back to the place that it had: nobody else writes there, mostly. */
static atomic_uint threads;
static _Thread_local unsigned last_place = NO_PLACE;
static _Thread_local bool has_place;

static bool
take(struct work_place *place)
{
	unsigned moves = atomic_load_explicit(&place->moves, memory_order_relaxed);

	return moves % 2 == 0 &&
	    atomic_compare_exchange_strong_explicit(
	        &place->moves, &moves, moves + 1, memory_order_relaxed, memory_order_relaxed);
}

void
work_begin(struct work *work)
{
	if (last_place == NO_PLACE)
		last_place = atomic_fetch_add(&threads, 1) % WORK_PLACES;
	has_place = false;
	for (unsigned i = 0; i < WORK_PLACES && !has_place; i++) {
		unsigned place = (last_place + i) % WORK_PLACES;

		has_place = take(&work->places[place]);
		if (has_place)
			last_place = place;
	}
}

void
work_end(struct work *work)
{
	if (has_place)
		(void)atomic_fetch_add_explicit(
		    &work->places[last_place].moves, 1, memory_order_relaxed);
	has_place = false;
}

static bool
is_stuck(struct work_place *place, int64_t now_ms, int64_t bound_ms)
{
	unsigned moves = atomic_load_explicit(&place->moves, memory_order_relaxed);

	if (moves % 2 == 0 || moves != place->seen) {
		place->seen = moves;
		place->seen_at_ms = now_ms;
		return false;
	}
	return now_ms - place->seen_at_ms > bound_ms;
}

bool
work_is_stuck(struct work *work, int64_t now_ms, int64_t bound_ms)
{
	bool is_any_stuck = false;

	for (unsigned i = 0; i < WORK_PLACES; i++) {
		if (is_stuck(&work->places[i], now_ms, bound_ms))
			is_any_stuck = true;
	}
	return is_any_stuck;
}
