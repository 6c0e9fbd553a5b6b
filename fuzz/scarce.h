/* SPDX-License-Identifier: ISC */
/*
 * Memory that runs out. The linker's --wrap leads every malloc, calloc,
 * realloc and free of our objects here (not those inside shared libraries):
 * they are counted, and one can be made to fail.
 */
#ifndef SCARCE_H
#define SCARCE_H

#include "base/status.h"

/*
 * Calls run once to learn its status, then again with the first, the second,
 * … of its allocations failing, at most SCARCE_MAX of them: each time it must
 * return STATUS_NO_MEMORY and, each time, have freed all. Returns the status of
 * the first call.
 */
#define SCARCE_MAX 24
enum status scarce_try(enum status (*run)(void *context), void *context);

#endif
