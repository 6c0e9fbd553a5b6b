/* SPDX-License-Identifier: ISC */
/*
 * What a function that can fail returns. STATUS_OK is zero; every other value
 * leaves the ret_* outputs untouched. "Not found" is a result, not an error:
 * functions that look something up return STATUS_NOT_FOUND and set no error
 * text for it.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

enum status {
	STATUS_OK = 0,
	STATUS_NOT_FOUND,   /* looked for, not there */
	STATUS_INVALID,     /* the input breaks its own rules */
	STATUS_TOO_LARGE,   /* a stated limit would be passed */
	STATUS_REFUSED,     /* well-formed, and a rule forbids it */
	STATUS_CONFLICT,    /* somebody else has it already */
	STATUS_DAMAGED,     /* stored data fails its check */
	STATUS_UNAVAILABLE, /* a peer or a resource is away: try again */
	STATUS_TIMEOUT,     /* not within the time allowed */
	STATUS_NO_MEMORY,
	STATUS_SYSTEM,      /* a system or library call failed */
};

#define MUST_CHECK __attribute__((warn_unused_result))

/* The status as a lower-case word, for logs and answers ("not-found"). */
const char *status_name(enum status status);

#endif
