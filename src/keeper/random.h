/* SPDX-License-Identifier: ISC */
/* Random octets of the kernel's, for ids and names. */
#ifndef KEEPER_RANDOM_H
#define KEEPER_RANDOM_H

#include <stdint.h>
#include <stddef.h>

#include "base/error.h"

/* size: at most 256, which getrandom(2) never cuts short. STATUS_SYSTEM. */
MUST_CHECK enum status random_fill(uint8_t *ret_bytes, size_t size, struct error *err);

#endif
