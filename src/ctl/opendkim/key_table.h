/* SPDX-License-Identifier: ISC */
/*
 * The KeyTable: under a name, a domain (d=), a selector (s=) and the file of
 * the private key. Of the file only its path is known here. Pure.
 */
#ifndef CTL_OPENDKIM_KEY_TABLE_H
#define CTL_OPENDKIM_KEY_TABLE_H

#include "ctl/opendkim/dataset.h"

struct signing_key {
	struct place place;
	struct slice name;
	struct slice domain;   /* as keys know it, or "%": the sender's */
	struct slice selector; /* as written */
	struct slice path;     /* as written: "%" in an absolute path is the domain */
	const char *trouble;   /* why it cannot be carried over; NULL: it can */
	bool is_used;          /* by the plan: a line of the SigningTable wants it */
	bool is_planned;       /* by the plan: it becomes a key of signetd */
};

struct key_table {
	struct signing_key *keys;
	size_t count;
	struct signing_key **by_name; /* sorted, the first of equals first */
};

MUST_CHECK enum status key_table_make(
    struct source *source, const struct dataset *dataset, struct key_table *ret_table);

/* The first key of that very name, case and all; NULL: none. */
struct signing_key *key_table_find(const struct key_table *table, struct slice name);

static inline bool
signing_key_is_of_sender(const struct signing_key *key)
{
	return slice_equal(key->domain, SLICE_LITERAL("%"));
}

/* The path of the key's file for d=domain; NULL when memory is out. */
char *signing_key_path(
    struct source *source, const struct signing_key *key, struct slice base, struct slice domain);

#endif
