/* SPDX-License-Identifier: ISC */
/*
 * The one line of the log that says what was done with a message and why
 * (docs/log.md). What the sender chose (Message-ID, login) is cut and its
 * octets that would break the line are replaced.
 */
#ifndef MILTER_REPORT_H
#define MILTER_REPORT_H

#include "base/slice.h"
#include "policy/decide.h"

struct report {
	const char *queue_id;
	struct slice message_id;
	const char *listener;
	uint32_t settings;             /* the version that it was done with */
	const struct verdict *verdict; /* its keys signed, or would have */
	struct slice from_domain;
	struct slice envelope_domain;
	const struct network *client; /* NULL: local */
	struct slice login;
	const struct measure *measure; /* its flaws; NULL: they were not asked for */
	uint64_t header_bytes;
	uint64_t body_bytes;
	int64_t duration_us;
	const char *detail; /* of a failure; NULL */
};

/* Writes it to the log of the process. Any thread. */
void report_write(const struct report *report);

#endif
