/* SPDX-License-Identifier: ISC */
/*
 * Can mail that a key signs be aligned for DMARC at all (RFC 7489)? And is
 * there an SPF record (RFC 7208)? Information beside the verdict: nothing is
 * refused because of it. Pure; the organizational domain comes from
 * verdict/organizational.h.
 */
#ifndef VERDICT_ALIGNMENT_H
#define VERDICT_ALIGNMENT_H

#include "verdict/sight.h"

#define ALIGNMENT_NOTES_MAX 8
#define ALIGNMENT_NOTE_SIZE 316

enum alignment_level { ALIGNMENT_INFO = 1, ALIGNMENT_WARNING = 2 };

struct alignment_facts {
	char domain[DOMAIN_MAX + 1];         /* d= */
	char organizational[DOMAIN_MAX + 1]; /* by the public suffix list; "" for a public suffix itself */
	enum domain_match domain_match;      /* whose mail the key signs */
	const struct sight *dmarc;           /* at _dmarc.DOMAIN */
	const struct sight *dmarc_organizational; /* at _dmarc.ORGANIZATIONAL; NULL when that is the same */
	/* the sender of the envelope, where the configuration writes another one; else "" */
	char envelope[DOMAIN_MAX + 1];
	char envelope_organizational[DOMAIN_MAX + 1];
	const struct sight *spf;             /* at ENVELOPE, or else at DOMAIN */
};

struct alignment_note {
	enum alignment_level level;
	char text[ALIGNMENT_NOTE_SIZE]; /* one sentence, no final full stop */
};

struct alignment {
	unsigned note_count;
	struct alignment_note notes[ALIGNMENT_NOTES_MAX];
};

/* At least one note about DMARC and one about SPF. */
void alignment_judge(const struct alignment_facts *facts, struct alignment *ret_alignment);

#endif
