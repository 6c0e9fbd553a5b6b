/* SPDX-License-Identifier: ISC */
/* The stacks of threads that a library makes without asking for a size. */
#ifndef PROCESS_THREADS_H
#define PROCESS_THREADS_H

#include <stddef.h>

/* For all threads from here on. A sanitizer's build leaves the size to its runtime. */
void threads_set_stack(size_t bytes);

#endif
