/* SPDX-License-Identifier: ISC */
#include "scarce.h"

#include <stdlib.h>

#include "target.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void __real_free(void *ptr);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void __wrap_free(void *ptr);

/* Of this thread: a fuzzing engine may have others. */
static _Thread_local struct {
	size_t count;   /* of allocations asked for */
	size_t failing; /* the number of the one that fails, from 1; 0: none */
	size_t live;    /* allocated and not freed; wraps below zero and back */
} memory;

static bool
is_failing(void)
{
	memory.count++;
	return memory.count == memory.failing;
}

static void *
count_live(void *ptr)
{
	memory.live += ptr != NULL;
	return ptr;
}

void *
__wrap_malloc(size_t size)
{
	return is_failing() ? NULL : count_live(__real_malloc(size));
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return is_failing() ? NULL : count_live(__real_calloc(count, size));
}

void *
__wrap_realloc(void *ptr, size_t size)
{
	void *moved;

	if (is_failing())
		return NULL;
	moved = __real_realloc(ptr, size);
	if (ptr == NULL)
		(void)count_live(moved);
	return moved;
}

void
__wrap_free(void *ptr)
{
	memory.live -= ptr != NULL;
	__real_free(ptr);
}

/* One run, its failing-th allocation failing; ret_count: how many it asked for. */
static enum status
run_once(enum status (*run)(void *context), void *context, size_t failing, size_t *ret_count)
{
	size_t live = memory.live;
	enum status status;

	memory.count = 0;
	memory.failing = failing;
	status = run(context);
	memory.failing = 0;
	*ret_count = memory.count;
	TARGET_CHECK(memory.live == live);
	return status;
}

enum status
scarce_try(enum status (*run)(void *context), void *context)
{
	size_t count, ignored;
	enum status status = run_once(run, context, 0, &count);

	for (size_t i = 1; i <= count && i <= SCARCE_MAX; i++)
		TARGET_CHECK(run_once(run, context, i, &ignored) == STATUS_NO_MEMORY);
	return status;
}
