/* SPDX-License-Identifier: ISC */
/*
 * The keyring view's two rounds, before and after the table's: keys are added
 * at once, and removed later. In between its position stays before the first
 * removal that waits, so that a keeper that starts again finds it there.
 * follow/publish.c alone.
 */
#ifndef FOLLOW_KEYRING_H
#define FOLLOW_KEYRING_H

#include "follow/follower.h"

struct follow_keyring {
	struct follower f;
	uint64_t added;   /* all keys that changes up to here added are in it; 0: ask position */
	uint64_t waiting; /* no change before this one waits to remove a key; 0: none does */
	bool is_removing; /* waiting is only how far the last step of removing came */
	bool has_base;    /* of a rebuild: all keys of the store are in it beside the old ones */
};

/* After follower_look. Adds what the store has more, a step; notes in waiting what it has less. */
MUST_CHECK enum status follow_keyring_add(struct follow_keyring *k, struct error *err);

/* Has the round added all keys that the store has? */
bool follow_keyring_is_current(const struct follow_keyring *k);

/*
 * After follow_keyring_add: makes the removals of changes up to and with
 * until, a step; call it again, with the same until, while is_removing. A
 * rebuild empties the view of the other store's keys only now; it waits
 * further while a later change removes a key.
 */
MUST_CHECK enum status follow_keyring_remove(
    struct follow_keyring *k, uint64_t until, struct error *err);

#endif
