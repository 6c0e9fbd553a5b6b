/* SPDX-License-Identifier: ISC */
/*
 * Where we listen: "unix:PATH" or "inet:ADDRESS@PORT"; and name servers. Literal
 * addresses only: a name would have to be looked up, at start, by root.
 */
#ifndef SETTINGS_ENDPOINT_H
#define SETTINGS_ENDPOINT_H

#include "base/network.h"

#define ENDPOINT_PATH_MAX 107 /* sun_path with its NUL */

struct endpoint {
	bool is_unix;
	char path[ENDPOINT_PATH_MAX + 1]; /* unix: absolute */
	struct network host;             /* inet: bits 128 */
	uint16_t port;                   /* inet */
};

/* STATUS_INVALID, with the remedy in err. */
MUST_CHECK enum status endpoint_parse(
    struct slice text, struct endpoint *ret_endpoint, struct error *err);

/* Of a name server: "ADDRESS@PORT", or "ADDRESS" for port 53. STATUS_INVALID, with the remedy in err. */
MUST_CHECK enum status endpoint_parse_server(
    struct slice text, struct endpoint *ret_endpoint, struct error *err);

/* The same socket, however it is written? */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

#endif
