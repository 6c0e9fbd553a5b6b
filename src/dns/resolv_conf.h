/* SPDX-License-Identifier: ISC */
/* The name servers of /etc/resolv.conf, read by ldns. */
#ifndef DNS_RESOLV_CONF_H
#define DNS_RESOLV_CONF_H

#include "dns/server.h"

/* How many there are, at most max; 0 also when the file cannot be read. */
unsigned resolv_conf_read(struct server *ret_servers, unsigned max);

#endif
