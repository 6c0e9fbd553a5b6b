/* SPDX-License-Identifier: ISC */
/*
 * How all children come to use the same settings (docs/reload.md). They are
 * offered to every child that is ready; each builds all it would need, and
 * says yes or no. Only when all have said yes they are told to swap, and only
 * then they are those of whoever starts. One no, or no answer in time, and
 * nobody has changed anything. Who dies while he is asked is asked again in his
 * next life; the second death of a role is a no: the settings may be what it
 * dies of. A child that has not swapped in time is killed: its next life has
 * the new ones from the start.
 *
 * A child that was started before a swap and is ready after it is offered what
 * is in use and swaps too, so that versions never stay mixed.
 *
 * Driven by the children's event loop; one thread.
 */
#ifndef SUPERVISOR_AGREEMENT_H
#define SUPERVISOR_AGREEMENT_H

#include "base/error.h"
#include "supervisor/child.h"

enum agreement_phase {
	AGREEMENT_SETTLED = 0, /* everybody who is ready uses the version in use */
	AGREEMENT_OFFERED,     /* a new version is offered; nobody has changed anything */
	AGREEMENT_SWAPPING,    /* the version in use is new to somebody */
};

/* What is offered. Descriptors stay the caller's, until the end is told. */
struct agreement_offer {
	uint32_t version;
	int settings_fd;
	int key_fd; /* of the provider zone, for signetd-dns, which then has to be there; -1: nothing new */
};

struct agreement_events {
	void (*agreed)(void *context);  /* all are prepared: from now on it is in use, also of whoever starts */
	void (*settled)(void *context); /* all have swapped */
	void (*refused)(void *context, enum status status, const struct error *err); /* all is as it was */
	void *context;
};

struct agreement {
	struct children *children;
	struct agreement_events events;
	enum agreement_phase phase;
	uint32_t version; /* in use */
	struct agreement_offer offer;
	unsigned deaths[ROLE_COUNT]; /* while it is on offer */
	uint64_t attempts; /* of all offers to any child: an answer to an earlier one is told by it */
	sd_event_source *timer;
};

/* Version 1 is in use. children and events are set by the caller. */
void agreement_init(struct agreement *agreement);

/* Offers; the agreement is settled. One of the events follows, perhaps before this returns. */
void agreement_begin(struct agreement *agreement, const struct agreement_offer *offer);

/* Nobody has changed anything, nor will: true. Nothing is on offer (any more): false. No event follows. */
bool agreement_withdraw(struct agreement *agreement);

/* For hearing.c and children.c: what became of a child. */
void agreement_on_start(struct child *child);
void agreement_on_ready(struct child *child);
void agreement_on_answer(struct child *child, const struct frame_settings_answer *answer);
void agreement_on_exit(struct child *child, bool is_ended); /* by us */

#endif
