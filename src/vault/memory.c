/* SPDX-License-Identifier: ISC */
#include "vault/memory.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define STACK_BYTES (256 * 1024)
#define OTHER_BYTES (2 * 1024 * 1024) /* OpenSSL's own tables, the log, the queue */
#define BYTES_PER_KEY (12 * 1024)     /* an RSA-4096 key in use, generously */
#define KEYS_WITHOUT_LIMIT 10000U

static void *heap_start;

/* ---- what OpenSSL frees ---- */

static void *
allocate(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(size);
}

static void
wipe_and_free(void *block, const char *file, int line)
{
	(void)file;
	(void)line;
	if (block != NULL)
		explicit_bzero(block, malloc_usable_size(block));
	free(block);
}

/* realloc would leave the old place as it is. */
static void *
move(void *block, size_t size, const char *file, int line)
{
	size_t old_size = block != NULL ? malloc_usable_size(block) : 0;
	void *moved = size > 0 ? malloc(size) : NULL;

	if (size > 0 && moved == NULL)
		return NULL;
	if (block != NULL && moved != NULL)
		memcpy(moved, block, old_size < size ? old_size : size);
	wipe_and_free(block, file, line);
	return moved;
}

/* ---- */

void
memory_prepare(void)
{
	if (CRYPTO_set_mem_functions(allocate, move, wipe_and_free) != 1)
		abort(); /* somebody used OpenSSL before */
	(void)mallopt(M_ARENA_MAX, 1);
	(void)mallopt(M_MMAP_THRESHOLD, 1 << 30);
	(void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
	heap_start = sbrk(0);
}

static enum status
lock_heap(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t start = (uintptr_t)heap_start & ~(page - 1);
	uintptr_t end = (uintptr_t)sbrk(0);

	if (end <= start)
		return STATUS_OK;
	return mlock2((void *)start, end - start, MLOCK_ONFAULT) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static unsigned
keys_that_fit(rlim_t limit, unsigned threads)
{
	rlim_t taken = OTHER_BYTES + (rlim_t)(threads + 2) * STACK_BYTES;
	rlim_t keys;

	if (limit == RLIM_INFINITY)
		return KEYS_WITHOUT_LIMIT;
	keys = limit > taken ? (limit - taken) / BYTES_PER_KEY : 0;
	return keys < KEYS_WITHOUT_LIMIT ? (unsigned)keys : KEYS_WITHOUT_LIMIT;
}

enum status
memory_lock(unsigned threads, unsigned *ret_keys, struct error *err)
{
	struct rlimit limit = { 0 };
	unsigned keys;

	(void)getrlimit(RLIMIT_MEMLOCK, &limit);
	keys = keys_that_fit(limit.rlim_cur, threads);
	if (keys < 16) {
		*ret_keys = KEYS_WITHOUT_LIMIT;
		return error_set(err, STATUS_REFUSED,
		    "unsealed keys are not locked in memory: only %llu octets may be locked; "
		    "raise LimitMEMLOCK= (ulimit -l)",
		    (unsigned long long)limit.rlim_cur);
	}
	*ret_keys = keys;
	if (mlockall(MCL_FUTURE | MCL_ONFAULT) != 0 || lock_heap() != STATUS_OK) {
		(void)munlockall();
		(void)error_set_errno(err, "unsealed keys are not locked in memory: raise LimitMEMLOCK= (ulimit -l)");
		return STATUS_REFUSED;
	}
	return STATUS_OK;
}

enum status
memory_start_thread(void *(*thread_main)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;
	int result;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, STACK_BYTES);
	(void)pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	result = pthread_create(&thread, &attr, thread_main, arg);
	(void)pthread_attr_destroy(&attr);
	return result == 0 ? STATUS_OK : STATUS_SYSTEM;
}
