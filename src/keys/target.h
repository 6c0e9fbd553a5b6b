/* SPDX-License-Identifier: ISC */
/*
 * The name in the provider zone under which a delegated key is published, and
 * to which the owner's CNAME leads: "SELECTOR.k7q2mx.ZONE". Six random letters
 * keep the names of one customer from being guessed from those of another.
 */
#ifndef KEYS_TARGET_H
#define KEYS_TARGET_H

#include "base/error.h"
#include "keys/record.h"

#define TARGET_RANDOM_SIZE 4 /* octets that one name consumes */

/* STATUS_TOO_LARGE, with a sentence, for a selector that makes the name too long. */
MUST_CHECK enum status target_make(const char *selector, const char *zone,
    const uint8_t random[TARGET_RANDOM_SIZE], char ret_name[DOMAIN_MAX + 1], struct error *err);

/* Is a target below zone? zone may be "" or NULL: there is none. */
bool target_is_in(const char *name, const char *zone);

#endif
