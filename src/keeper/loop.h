/* SPDX-License-Identifier: ISC */
/*
 * The keeper at work: what the supervisor and the vault say, and when to begin
 * and to end. Ready is said once the views follow the store and, where the
 * vault can be running by now, it has been proved to hold the right master
 * key: so the wrong one is told before anything is served.
 */
#ifndef KEEPER_LOOP_H
#define KEEPER_LOOP_H

#include "keeper/keeper.h"
#include "keeper/successor.h"
#include "process/role_start.h"

struct loop {
	struct keeper *keeper;
	const struct role_start *start;
	int control_fd; /* the listening socket */
	int vault_fd;
	int dns_fd;
	int passed_fd; /* beside the supervisor's frame that is being handled, or -1 */
	struct successor successor;
	bool awaits_vault; /* do not be ready before the vault has been checked */
	bool is_ready;
	int64_t drain_until_ms;
	sd_event_source *supervisor_io;
	sd_event_source *vault_io;
	sd_event_source *dns_io;
	sd_event_source *patience; /* for the vault, then for calls while draining */
};

/* The frames of the supervisor that are no answers; their context is the struct loop. */
extern const struct frame_rule loop_rules[];
extern const size_t loop_rule_count;

/* Serves until told to stop; *ret_exit_status is what to exit with. */
MUST_CHECK enum status loop_run(struct loop *loop, int *ret_exit_status, struct error *err);

#endif
