/* SPDX-License-Identifier: ISC */
/*
 * libmilter's callbacks, turned into calls of session.h, and their results into
 * replies (docs/milter.md). This module knows libmilter, and those whose names
 * begin with libmilter_; nobody else does.
 */
#ifndef MILTER_LIBMILTER_H
#define MILTER_LIBMILTER_H

#include "milter/room.h"
#include "milter/session.h"

/*
 * Registers the callbacks and gives libmilter the listening socket listen_fd,
 * as libmilter_socket_give. Before the walls, single-threaded.
 */
MUST_CHECK enum status libmilter_prepare(
    const struct session_house *house, int listen_fd, int *ret_fd, struct error *err);

/* Serves as many as there is room for; starts threads; returns only when libmilter fails. room stays. */
MUST_CHECK enum status libmilter_run(struct room *room, struct error *err);

#endif
