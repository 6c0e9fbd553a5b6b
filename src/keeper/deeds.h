/* SPDX-License-Identifier: ISC */
/* What the actions of the rotation are in the keeper. For the rotator. */
#ifndef KEEPER_DEEDS_H
#define KEEPER_DEEDS_H

#include "keeper/journey.h"

/* What became of an action. */
enum deed {
	DEED_DONE,    /* at once */
	DEED_BEGUN,   /* journey_go_on or journey_leave will be called */
	DEED_AWAITED, /* somebody else does it, and wakes the rotator */
	DEED_LATER,   /* not possible now */
};

/* Does journey->order; rotation is what it was given for. */
enum deed deeds_do(struct journey *journey, const struct lifecycle_rotation *rotation);

/* Looks at the records of the set. */
enum deed deeds_look(struct journey *journey, const struct lifecycle_rotation *rotation);

#endif
