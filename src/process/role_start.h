/* SPDX-License-Identifier: ISC */
/*
 * How every role starts, in this order (see the main of each):
 *
 *   role_begin     what the supervisor gave: descriptors, epoch; a clean signal state; the log; the counters
 *   role_drop_user the role's own uid; then open what needs no more than that
 *   role_confine   the walls
 *   role_ready     tell the supervisor
 *
 * Threads come after role_confine. Every failure before role_ready is told on
 * the log by role_fail, which ends the process.
 */
#ifndef PROCESS_ROLE_START_H
#define PROCESS_ROLE_START_H

#include "ipc/role.h"
#include "process/inherit.h"
#include "process/walls.h"

/* sysexits.h EX_CONFIG: the configuration or the state must be mended first; no restart helps. */
#define EXIT_CONFIG 78

/* A view this role opens is damaged: the supervisor has it made anew. */
#define EXIT_VIEW_DAMAGED 79

struct role_start {
	struct inherit inherit;
	enum role role;
	uint32_t instance; /* which of several milters; else 0 */
	uint32_t epoch;    /* which life of this role and instance, from 1 */
	uint32_t uid;
	uint32_t gid;
	int supervisor_fd; /* channel */
	int settings_fd;   /* sealed memfd, see settings/settings.h */
};

/* Reads the argument list, resets signals, locale and umask, opens the log as program. */
MUST_CHECK enum status role_begin(enum role role, const char *program, int argc, char **argv,
    struct role_start *ret_start, struct error *err);

MUST_CHECK enum status role_drop_user(const struct role_start *start, struct error *err);

/* Raises the walls; without Landlock in the kernel one warning is logged. */
MUST_CHECK enum status role_confine(
    const struct role_start *start, const struct wall *wall, struct error *err);

/* Sends FRAME_READY. */
MUST_CHECK enum status role_ready(const struct role_start *start, struct error *err);

/* Logs err as one line and exits: EXIT_CONFIG for STATUS_REFUSED, EXIT_VIEW_DAMAGED for STATUS_DAMAGED, else 1. */
_Noreturn void role_fail(enum status status, const struct error *err);

/*
 * A look into a view ("table") found what fails its check. Nothing but the
 * keeper can mend that, and nobody would ask it to: says so and ends the
 * process, from any thread, so that the supervisor has the view made anew.
 */
_Noreturn void role_leave_damaged_view(const char *view);

#endif
