/* SPDX-License-Identifier: ISC */
/*
 * Unsealed keys, the least recently used going first, as many as max_bytes of
 * memory hold (key_bytes), and one in any case. Any thread.
 */
#ifndef VAULT_CACHE_H
#define VAULT_CACHE_H

#include "vault/key.h"

struct cache;

MUST_CHECK enum status cache_new(size_t max_bytes, struct cache **ret_cache);
void cache_free(struct cache **cache);

/* The key of handle, held for the caller; NULL when it is not here. */
struct key *cache_find(struct cache *cache, const struct handle *handle);

/* Keeps a reference of its own to key. A key already there stays. Out of memory: it is not kept. */
void cache_add(struct cache *cache, const struct handle *handle, struct key *key);

/* Drops what was not used for longest until half of the memory is free; how many keys. 0: there was none. */
unsigned cache_drop_half(struct cache *cache);

void cache_remove(struct cache *cache, const struct handle *handle);

#endif
