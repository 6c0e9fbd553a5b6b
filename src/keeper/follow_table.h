/* SPDX-License-Identifier: ISC */
/* The table view's round: keeper/publish.c alone. */
#ifndef KEEPER_FOLLOW_TABLE_H
#define KEEPER_FOLLOW_TABLE_H

#include "keeper/follower.h"

/* After follower_look: brings the table up to the store's last change, or rebuilds it. */
MUST_CHECK enum status follow_table(struct follower *table, struct error *err);

#endif
