/* SPDX-License-Identifier: ISC */
/*
 * The MTA's side of the milter protocol, as little of it as a load needs: one
 * message on one connection, as Postfix sends it. Blocking; every connection
 * belongs to one thread. Only for bench/.
 */
#ifndef BENCH_MTA_H
#define BENCH_MTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

struct mta {
	int fd;
	uint32_t steps;  /* the SMFIP_* bits that were agreed on */
	unsigned fields; /* DKIM-Signature fields that were inserted */
	useconds_t gap_us; /* between two commands, as a slow client makes them */
};

/* Connects and negotiates all that Postfix 3.7 offers. False: not served. */
bool mta_open(struct mta *mta, const char *path, useconds_t gap_us);
void mta_close(struct mta *mta);

/* All of a message but its end: macros, client, sender, header (of "Name: value" lines), body. */
bool mta_send_message(struct mta *mta, struct slice header, struct slice body);

/* Its end, up to the milter's last word. True when that lets the message pass. */
bool mta_end_message(struct mta *mta);

#endif
