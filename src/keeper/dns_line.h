/* SPDX-License-Identifier: ISC */
/* What the keeper asks dns, in terms of keys: on top of keeper/line.h. */
#ifndef KEEPER_DNS_LINE_H
#define KEEPER_DNS_LINE_H

#include "keeper/line.h"
#include "keys/record.h"

/* Some over what dns itself allows a look (dns/serve.h), and the looks queued before it. */
#define DNS_LINE_LOOK_MS 60000

/* Asks whether the key of a slot is published; the answer is a struct frame_looked. */
MUST_CHECK enum status dns_line_look(struct line *dns, const struct key_set *set, enum slot slot,
    const uint8_t key_sha256[DNS_DIGEST_SIZE], int64_t now_ms, line_answer *answer, void *context);

/* What an answer to it says, with its texts ended. */
struct dns_line_look {
	struct dns_status verdict; /* checked_at is the caller's */
	uint32_t ttl_s;            /* looking earlier shows nothing new */
	bool is_secure;            /* DNSSEC vouches for it */
	char advice[FRAME_SENTENCE_SIZE];
	char story[FRAME_STORY_SIZE];
};

/* STATUS_SYSTEM and the like when dns itself was in trouble. */
MUST_CHECK enum status dns_line_take_look(
    const union frame *answer, struct dns_line_look *ret_look, struct error *err);

/*
 * Asks whether mail of a domain can be aligned; the answer is a struct
 * frame_aligned. envelope: the domain of the sender of its envelope; "": its own.
 */
MUST_CHECK enum status dns_line_align(struct line *dns, const char *domain, const char *envelope,
    enum domain_match domain_match, int64_t now_ms, line_answer *answer, void *context);

/* Has a record published in the provider zone; the answer is a struct frame_published. */
MUST_CHECK enum status dns_line_publish(struct line *dns, const char *name, struct slice text,
    uint32_t ttl_s, int64_t now_ms, line_answer *answer, void *context);

/* What an answer to it says: STATUS_OK, or why not. */
MUST_CHECK enum status dns_line_take_published(const union frame *answer, struct error *err);

/* A sentence about DMARC or SPF. */
struct dns_line_note {
	bool is_warning;
	char text[FRAME_NOTE_SIZE];
};

/* What an answer to it says: *ret_count notes, at most FRAME_NOTES_MAX. */
MUST_CHECK enum status dns_line_take_notes(const union frame *answer,
    struct dns_line_note ret_notes[FRAME_NOTES_MAX], unsigned *ret_count, struct error *err);

#endif
