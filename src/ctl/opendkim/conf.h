/* SPDX-License-Identifier: ISC */
/*
 * opendkim.conf, as opendkim(8) reads it: a name, white space, a value; a '#'
 * begins a comment wherever it stands; there are no continuation lines, and no
 * quotes. Of what is set twice the last one counts. Pure but for the source.
 */
#ifndef CTL_OPENDKIM_CONF_H
#define CTL_OPENDKIM_CONF_H

#include "ctl/opendkim/source.h"

struct conf_entry {
	struct place place;
	struct slice name;
	struct slice value; /* never empty */
	struct conf_entry *next;
};

/* In the order they are read: an included file's where it is included. */
struct conf {
	struct conf_entry *first;
	struct conf_entry *last;
};

/* As opendkim(8) has it. */
#define CONF_LEVEL_MAX 5

/* STATUS_INVALID for a name without a value, or files that include each other too deep. */
MUST_CHECK enum status conf_read(
    struct source *source, const char *path, struct conf *ret_conf, struct error *err);

/* The entry of this name that counts, in any case; NULL: not set. */
const struct conf_entry *conf_find(const struct conf *conf, const char *name);

/* Its value; empty where it is not set. */
struct slice conf_value(const struct conf *conf, const char *name);

/* A Boolean: its first octet decides. */
bool conf_flag(const struct conf *conf, const char *name);

#endif
