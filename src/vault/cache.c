/* SPDX-License-Identifier: ISC */
#include "vault/cache.h"

#include <pthread.h>
#include <search.h>
#include <stdlib.h>
#include <sys/queue.h>

struct cache_entry {
	struct handle handle;
	struct key *key;
	TAILQ_ENTRY(cache_entry) order;
};

struct cache {
	pthread_mutex_t lock;
	void *tree; /* tsearch(3), by handle */
	TAILQ_HEAD(cache_list, cache_entry) recent; /* the last used first */
	size_t bytes; /* of all keys */
	size_t max_bytes;
};

static int
compare(const void *a, const void *b)
{
	const struct cache_entry *x = a;
	const struct cache_entry *y = b;

	return memcmp(x->handle.bytes, y->handle.bytes, sizeof(x->handle.bytes));
}

enum status
cache_new(size_t max_bytes, struct cache **ret_cache)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return STATUS_NO_MEMORY;
	(void)pthread_mutex_init(&cache->lock, NULL);
	TAILQ_INIT(&cache->recent);
	cache->max_bytes = max_bytes;
	*ret_cache = cache;
	return STATUS_OK;
}

/* Under the lock. */
static struct cache_entry *
find(struct cache *cache, const struct handle *handle)
{
	struct cache_entry wanted = { .handle = *handle };
	struct cache_entry **found = tfind(&wanted, &cache->tree, compare);

	return found != NULL ? *found : NULL;
}

/* Under the lock. */
static void
drop(struct cache *cache, struct cache_entry *entry)
{
	(void)tdelete(entry, &cache->tree, compare);
	TAILQ_REMOVE(&cache->recent, entry, order);
	cache->bytes -= key_bytes(entry->key);
	key_release(&entry->key);
	free(entry);
}

void
cache_free(struct cache **cache)
{
	struct cache_entry *entry;

	if (*cache == NULL)
		return;
	while ((entry = TAILQ_FIRST(&(*cache)->recent)) != NULL)
		drop(*cache, entry);
	(void)pthread_mutex_destroy(&(*cache)->lock);
	free(*cache);
	*cache = NULL;
}

struct key *
cache_find(struct cache *cache, const struct handle *handle)
{
	struct key *key = NULL;
	struct cache_entry *entry;

	(void)pthread_mutex_lock(&cache->lock);
	entry = find(cache, handle);
	if (entry != NULL) {
		TAILQ_REMOVE(&cache->recent, entry, order);
		TAILQ_INSERT_HEAD(&cache->recent, entry, order);
		key = key_hold(entry->key);
	}
	(void)pthread_mutex_unlock(&cache->lock);
	return key;
}

/* Under the lock. */
static void
insert(struct cache *cache, const struct handle *handle, struct key *key)
{
	struct cache_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return;
	entry->handle = *handle;
	if (tsearch(entry, &cache->tree, compare) == NULL) {
		free(entry);
		return;
	}
	entry->key = key_hold(key);
	TAILQ_INSERT_HEAD(&cache->recent, entry, order);
	cache->bytes += key_bytes(key);
}

/* Under the lock. */
static void
make_room(struct cache *cache, size_t bytes)
{
	while (!TAILQ_EMPTY(&cache->recent) && cache->bytes + bytes > cache->max_bytes)
		drop(cache, TAILQ_LAST(&cache->recent, cache_list));
}

void
cache_add(struct cache *cache, const struct handle *handle, struct key *key)
{
	(void)pthread_mutex_lock(&cache->lock);
	if (find(cache, handle) == NULL) {
		make_room(cache, key_bytes(key));
		insert(cache, handle, key);
	}
	(void)pthread_mutex_unlock(&cache->lock);
}

unsigned
cache_drop_half(struct cache *cache)
{
	unsigned count = 0;
	size_t half;

	(void)pthread_mutex_lock(&cache->lock);
	half = cache->bytes / 2;
	while (cache->bytes > half) {
		drop(cache, TAILQ_LAST(&cache->recent, cache_list));
		count++;
	}
	(void)pthread_mutex_unlock(&cache->lock);
	return count;
}

void
cache_remove(struct cache *cache, const struct handle *handle)
{
	struct cache_entry *entry;

	(void)pthread_mutex_lock(&cache->lock);
	entry = find(cache, handle);
	if (entry != NULL)
		drop(cache, entry);
	(void)pthread_mutex_unlock(&cache->lock);
}
