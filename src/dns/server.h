/* SPDX-License-Identifier: ISC */
/* A name server: one address and port. A plain value. */
#ifndef DNS_SERVER_H
#define DNS_SERVER_H

#include <stdint.h>
#include <sys/socket.h>

#define SERVER_TEXT_SIZE 64 /* of "2001:db8::53@53" */
#define SERVER_PORT 53

struct server {
	struct sockaddr_storage address;
	socklen_t address_len;
};

/* octets: 4 of an IPv4 or 16 of an IPv6 address, in network order. */
void server_set(struct server *server, const uint8_t *octets, size_t len, uint16_t port);

/* The address alone where the port is 53, else "ADDRESS@PORT". */
void server_print(const struct server *server, char ret_text[SERVER_TEXT_SIZE]);

#endif
