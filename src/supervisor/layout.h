/* SPDX-License-Identifier: ISC */
/*
 * The directories under state_dir, with the owners that keep the roles apart:
 *
 *   state_dir/            the supervisor's, 0711
 *     lock                one daemon at a time
 *     master.key          0400, unless it lies elsewhere
 *     store/              keeper's, 0700
 *     view/               0711
 *       table/            keeper:milter, 02750
 *       keyring/          keeper:vault, 02750
 */
#ifndef SUPERVISOR_LAYOUT_H
#define SUPERVISOR_LAYOUT_H

#include "supervisor/users.h"

struct layout {
	int lock_fd;      /* held as long as the daemon lives */
	bool has_store;   /* records exist: the master key must not be made anew */
	bool has_views;   /* signing can start without waiting for the keeper */
};

/* Makes what is missing and sets owners and modes. STATUS_REFUSED while another daemon runs here. */
MUST_CHECK enum status layout_prepare(const char *state_dir, const struct users *users,
    struct layout *ret_layout, struct error *err);

#endif
