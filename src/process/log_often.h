/* SPDX-License-Identifier: ISC */
/*
 * Trouble that may come a thousand times a minute: its first lines are
 * written, the others are counted, and when the minute is over the count is
 * said. Pure: what is said is log.c's. Any thread.
 *
 *	static struct log_often denied = { .kind = "event=call-denied" };
 *	log_write_often(&denied, LOG_LEVEL_WARNING, "event=call-denied method=%s", …);
 */
#ifndef PROCESS_LOG_OFTEN_H
#define PROCESS_LOG_OFTEN_H

#include <stdbool.h>
#include <stdint.h>

#define LOG_OFTEN_LINES 5 /* of a kind, in each period */
#define LOG_OFTEN_PERIOD_MS 60000

/* One kind of trouble; static. Only kind is given, the rest begins as zero. */
struct log_often {
	const char *kind; /* how the count calls it: what its lines begin with */
	int level;        /* of its last line */
	int64_t until_ms; /* the end of its period */
	unsigned said;
	unsigned unsaid;
	bool is_listed;
	struct log_often *next;
};

struct log_often_sum {
	const char *kind;
	int level;
	unsigned count; /* how many lines were not said */
};

/* May a line of this kind be written at now_ms? Begins a period when there is none. */
bool log_often_may(struct log_often *often, int level, int64_t now_ms);

/* Takes a count whose period is over at now_ms; false when there is none. */
bool log_often_take(int64_t now_ms, struct log_often_sum *ret_sum);

/* Milliseconds until log_often_take may have something; -1: not until the next line. */
int log_often_wait_ms(int64_t now_ms);

#endif
