/* SPDX-License-Identifier: ISC */
/*
 * A fuzz target: one file with one function that takes any octets and holds
 * against them what a module's header promises. libFuzzer calls it (scripts/fuzz),
 * and so does replay.c, in every build. A target keeps nothing from call to
 * call, and the same octets always do the same.
 */
#ifndef TARGET_H
#define TARGET_H

#include <stdint.h>

#include "base/slice.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise. Broken, it is printed, and the process aborts. */
#define TARGET_CHECK(condition) \
	((condition) ? (void)0 : target_fail(#condition, __FILE__, __LINE__))

_Noreturn void target_fail(const char *condition, const char *file, int line);

/* A copy on the heap with not an octet to spare, so that a sanitizer sees a look beyond it. To be freed. */
char *target_copy(struct slice bytes);

/* Numbers at random, the same for the same state at the start (splitmix64). */
uint64_t target_random(uint64_t *state);

/* One of 0 to count - 1. */
size_t target_below(uint64_t *state, size_t count);

#endif
