/* SPDX-License-Identifier: ISC */
/*
 * The other thing a keeper is started for (supervisor/restoring.h): a store is
 * made of a backup, in a directory of its own, and looked through. Within the
 * same walls, and with that directory alone: it does not reach the store that
 * is there. Whether the new one takes its place is the supervisor's to do.
 */
#ifndef KEEPER_RESTORING_H
#define KEEPER_RESTORING_H

#include "process/role_start.h"

/*
 * Returns at once when this keeper was not given a backup. Else it ends the
 * process: exit 0 when state_dir/restoring has a whole store that belongs to
 * the master keys at hand, EXIT_CONFIG when the backup is to be refused.
 */
void restoring_run(const struct role_start *start);

#endif
