/* SPDX-License-Identifier: ISC */
/*
 * signetd --restore: makes the store anew from a backup, while no daemon runs
 * on state_dir. The vault says which master keys there are; a keeper makes and
 * checks the new store in a directory of its own; then the two directories
 * change places in one step, and the old one is kept under another name. Until
 * that step nothing has changed.
 */
#ifndef SUPERVISOR_RESTORING_H
#define SUPERVISOR_RESTORING_H

#include "settings/settings.h"

/*
 * programs: where the programs of the house are. STATUS_REFUSED, in words, for
 * a backup that cannot be used; what is wrong with it the keeper has logged.
 */
MUST_CHECK enum status restoring_run(const struct settings *settings, const char *path,
    const char *programs, struct error *err);

#endif
