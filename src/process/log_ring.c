/* SPDX-License-Identifier: ISC */
#include "process/log_ring.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "process/clock.h"

struct log_entry {
	int level;
	size_t len;
	char text[LOG_LINE_MAX];
};

struct log_ring {
	pthread_mutex_t lock;
	pthread_cond_t has_line;
	bool is_closed;
	uint64_t dropped;
	size_t first;
	size_t count;
	size_t max;
	struct log_entry lines[]; /* max */
};

size_t
log_ring_bytes(size_t lines)
{
	return sizeof(struct log_ring) + lines * sizeof(struct log_entry);
}

enum status
log_ring_new(size_t lines, struct log_ring **ret_ring)
{
	struct log_ring *ring = calloc(1, log_ring_bytes(lines));

	if (ring == NULL)
		return STATUS_NO_MEMORY;
	ring->max = lines;
	(void)pthread_mutex_init(&ring->lock, NULL);
	(void)pthread_cond_init(&ring->has_line, NULL);
	*ret_ring = ring;
	return STATUS_OK;
}

static void
fill(struct log_entry *entry, int level, struct slice line)
{
	entry->level = level;
	entry->len = slice_first(line, LOG_LINE_MAX).len;
	memcpy(entry->text, line.ptr, entry->len);
}

/* Under the lock. */
static enum log_ring_put
put(struct log_ring *ring, int level, struct slice line)
{
	if (ring->is_closed)
		return LOG_RING_CLOSED;
	if (ring->count == ring->max) {
		ring->dropped++;
		return LOG_RING_DROPPED;
	}
	fill(&ring->lines[(ring->first + ring->count) % ring->max], level, line);
	ring->count++;
	(void)pthread_cond_signal(&ring->has_line);
	return LOG_RING_TOOK;
}

enum log_ring_put
log_ring_put(struct log_ring *ring, int level, struct slice line)
{
	enum log_ring_put result;

	(void)pthread_mutex_lock(&ring->lock);
	result = put(ring, level, line);
	(void)pthread_mutex_unlock(&ring->lock);
	return result;
}

static struct timespec
time_after(int timeout_ms)
{
	int64_t until_ms = clock_monotonic_ms() + timeout_ms;

	return (struct timespec){
		.tv_sec = (time_t)(until_ms / 1000),
		.tv_nsec = (long)(until_ms % 1000) * 1000000,
	};
}

/* Under the lock. False when the time is over. */
static bool
wait_for_change(struct log_ring *ring, const struct timespec *until)
{
	if (until == NULL)
		return pthread_cond_wait(&ring->has_line, &ring->lock) == 0;
	return pthread_cond_clockwait(&ring->has_line, &ring->lock, CLOCK_MONOTONIC, until) == 0;
}

bool
log_ring_wait(struct log_ring *ring, int timeout_ms)
{
	struct timespec until = time_after(timeout_ms);
	bool goes_on;

	(void)pthread_mutex_lock(&ring->lock);
	while (ring->count == 0 && !ring->is_closed &&
	    wait_for_change(ring, timeout_ms < 0 ? NULL : &until))
		continue;
	goes_on = ring->count > 0 || !ring->is_closed;
	(void)pthread_mutex_unlock(&ring->lock);
	return goes_on;
}

bool
log_ring_take(struct log_ring *ring, int *ret_level, char ret_line[LOG_LINE_MAX], size_t *ret_len,
    uint64_t *ret_dropped)
{
	const struct log_entry *entry;
	bool has_line;

	(void)pthread_mutex_lock(&ring->lock);
	has_line = ring->count > 0;
	if (has_line) {
		entry = &ring->lines[ring->first];
		*ret_level = entry->level;
		*ret_len = entry->len;
		memcpy(ret_line, entry->text, entry->len);
		ring->first = (ring->first + 1) % ring->max;
		ring->count--;
		*ret_dropped = ring->dropped;
		ring->dropped = 0;
	}
	(void)pthread_mutex_unlock(&ring->lock);
	return has_line;
}

void
log_ring_close(struct log_ring *ring)
{
	(void)pthread_mutex_lock(&ring->lock);
	ring->is_closed = true;
	(void)pthread_cond_broadcast(&ring->has_line);
	(void)pthread_mutex_unlock(&ring->lock);
}

void
log_ring_free(struct log_ring **ring)
{
	if (*ring == NULL)
		return;
	(void)pthread_cond_destroy(&(*ring)->has_line);
	(void)pthread_mutex_destroy(&(*ring)->lock);
	free(*ring);
	*ring = NULL;
}
