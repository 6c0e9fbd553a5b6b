/* SPDX-License-Identifier: ISC */
/* The table view's round: follow/publish.c alone. */
#ifndef FOLLOW_TABLE_H
#define FOLLOW_TABLE_H

#include "follow/follower.h"

/*
 * After follower_look, when the keyring has all keys of the store: what is
 * written is true now, whichever change led there. Brings the table nearer to
 * the store's last change, or rebuilds it.
 */
MUST_CHECK enum status follow_table(struct follower *table, struct error *err);

/* Has the round brought it to the store's last change? */
bool follow_table_is_current(const struct follower *table);

#endif
