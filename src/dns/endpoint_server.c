/* SPDX-License-Identifier: ISC */
#include "dns/endpoint_server.h"

#include "settings/endpoint.h"

#define IPV4_AT 12 /* where the mapped form has it */

enum status
endpoint_server(const char *text, struct server *ret_server)
{
	struct endpoint endpoint;
	const uint8_t *octets = endpoint.host.address;
	enum status status = endpoint_parse_server(slice_from_text(text), &endpoint, NULL);

	if (status != STATUS_OK)
		return status;
	if (network_is_ipv4(&endpoint.host))
		server_set(ret_server, octets + IPV4_AT, 4, endpoint.port);
	else
		server_set(ret_server, octets, 16, endpoint.port);
	return STATUS_OK;
}
