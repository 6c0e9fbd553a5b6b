/* SPDX-License-Identifier: ISC */
/*
 * A check against damage, not against an attacker: FNV-1a, 64 bits, for
 * values in files that carry no check of their own.
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stdint.h>

#include "base/slice.h"

static inline uint64_t
checksum_of(struct slice bytes)
{
	uint64_t sum = 0xcbf29ce484222325U;

	for (size_t i = 0; i < bytes.len; i++)
		sum = (sum ^ (uint8_t)bytes.ptr[i]) * 0x100000001b3U;
	return sum;
}

#endif
