/* SPDX-License-Identifier: ISC */
#include "base/network.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/scan.h"

#define MAPPED_BITS 96 /* ::ffff:0:0/96, RFC 4291 §2.5.5.2 */

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool
is_mapped(const uint8_t address[16])
{
	return memcmp(address, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

static void
map_ipv4(const void *ipv4, uint8_t ret_address[16])
{
	memcpy(ret_address, mapped_prefix, sizeof(mapped_prefix));
	memcpy(ret_address + sizeof(mapped_prefix), ipv4, 4);
}

/* Sets *ret_added to the bits that the mapped form puts before the written ones. */
static enum status
parse_address(struct slice text, uint8_t ret_address[16], unsigned *ret_added)
{
	char copy[INET6_ADDRSTRLEN];
	uint8_t ipv4[4];

	if (text.len >= sizeof(copy) || slice_find(text, '\0') < text.len)
		return STATUS_INVALID;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, ipv4) == 1) {
		map_ipv4(ipv4, ret_address);
		*ret_added = MAPPED_BITS;
		return STATUS_OK;
	}
	*ret_added = 0;
	return inet_pton(AF_INET6, copy, ret_address) == 1 ? STATUS_OK : STATUS_INVALID;
}

/* Clears the bits of the host; true when there were any. */
static bool
clear_host(struct network *network)
{
	bool had_any = false;

	for (unsigned i = 0; i < sizeof(network->address); i++) {
		unsigned kept = network->bits > 8 * i ? network->bits - 8 * i : 0;
		unsigned mask = kept >= 8 ? 0xffU : (0xff00U >> kept) & 0xffU;

		had_any |= (network->address[i] & ~mask) != 0;
		network->address[i] = (uint8_t)(network->address[i] & mask);
	}
	return had_any;
}

/* As the user writes it: 192.0.2.0, not ::ffff:192.0.2.0. */
static const char *
print_address(const struct network *network, unsigned added, char text[INET6_ADDRSTRLEN])
{
	const void *at = network->address + added / 8;

	if (inet_ntop(added > 0 ? AF_INET : AF_INET6, at, text, INET6_ADDRSTRLEN) == NULL)
		return "";
	return text;
}

static enum status
parse_bits(struct slice text, unsigned added, unsigned *ret_bits)
{
	uint64_t bits;

	if (scan_u64(text, 128 - added, &bits) != STATUS_OK)
		return STATUS_INVALID;
	*ret_bits = (unsigned)bits + added;
	return STATUS_OK;
}

enum status
network_parse(struct slice text, struct network *ret_network, struct error *err)
{
	struct slice rest = text;
	struct slice address = slice_cut(&rest, '/');
	bool has_bits = address.len < text.len;
	struct network network = { .bits = 128 };
	char print[INET6_ADDRSTRLEN];
	unsigned added;

	if (parse_address(address, network.address, &added) != STATUS_OK)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is not a network; write an address such as 192.0.2.0/24 or "
		    "2001:db8::/32 (host names are not looked up)", SLICE_PRINT(text));
	if (has_bits && parse_bits(rest, added, &network.bits) != STATUS_OK)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" has no valid prefix length; write /0 to /%u after the address",
		    SLICE_PRINT(text), 128 - added);
	if (clear_host(&network))
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" has host bits set; write %s/%u, or the address alone",
		    SLICE_PRINT(text), print_address(&network, added, print), network.bits - added);
	*ret_network = network;
	return STATUS_OK;
}

enum status
network_from_sockaddr(const struct sockaddr *address, struct network *ret_network)
{
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;

	/* copied: what came from accept() need not be aligned for its family */
	if (address->sa_family == AF_INET) {
		memcpy(&ipv4, address, sizeof(ipv4));
		map_ipv4(&ipv4.sin_addr, ret_network->address);
	} else if (address->sa_family == AF_INET6) {
		memcpy(&ipv6, address, sizeof(ipv6));
		memcpy(ret_network->address, &ipv6.sin6_addr, sizeof(ret_network->address));
	} else {
		return STATUS_INVALID;
	}
	ret_network->bits = 128;
	return STATUS_OK;
}

bool
network_is_everything(const struct network *network)
{
	return network->bits == 0 ||
	    (network->bits == MAPPED_BITS && is_mapped(network->address));
}

bool
network_is_ipv4(const struct network *network)
{
	return network->bits >= MAPPED_BITS && is_mapped(network->address);
}

struct network
network_cut(const struct network *address, unsigned bits)
{
	struct network network = *address;

	network.bits = bits;
	(void)clear_host(&network);
	return network;
}

bool
network_has(const struct network *network, const struct network *address)
{
	struct network cut = network_cut(address, network->bits);

	/* whoever writes ::/0 means IPv6: the mapped form is ours, not his */
	if (network->bits < MAPPED_BITS && is_mapped(address->address))
		return false;
	return memcmp(cut.address, network->address, sizeof(cut.address)) == 0;
}
