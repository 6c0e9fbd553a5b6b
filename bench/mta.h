/* SPDX-License-Identifier: ISC */
/*
 * The MTA's side of the milter protocol, as little of it as a load needs: one
 * message on one connection, as Postfix sends it. Like Postfix it gathers
 * packets that wait for no reply, up to the size of its stream's buffer, and
 * hands the connection from one process to another after the envelope.
 * Blocking; every connection belongs to one thread. Only for bench/.
 */
#ifndef BENCH_MTA_H
#define BENCH_MTA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define MTA_BUFFER_BYTES 4096U /* VSTREAM_BUFSIZE */

struct mta {
	int fd;
	uint32_t steps;  /* the SMFIP_* bits that were agreed on */
	unsigned fields; /* DKIM-Signature fields that were inserted */
	useconds_t gap_us; /* before each write, as the SMTP client makes it */
	size_t len;        /* gathered and not written */
	char buffer[MTA_BUFFER_BYTES];
};

/* Connects and negotiates all that Postfix 3.7 offers. False: not served. */
bool mta_open(struct mta *mta, const char *path, useconds_t gap_us);
void mta_close(struct mta *mta);

/* All of a message but its end: macros, client, sender, header (of "Name: value" lines), body. */
bool mta_send_message(struct mta *mta, struct slice header, struct slice body);

/* Its end, up to the milter's last word. True when that lets the message pass. */
bool mta_end_message(struct mta *mta);

#endif
