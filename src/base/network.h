/* SPDX-License-Identifier: ISC */
/*
 * Networks in CIDR notation, and whether an address lies in one. IPv4 is kept
 * in its IPv4-mapped IPv6 form, so ::ffff:192.0.2.1 and 192.0.2.1 are the same.
 * An IPv6 network shorter than /96 holds no IPv4 address: ::/0 is IPv6 alone.
 */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/slice.h"

struct network {
	uint8_t address[16]; /* network byte order, host bits zero */
	unsigned bits;       /* 0 to 128; an IPv4 /8 is 104 */
};

/*
 * "192.0.2.0/24", "2001:db8::/32", or one address. Host names and set host
 * bits are STATUS_INVALID, with the remedy in err.
 */
MUST_CHECK enum status network_parse(
    struct slice text, struct network *ret_network, struct error *err);

/* The address of an AF_INET or AF_INET6 socket address; INVALID for other families. */
MUST_CHECK enum status network_from_sockaddr(
    const struct sockaddr *address, struct network *ret_network);

/* Is it all of IPv4 (0.0.0.0/0) or all of IPv6 (::/0)? */
bool network_is_everything(const struct network *network);

/* Is it of IPv4, then in octets 12 to 15 of address? */
bool network_is_ipv4(const struct network *network);

/* The network of so many bits that an address (bits 128) lies in. */
struct network network_cut(const struct network *address, unsigned bits);

/* Does address (bits 128) lie in network? */
bool network_has(const struct network *network, const struct network *address);

#endif
