/* SPDX-License-Identifier: ISC */
/*
 * A check against damage, not against an attacker: FNV-1a, 64 bits, for
 * values in files that carry no check of their own.
 */
#ifndef BASE_CHECKSUM_H
#define BASE_CHECKSUM_H

#include <stdint.h>

#include "base/slice.h"

/* Octet by octet. */
#define CHECKSUM_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t
checksum_add(uint64_t sum, uint8_t octet)
{
	return (sum ^ octet) * 0x100000001b3U;
}

static inline uint64_t
checksum_of(struct slice bytes)
{
	uint64_t sum = CHECKSUM_START;

	for (size_t i = 0; i < bytes.len; i++)
		sum = checksum_add(sum, (uint8_t)bytes.ptr[i]);
	return sum;
}

#endif
