/* SPDX-License-Identifier: ISC */
/*
 * Locked memory: what the vault allocates from here on is never written to
 * swap, and there is a bound for it (RLIMIT_MEMLOCK).
 *
 * The order matters: the view is mapped before (MCL_FUTURE would refuse its
 * address space), threads are started afterwards and with small stacks, so
 * that these are locked too.
 */
#ifndef VAULT_MEMORY_H
#define VAULT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * Call first in main, before anything secret is allocated and before OpenSSL
 * allocates: one heap, so that it can be locked whole; and what OpenSSL frees is
 * wiped, since it does so itself only here and there.
 */
void memory_prepare(void);

/*
 * Locks the heap and whatever is mapped from now on, on first use.
 * needed_bytes: what will be allocated beside unsealed keys, as each part says
 * of itself. ret_key_bytes: what there is for unsealed keys. STATUS_REFUSED with
 * a sentence where locking is not possible; ret_key_bytes is then what is
 * reasonable without.
 */
MUST_CHECK enum status memory_lock(
    size_t needed_bytes, size_t *ret_key_bytes, struct error *err);

/* A detached thread with a small stack. */
MUST_CHECK enum status memory_start_thread(void *(*thread_main)(void *), void *arg);

/* The memory such a thread takes, with what OpenSSL keeps for it. */
size_t memory_thread_bytes(void);

/*
 * Has OpenSSL, in this thread, been refused memory since the last call? It says
 * of that only that something failed.
 */
bool memory_take_shortage(void);

#endif
