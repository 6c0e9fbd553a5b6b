/* SPDX-License-Identifier: ISC */
/* The provider zone: its name, the server that takes updates, the key they are signed with. Immutable. */
#ifndef DNS_PROVIDER_H
#define DNS_PROVIDER_H

#include "dns/server.h"
#include "dns/tsig_key.h"
#include "settings/settings.h"

struct provider {
	bool has_server; /* updates are to be sent */
	char zone[DOMAIN_MAX + 1];
	struct server server;
	struct tsig_key key;
	int timeout_ms;
};

/*
 * From the settings; key_fd is the file with the key, or -1. It is read from
 * its beginning wherever it stands: every life of the program is handed the
 * same descriptor. STATUS_REFUSED: what is in it is no key.
 */
MUST_CHECK enum status provider_read(const struct settings *settings, int key_fd,
    struct provider *ret_provider, struct error *err);

#endif
