/* SPDX-License-Identifier: ISC */
/*
 * What the keeper holds while it runs, for the methods of the control
 * interface: the store, the views that follow it, and the lines to the vault,
 * dns and the supervisor. One thread, one event loop.
 */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include <systemd/sd-event.h>

#include "follow/publish.h"
#include "keeper/edition.h"
#include "keeper/line.h"
#include "keeper/server.h"
#include "lifecycle/lifecycle.h"

struct backing;
struct call;
struct inventory;
struct resealer;

struct keeper {
	sd_event *event;
	struct edition *edition;         /* of the settings, in use; a call has its own */
	const struct settings *settings; /* in it */
	struct store *store;
	struct view *table;
	struct view *keyring;
	struct publish *publish;     /* the views */
	struct publisher *publisher; /* the provider zone */
	struct rotator *rotator;
	struct resealer *resealer;
	struct inventory *inventory; /* for the metrics; NULL: there are none */
	struct backing *backing;     /* a backup under way: methods/backup.c */
	struct line *vault;
	struct line *dns;
	struct line *supervisor;
	int supervisor_fd;
	uint32_t epoch;
	uid_t own_uid;
	int64_t started_at;          /* seconds since 1970 */
	bool has_met_master;         /* the vault holds the master keys that the store needs */
	struct server *server;
	sd_event_source *publishing; /* when the views want to be looked after again */
	struct call *waiting;        /* for the views, the first to come first */
	sd_event_source *deadlines;  /* of the lines */
	bool is_draining;
};

/* Sets up timers; the other members are there already. */
MUST_CHECK enum status keeper_init(struct keeper *keeper, struct error *err);

/* Ends what is under way, then frees everything but the event loop. */
void keeper_done(struct keeper *keeper);

/* Uses this edition (taken over) from now on, in all that runs by itself. */
void keeper_use(struct keeper *keeper, struct edition *edition);

/*
 * Lets the views follow the store; call has changed it, and is told by
 * call_published, now or later. On failure it is tried again by itself, and
 * said on the log; a damaged view ends the loop, to be made anew.
 */
void keeper_publish(struct keeper *keeper, struct call *call);

/*
 * As keeper_publish, with nobody waiting. True when the views hold what the
 * store holds; else they go on by themselves, and the caller asks again.
 */
bool keeper_follow(struct keeper *keeper);

/* Before the loop runs: until the views hold what the store holds. */
MUST_CHECK enum status keeper_catch_up(struct keeper *keeper, struct error *err);

/* Call after asking on a line: its deadline may be the next now. */
void keeper_watch_deadlines(struct keeper *keeper);

/*
 * Tells the supervisor that we wait for a lock of a view, or no longer; a
 * publish_watcher.
 */
void keeper_tell_view_wait(void *context, enum publish_view view, bool is_waiting);

/* Tells it that the views take long, and get on; a publish_teller. */
void keeper_tell_progress(void *context);

#endif
