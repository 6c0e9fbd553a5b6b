/* SPDX-License-Identifier: ISC */
/*
 * Whom a line of the SigningTable means. In a refile: the pattern is compared
 * with the whole address, and * stands for anything, dots too; in any other
 * table the address is looked up as "user@host", "host", "user@.domain",
 * ".domain" of each domain above, "user@*", "*" (opendkim.conf(5)), and * is
 * no wildcard. Pure.
 */
#ifndef CTL_OPENDKIM_PATTERN_H
#define CTL_OPENDKIM_PATTERN_H

#include "base/slice.h"
#include "keys/record.h"

enum pattern_kind {
	PATTERN_DOMAIN,     /* senders at the domain */
	PATTERN_BELOW,      /* senders at its subdomains, however deep; of "": everybody */
	PATTERN_ENDING,     /* both, and other domains that end alike: "badexample.com" */
	PATTERN_USER,       /* single senders */
	PATTERN_ODD,        /* a wildcard elsewhere, or what else a regular expression can say */
	PATTERN_NEVER,      /* nobody: no address looks like that */
};

struct pattern {
	enum pattern_kind kind;
	char domain[DOMAIN_MAX + 1]; /* as keys know it, for the first three */
};

/* is_glob: of a refile. */
void pattern_read(struct slice text, bool is_glob, struct pattern *ret_pattern);

/* What must be said of this kind, or NULL. */
const char *pattern_remark(enum pattern_kind kind, bool is_glob);

#endif
