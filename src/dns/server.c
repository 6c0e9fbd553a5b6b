/* SPDX-License-Identifier: ISC */
#include "dns/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/buf.h"

void
server_set(struct server *server, const uint8_t *octets, size_t len, uint16_t port)
{
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)&server->address;
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&server->address;

	*server = (struct server){ .address_len = 0 };
	if (len == sizeof(ipv4->sin_addr)) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(port);
		memcpy(&ipv4->sin_addr, octets, len);
		server->address_len = sizeof(*ipv4);
	} else {
		ipv6->sin6_family = AF_INET6;
		ipv6->sin6_port = htons(port);
		memcpy(&ipv6->sin6_addr, octets, sizeof(ipv6->sin6_addr));
		server->address_len = sizeof(*ipv6);
	}
}

void
server_print(const struct server *server, char ret_text[SERVER_TEXT_SIZE])
{
	const struct sockaddr_in *ipv4 = (const struct sockaddr_in *)&server->address;
	const struct sockaddr_in6 *ipv6 = (const struct sockaddr_in6 *)&server->address;
	bool is_ipv4 = server->address.ss_family == AF_INET;
	const void *octets = is_ipv4 ? (const void *)&ipv4->sin_addr : &ipv6->sin6_addr;
	unsigned port = ntohs(is_ipv4 ? ipv4->sin_port : ipv6->sin6_port);
	char host[INET6_ADDRSTRLEN] = "";
	struct buf text;

	(void)inet_ntop(server->address.ss_family, octets, host, sizeof(host));
	buf_init_fixed(&text, ret_text, SERVER_TEXT_SIZE);
	buf_put_text(&text, host);
	if (port != SERVER_PORT)
		buf_put_format(&text, "@%u", port);
	(void)buf_text(&text);
}
