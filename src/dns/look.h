/* SPDX-License-Identifier: ISC */
/* Looking at one slot: all the questions that its verdict needs. */
#ifndef DNS_LOOK_H
#define DNS_LOOK_H

#include "dns/sighting.h"
#include "verdict/observation.h"
#include "verdict/verdict.h"

/* Fails only for trouble of our own. */
MUST_CHECK enum status look_at(const struct sighting *sighting,
    const struct expectation *expected, struct observation *ret_observation);

#endif
