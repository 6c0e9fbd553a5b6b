/* SPDX-License-Identifier: ISC */
/*
 * What a process has counted: one page of numbers, in memory that the
 * supervisor made before the process was there and keeps when it has died, so
 * that what comes after it counts on. One process writes a page, from any
 * thread; signetd-http alone reads those of others, from mappings it cannot
 * write. No lock, no system call, nothing to wait for: a count is one addition.
 *
 * All programs have the same struct and leave alone what is not theirs, so a
 * sum over pages is the sum of each cell. What a cell is called outside is in
 * http/family.c.
 */
#ifndef PROCESS_COUNTERS_H
#define PROCESS_COUNTERS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "ipc/role.h"

/* Rooms with a spare: whoever counts holds his enumeration to them. */
#define COUNTERS_DECISIONS 5
#define COUNTERS_REASONS 40
#define COUNTERS_ALGORITHMS 4
#define COUNTERS_STATUSES 16
#define COUNTERS_DNS_CODES 40
#define COUNTERS_TROUBLES 4
#define COUNTERS_KEY_STATES 4

/* Of a message or of a wait, upper bounds in microseconds; the last bucket has none. */
#define COUNTERS_BOUNDS 16
#define COUNTERS_BUCKETS (COUNTERS_BOUNDS + 1)
extern const uint64_t counters_bounds_us[COUNTERS_BOUNDS];

struct counter {
	_Atomic uint64_t value;
};

struct counters_histogram {
	struct counter buckets[COUNTERS_BUCKETS]; /* each without those below it */
	struct counter sum_us;
};

enum counters_key_state { KEY_STATE_INACTIVE = 1, KEY_STATE_ACTIVE, KEY_STATE_RETIRING };

struct counters {
	uint64_t magic;
	uint64_t layout; /* counters_layout() of who made it */

	/* every program */
	struct counter log_dropped; /* lines */

	/* signetd-milter */
	struct counter messages[COUNTERS_DECISIONS][COUNTERS_REASONS];
	struct counter signatures[COUNTERS_ALGORITHMS];
	struct counter header_bytes;
	struct counter body_bytes;
	struct counter connections;
	struct counter connections_refused; /* for want of room */
	struct counter sessions_open; /* now */
	struct counters_histogram answer; /* from the end of a message to our answer */
	struct counters_histogram vault_wait;
	struct counter vault_waiting; /* now: who waits for the vault */

	/* signetd-vault */
	struct counter vault_signatures[COUNTERS_ALGORITHMS];
	struct counter vault_failures[COUNTERS_STATUSES];
	struct counter cache_hits;
	struct counter cache_misses;

	/* signetd-dns */
	struct counter dns_looks[COUNTERS_DNS_CODES]; /* 0: there was no verdict */
	struct counter dns_updates[COUNTERS_STATUSES];

	/* signetd-keeper: what it saw in the store, and when; times are seconds since 1970, 0: there is none */
	struct counter keys[COUNTERS_ALGORITHMS][COUNTERS_KEY_STATES];
	struct counter troubles[COUNTERS_TROUBLES];
	struct counter next_rotation_at;
	struct counter oldest_check_at;
	struct counter oldest_key_at;
	struct counter measured_at;

	/* signetd */
	struct counter restarts[ROLE_COUNT];
	struct counter children[ROLE_COUNT];
	struct counter children_ready[ROLE_COUNT]; /* now */
	struct counter started_at;
};

/* This process's page. Before counters_open one of its own that nobody reads: to count is never wrong. */
struct counters *counters_own(void);

static inline void
counter_add(struct counter *counter, uint64_t number)
{
	(void)atomic_fetch_add_explicit(&counter->value, number, memory_order_relaxed);
}

/* Of what is counted up and down. */
static inline void
counter_subtract(struct counter *counter, uint64_t number)
{
	(void)atomic_fetch_sub_explicit(&counter->value, number, memory_order_relaxed);
}

static inline void
counter_set(struct counter *counter, uint64_t number)
{
	atomic_store_explicit(&counter->value, number, memory_order_relaxed);
}

static inline uint64_t
counter_get(const struct counter *counter)
{
	return atomic_load_explicit(&counter->value, memory_order_relaxed);
}

void counters_observe_us(struct counters_histogram *histogram, uint64_t us);

/* Where the counters of the page lie: another build's, of another layout, are never read or written. */
uint64_t counters_layout(void);

/* A page of zeros: a memfd of fixed size, close-on-exec; the caller closes it. */
MUST_CHECK enum status counters_make(int *ret_fd, struct error *err);

/* The same page, through a descriptor that cannot write it. */
MUST_CHECK enum status counters_open_reading(int fd, int *ret_fd, struct error *err);

/*
 * Counts in the page of fd from now on, what was counted in it before
 * included; what is counted up and down is zero in a new life. Once, before
 * there are threads. fd may be closed afterwards. STATUS_INVALID for what is
 * no page of this build.
 */
MUST_CHECK enum status counters_open(int fd, struct error *err);

/* Another process's page, for good. */
MUST_CHECK enum status counters_map(int fd, const struct counters **ret_page, struct error *err);

#endif
