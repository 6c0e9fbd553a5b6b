/* SPDX-License-Identifier: ISC */
#include "keys/watch.h"

#define PARTS 8 /* one part of the period is the set's own */
#define MS_PER_LOOK (1000 / WATCH_PER_SECOND)

/* Neighbours far apart (splitmix64). */
static uint64_t
scatter(int64_t number)
{
	uint64_t x = (uint64_t)number + UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static int64_t
place_in(int64_t seconds, int64_t number)
{
	return (int64_t)(scatter(number) % (uint64_t)seconds);
}

int64_t
watch_period_s(int64_t ttl_s, int64_t sets, int64_t number)
{
	int64_t most_s = WATCH_MAX_S * PARTS / (PARTS + 1);
	int64_t period_s = ttl_s > WATCH_MIN_S ? ttl_s : WATCH_MIN_S;

	if (period_s > most_s)
		period_s = most_s;
	if (period_s < sets / WATCH_PER_SECOND)
		period_s = sets / WATCH_PER_SECOND;
	return period_s + place_in(period_s / PARTS, number);
}

int64_t
watch_put_off_s(int64_t sets, int64_t number)
{
	int64_t all_s = sets > WATCH_PER_SECOND ? sets / WATCH_PER_SECOND : 1;

	return 1 + place_in(all_s, number);
}

bool
watch_budget_take(struct watch_budget *budget, int64_t now_ms)
{
	if (budget->paid_ms < now_ms)
		budget->paid_ms = now_ms;
	if (budget->paid_ms > now_ms + (WATCH_BURST - 1) * MS_PER_LOOK)
		return false;
	budget->paid_ms += MS_PER_LOOK;
	return true;
}
