/* SPDX-License-Identifier: ISC */
/*
 * A fixed number of things that threads borrow for a moment: a stack behind a
 * mutex. The last one given back is taken next, while the cache still has it.
 */
#ifndef VIEW_POOL_H
#define VIEW_POOL_H

#include <pthread.h>

#include "base/status.h"

struct pool {
	pthread_mutex_t mutex;
	pthread_cond_t is_back;
	void **items;
	unsigned count; /* present now */
};

/* An empty pool for at most size items. STATUS_NO_MEMORY. */
MUST_CHECK enum status pool_init(struct pool *pool, unsigned size);

/* The caller has taken what it must free. */
void pool_done(struct pool *pool);

/* Never more than size items. */
void pool_put(struct pool *pool, void *item);

/* Waits until there is one. */
void *pool_take(struct pool *pool);

#endif
