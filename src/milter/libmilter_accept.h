/* SPDX-License-Identifier: ISC */
/*
 * libmilter's accept(). It has no word to say when there are no descriptors,
 * and no way to be kept from trying: so the accept() that it calls is ours,
 * which the linker puts before the one of libc.
 */
#ifndef MILTER_LIBMILTER_ACCEPT_H
#define MILTER_LIBMILTER_ACCEPT_H

#include "milter/room.h"

/* Before libmilter runs; room stays. */
void libmilter_accept_into(struct room *room);

#endif
