/* SPDX-License-Identifier: ISC */
#include "view/pool.h"

#include <stdlib.h>

enum status
pool_init(struct pool *pool, unsigned size)
{
	void **items = calloc(size, sizeof(*items));

	if (items == NULL)
		return STATUS_NO_MEMORY;
	pool->items = items;
	pool->count = 0;
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->is_back, NULL);
	return STATUS_OK;
}

void
pool_done(struct pool *pool)
{
	pthread_cond_destroy(&pool->is_back);
	pthread_mutex_destroy(&pool->mutex);
	free(pool->items);
	pool->items = NULL;
}

void
pool_put(struct pool *pool, void *item)
{
	pthread_mutex_lock(&pool->mutex);
	pool->items[pool->count++] = item;
	pthread_mutex_unlock(&pool->mutex);
	pthread_cond_signal(&pool->is_back);
}

void *
pool_take(struct pool *pool)
{
	void *item;

	pthread_mutex_lock(&pool->mutex);
	while (pool->count == 0)
		pthread_cond_wait(&pool->is_back, &pool->mutex);
	item = pool->items[--pool->count];
	pthread_mutex_unlock(&pool->mutex);
	return item;
}
