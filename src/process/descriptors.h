/* SPDX-License-Identifier: ISC */
/* How many descriptors this process may have. */
#ifndef PROCESS_DESCRIPTORS_H
#define PROCESS_DESCRIPTORS_H

#include <stddef.h>

/* Raises the soft limit to the hard one; what is started from here on has it too. */
void descriptors_raise_limit(void);

/* The soft limit; SIZE_MAX when there is none. */
size_t descriptors_max(void);

/* How many of wanted could still be opened, at most DESCRIPTORS_FREE_MAX: tried, since nothing else says it. */
#define DESCRIPTORS_FREE_MAX 64
size_t descriptors_free(size_t wanted);

#endif
