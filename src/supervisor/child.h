/* SPDX-License-Identifier: ISC */
/*
 * One child: which life of it this is, since when, and how long to wait before
 * the next. What is done about it is in children.h.
 */
#ifndef SUPERVISOR_CHILD_H
#define SUPERVISOR_CHILD_H

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "ipc/messages.h"
#include "ipc/role.h"
#include "process/counters.h"
#include "supervisor/users.h"

struct children;

/* How far it is with settings that it was offered: agreement.h. */
enum child_settings_step {
	CHILD_SETTINGS_NONE = 0,
	CHILD_SETTINGS_OFFERED,
	CHILD_SETTINGS_DIED,     /* while they were on offer: its next life is asked again */
	CHILD_SETTINGS_PREPARED, /* it would use them */
	CHILD_SETTINGS_SWAPPING, /* it has been told to */
};

/* What a process counts in: process/counters.h. */
struct page {
	int fd;
	int reading_fd; /* cannot write it; -1: nobody reads it */
};

struct child {
	struct children *all;
	enum role role;
	unsigned instance;
	struct user user;
	int channel[2]; /* END_OF_SUPERVISOR, END_OF_CHILD of plumbing.h */
	struct page page;

	pid_t pid;      /* 0: not running */
	uint32_t epoch; /* of the present or last life, from 1 */
	bool is_ready;
	bool was_ready; /* in any life */
	bool has_babbled; /* in this life: has sent a frame that was dropped */
	bool follows_keeper; /* is started when the keeper is ready, not before */
	bool is_ended;       /* by us, to be started in order: no failure of its own */
	bool is_stuck;       /* in this life: ended by us: heartbeat.h */
	unsigned unanswered; /* heartbeats in a row */
	unsigned unready;    /* heartbeats in a row at which it was not ready and had not said that it gets on */
	unsigned floods;     /* heartbeats in a row at which its channel was full: flood.h */
	bool is_flooding;    /* in this life */
	int64_t started_at_ms;
	int64_t started_at_s;
	unsigned failures; /* lives in a row that were short */
	int64_t may_start_at_ms; /* the delay after a short one is over */
	uint32_t settings_version; /* that it uses */
	enum child_settings_step settings_step;
	uint64_t settings_attempt; /* the last offer to it */

	unsigned view_waited_for;    /* enum frame_view; while view_timer runs: views.h */

	sd_event_source *exit_source;
	sd_event_source *channel_source;
	sd_event_source *restart_timer;
	sd_event_source *view_timer;
};

/* "signetd-milter", … */
const char *child_program(const struct child *child);

/*
 * Counts the end of a life at now_ms and says how long to wait before the
 * next: not at all after a good life or one that we ended, then longer and
 * longer, at most 10 s.
 */
unsigned child_restart_delay_ms(struct child *child, int64_t now_ms);

/* For FRAME_CHILDREN. */
void child_describe(const struct child *child, struct frame_child *ret_description);

#endif
