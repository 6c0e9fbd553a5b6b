/* SPDX-License-Identifier: ISC */
/* A name server as the configuration writes it. */
#ifndef DNS_ENDPOINT_SERVER_H
#define DNS_ENDPOINT_SERVER_H

#include "base/status.h"
#include "dns/server.h"

/* "ADDRESS" or "ADDRESS@PORT". STATUS_INVALID for anything else. */
MUST_CHECK enum status endpoint_server(const char *text, struct server *ret_server);

#endif
