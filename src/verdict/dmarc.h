/* SPDX-License-Identifier: ISC */
/*
 * The DMARC record (RFC 7489 §6.3) of one name, as far as DKIM alignment needs
 * it. Pure; points into the sight.
 */
#ifndef VERDICT_DMARC_H
#define VERDICT_DMARC_H

#include "base/slice.h"
#include "verdict/sight.h"

enum dmarc_presence {
	DMARC_UNKNOWN = 0, /* no answer, or not all of it was kept */
	DMARC_ABSENT,
	DMARC_PRESENT,
	DMARC_SEVERAL,     /* receivers then go on as if there were none, §6.6.3 */
};

struct dmarc {
	enum dmarc_presence presence;
	const char *name;              /* where it was looked for */
	unsigned count;                /* records there */
	bool is_readable;              /* a list of tags with a p= that DMARC knows */
	bool is_strict;                /* adkim=s */
	bool is_spf_strict;            /* aspf=s */
	struct slice policy;           /* p=; empty: none */
	struct slice subdomain_policy; /* sp=; empty: as p= */
};

/* sight: of _dmarc and the name. */
void dmarc_read(const struct sight *sight, struct dmarc *ret_dmarc);

#endif
