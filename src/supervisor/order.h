/* SPDX-License-Identifier: ISC */
/*
 * The order of a start: whoever reads a view that the keeper has yet to make
 * follows the keeper, and the keeper waits for those that still have the old
 * one open.
 */
#ifndef SUPERVISOR_ORDER_H
#define SUPERVISOR_ORDER_H

#include "supervisor/children.h"

/*
 * Ends the keeper and the children of some roles (ROLE_BIT()s) at once, and
 * starts them again in this order: when all have ended the keeper, and when it
 * is ready the others.
 */
void order_restart(struct children *children, unsigned roles);

/* The keeper starts if nobody is left who has the view open. */
void order_release_keeper(struct children *children);

/* The keeper has made the views: those that wait for them start. */
void order_release_followers(struct children *children);

#endif
