/* SPDX-License-Identifier: ISC */
/*
 * How often the record of a key that signs is looked at, beside what the
 * rotation asks for: as often as its TTL lets something new be seen, hourly at
 * most, about daily at least; and of very many sets so seldom that all
 * of them together are no more than WATCH_PER_SECOND. Pure.
 */
#ifndef KEYS_WATCH_H
#define KEYS_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#define WATCH_MIN_S INT64_C(3600)
#define WATCH_MAX_S INT64_C(86400)
#define WATCH_PER_SECOND 2 /* sets, of all: 172,800 a day */
#define WATCH_BURST 8      /* in a row, after a time without any */

/*
 * From one look at set number to the next, where sets of them are looked at.
 * A part of it is the set's own, so that sets made together do not stay together.
 */
int64_t watch_period_s(int64_t ttl_s, int64_t sets, int64_t number);

/* Where more are due than may be: how long this one waits, its own place among them all. */
int64_t watch_put_off_s(int64_t sets, int64_t number);

/* What is left of the rate. Starts as zeros. */
struct watch_budget {
	int64_t paid_ms; /* up to then the looks so far take up the rate */
};

/* Takes one look out of it; false: there is none left now. now_ms goes forward only. */
bool watch_budget_take(struct watch_budget *budget, int64_t now_ms);

#endif
