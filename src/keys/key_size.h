/* SPDX-License-Identifier: ISC */
/* How many bits the keys have that are made here (RFC 8301 §3.2, RFC 8463). */
#ifndef KEYS_KEY_SIZE_H
#define KEYS_KEY_SIZE_H

#include <stdint.h>

#include "base/error.h"
#include "keys/record.h"

/* Of key_bits 0 the algorithm's default; STATUS_INVALID with a sentence. */
MUST_CHECK enum status key_size_check(
    enum algorithm algorithm, uint64_t key_bits, unsigned *ret_bits, struct error *err);

#endif
