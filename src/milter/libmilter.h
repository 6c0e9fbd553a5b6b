/* SPDX-License-Identifier: ISC */
/*
 * The one file that knows libmilter: it turns callbacks into calls of
 * session.h, and their results into replies (docs/milter.md).
 */
#ifndef MILTER_LIBMILTER_H
#define MILTER_LIBMILTER_H

#include "milter/session.h"

/*
 * Registers the callbacks and gives libmilter the listening socket listen_fd.
 * Before the walls: on a libmilter that takes no descriptor a throw-away
 * socket is opened and listen_fd put in its place. Single-threaded.
 * ret_fd: the descriptor libmilter accepts on.
 */
MUST_CHECK enum status libmilter_prepare(
    const struct session_house *house, int listen_fd, int *ret_fd, struct error *err);

/* Serves; starts threads; returns only when libmilter fails. */
MUST_CHECK enum status libmilter_run(struct error *err);

#endif
