/* SPDX-License-Identifier: ISC */
#include "dns/resolv_conf.h"

#include <ldns/ldns.h>

unsigned
resolv_conf_read(struct server *ret_servers, unsigned max)
{
	ldns_resolver *resolver = NULL;
	unsigned count = 0;

	if (ldns_resolver_new_frm_file(&resolver, NULL) != LDNS_STATUS_OK)
		return 0;
	for (size_t i = 0; i < ldns_resolver_nameserver_count(resolver) && count < max; i++) {
		const ldns_rdf *address = ldns_resolver_nameservers(resolver)[i];

		server_set(&ret_servers[count++], ldns_rdf_data(address), ldns_rdf_size(address),
		    SERVER_PORT);
	}
	ldns_resolver_deep_free(resolver);
	return count;
}
