/* SPDX-License-Identifier: ISC */
/*
 * Where explain finds the keys of policy/decide.h: in the store. A sender may
 * have 127 domains above it, and a message 64 senders; the store is asked once
 * for each of these, and then only where there is something to be found.
 */
#ifndef KEEPER_METHODS_KEY_SOURCE_H
#define KEEPER_METHODS_KEY_SOURCE_H

#include "keys/match.h"
#include "store/store.h"

struct key_source {
	struct store *store;
	/* whom it was asked for last, and where up from there keys are */
	char org[ORG_MAX + 1];
	char sender[DOMAIN_MAX + 1];
	struct store_above above;
};

/* For one question: the store must stay, and stay as it is. */
void key_source_init(struct key_source *source, struct store *store);

/* For struct match_source: the context is the struct key_source. */
enum status key_source_find(
    void *context, struct slice org, struct slice domain, struct match_list *ret_list);

#endif
