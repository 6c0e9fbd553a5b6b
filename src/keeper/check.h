/* SPDX-License-Identifier: ISC */
/*
 * A look at DNS for a whole key set: every slot that has a key, and beside
 * them what DMARC and SPF say. The verdicts are kept in the store before
 * anybody hears of them. Whoever asks for it, a method or the keeper itself,
 * is called once, later.
 */
#ifndef KEEPER_CHECK_H
#define KEEPER_CHECK_H

#include "keeper/dns_line.h"
#include "keeper/keeper.h"

struct check_slot {
	bool was_looked_at;
	struct dns_line_look look;
};

struct check_result {
	enum status status; /* of the whole; not OK: err says why, and nothing was kept */
	struct error err;
	struct domain_key key; /* as it is now */
	struct check_slot slots[SLOT_COUNT];
	unsigned note_count;
	struct dns_line_note notes[FRAME_NOTES_MAX];
};

/* result is gone when it returns. */
typedef void check_done(void *context, const struct check_result *result);

/* Who asks, for the audit. */
struct check_options {
	const char *actor; /* lives until the end of the check */
	bool with_notes;   /* ask for DMARC and SPF too */
	check_done *done;
	void *context;
};

/* STATUS_UNAVAILABLE, when too much is under way, STATUS_NO_MEMORY: then done is not called. */
MUST_CHECK enum status check_start(struct keeper *keeper, const struct domain_key *key,
    const struct check_options *options, struct error *err);

/* Has the whole set just been proved? */
bool check_is_proved(const struct check_result *result);

#endif
