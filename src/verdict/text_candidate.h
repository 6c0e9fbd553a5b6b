/* SPDX-License-Identifier: ISC */
/*
 * A TXT text on its way through the rules of verdict/text_fault.c: parsed once,
 * looked at by all of them. The rules are in three tables, by what they look
 * at, and are asked in this order; each table ends with a NULL.
 */
#ifndef VERDICT_TEXT_CANDIDATE_H
#define VERDICT_TEXT_CANDIDATE_H

#include "dkim/tag_list.h"
#include "verdict/key_seen.h"
#include "verdict/sentence.h"
#include "verdict/text_fault.h"

#define TEXT_ADVICE_AGAIN \
	"enter the text again, as one line, exactly as signetctl records prints it"
#define TEXT_ADVICE_ONLY "publish only the record that signetctl records prints"

struct text_candidate {
	struct slice text;
	bool is_cut;
	bool is_list;
	struct tag_list list;        /* of a text that is one */
	enum key_record_fault fault; /* as verifiers see it */
	struct error err;            /* of that */
	struct key_record record;    /* of a text without a fault */
	struct key_seen key;
};

/* A rule that holds writes the phrase; one that chooses among codes has DNS_CODE_NONE in its row. */
struct text_rule {
	bool (*holds)(const struct text_candidate *c, struct text_fault *fault);
	enum dns_code code;
	const char *advice;
};

extern const struct text_rule text_octet_rules[]; /* octets that have no business there */
extern const struct text_rule text_tag_rules[];   /* the list of tags, and their values */
extern const struct text_rule text_key_rules[];   /* p= */

/* Which column, counted from 1. */
size_t text_candidate_column(const struct text_candidate *c, const char *at);

/* The text around an offset. */
struct sentence_part text_candidate_excerpt(const struct text_candidate *c, size_t offset);

/* Does a verifier read what is at this offset? Not in notes and in tags it does not know. */
bool text_candidate_is_read(const struct text_candidate *c, size_t offset);

#endif
