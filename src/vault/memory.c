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
#define MAIN_STACK_BYTES (192 * 1024)
#define THREAD_OWN_BYTES (64 * 1024) /* OpenSSL's random numbers and errors, what a signature takes meanwhile */
#define GROWTH_BYTES (256 * 1024) /* what OpenSSL still makes once, a key in the making, the heap's last step */
#define KEY_BYTES_MIN (192 * 1024)  /* below that locking is not worth its name */
#define KEY_BYTES_MAX (128 * 1024 * 1024)

static void *heap_start;
static _Thread_local bool has_shortage;

/* ---- what OpenSSL frees ---- */

static void *
allocate(size_t size, const char *file, int line)
{
	void *block = malloc(size);

	(void)file;
	(void)line;
	has_shortage = has_shortage || block == NULL;
	return block;
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
	void *moved = size > 0 ? allocate(size, file, line) : NULL;

	if (size > 0 && moved == NULL)
		return NULL;
	if (block != NULL && moved != NULL)
		memcpy(moved, block, old_size < size ? old_size : size);
	wipe_and_free(block, file, line);
	return moved;
}

bool
memory_take_shortage(void)
{
	bool has_been = has_shortage;

	has_shortage = false;
	return has_been;
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

/* Whole pages of it, as it is now. */
static size_t
heap_bytes(uintptr_t *ret_start)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t end = (uintptr_t)sbrk(0);

	*ret_start = (uintptr_t)heap_start & ~(page - 1);
	return end > *ret_start ? end - *ret_start : 0;
}

static enum status
lock_heap(void)
{
	uintptr_t start;
	size_t bytes = heap_bytes(&start);

	if (bytes == 0)
		return STATUS_OK;
	return mlock2((void *)start, bytes, MLOCK_ONFAULT) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

/*
 * The main thread serves, too. Its stack is there already, as far as it was
 * ever used; what is locked of it stays so when it grows.
 */
static enum status
lock_main_stack(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	volatile char room[MAIN_STACK_BYTES];
	uintptr_t start = (uintptr_t)room & ~(page - 1);
	uintptr_t end = ((uintptr_t)environ & ~(page - 1)) + page; /* it lies above main's own frame */

	for (size_t i = 0; i < sizeof(room); i += page)
		room[i] = 0;
	return mlock2((void *)start, end - start, MLOCK_ONFAULT) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

/* What of the limit is taken by other things than keys. */
static size_t
taken_bytes(size_t needed_bytes)
{
	uintptr_t start;

	return heap_bytes(&start) + MAIN_STACK_BYTES + THREAD_OWN_BYTES + GROWTH_BYTES + needed_bytes;
}

/* What is left of it for keys. */
static size_t
left_bytes(rlim_t limit, size_t taken)
{
	rlim_t left = limit > taken ? limit - taken : 0;

	return left < KEY_BYTES_MAX ? (size_t)left : KEY_BYTES_MAX;
}

enum status
memory_lock(size_t needed_bytes, size_t *ret_key_bytes, struct error *err)
{
	size_t taken = taken_bytes(needed_bytes);
	struct rlimit limit = { 0 };
	size_t left;

	(void)getrlimit(RLIMIT_MEMLOCK, &limit);
	left = left_bytes(limit.rlim_cur, taken);
	if (left < KEY_BYTES_MIN) {
		*ret_key_bytes = KEY_BYTES_MAX;
		return error_set(err, STATUS_REFUSED,
		    "unsealed keys are not locked in memory: only %llu octets may be locked, %zu would be needed; "
		    "raise LimitMEMLOCK= (ulimit -l)",
		    (unsigned long long)limit.rlim_cur, taken + KEY_BYTES_MIN);
	}
	*ret_key_bytes = left;
	if (mlockall(MCL_FUTURE | MCL_ONFAULT) != 0 || lock_heap() != STATUS_OK ||
	    lock_main_stack() != STATUS_OK) {
		(void)munlockall();
		(void)error_set_errno(err, "unsealed keys are not locked in memory: raise LimitMEMLOCK= (ulimit -l)");
		return STATUS_REFUSED;
	}
	return STATUS_OK;
}

size_t
memory_thread_bytes(void)
{
	return STACK_BYTES + THREAD_OWN_BYTES;
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
