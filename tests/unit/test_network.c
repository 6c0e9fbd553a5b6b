/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include "base/network.h"

static struct network
parse(const char *text)
{
	struct network network = { .bits = 0 };
	struct error err = { "" };

	if (network_parse(slice_from_text(text), &network, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return network;
}

static void
network__parses_networks_and_addresses(void **state)
{
	static const struct {
		const char *text;
		const char *address; /* in IPv6 */
		unsigned bits;
	} rows[] = {
		{ "192.0.2.0/24", "::ffff:192.0.2.0", 120 },
		{ "192.0.2.1", "::ffff:192.0.2.1", 128 },
		{ "10.0.0.0/8", "::ffff:10.0.0.0", 104 },
		{ "0.0.0.0/0", "::ffff:0.0.0.0", 96 },
		{ "192.0.2.255/32", "::ffff:192.0.2.255", 128 },
		{ "192.0.2.128/25", "::ffff:192.0.2.128", 121 },
		{ "2001:db8::/32", "2001:db8::", 32 },
		{ "2001:DB8::1", "2001:db8::1", 128 },
		{ "::/0", "::", 0 },
		{ "::1/128", "::1", 128 },
		{ "::ffff:192.0.2.0/120", "::ffff:192.0.2.0", 120 },
		{ "8000::/1", "8000::", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct network network = parse(rows[i].text);
		uint8_t expected[16];

		assert_int_equal(inet_pton(AF_INET6, rows[i].address, expected), 1);
		assert_memory_equal(network.address, expected, sizeof(expected));
		assert_int_equal(network.bits, rows[i].bits);
	}
}

static void
network__refuses_with_a_remedy(void **state)
{
	static const struct {
		struct slice text;
		const char *error;
	} rows[] = {
		{ SLICE_LITERAL("192.0.2.1/24"), "has host bits set; write 192.0.2.0/24, or" },
		{ SLICE_LITERAL("192.0.2.129/25"), "has host bits set; write 192.0.2.128/25, or" },
		{ SLICE_LITERAL("1.0.0.0/0"), "has host bits set; write 0.0.0.0/0, or" },
		{ SLICE_LITERAL("2001:db8::1/32"), "has host bits set; write 2001:db8::/32, or" },
		{ SLICE_LITERAL("::ffff:0:0/90"), "has host bits set" },
		{ SLICE_LITERAL("192.0.2.0/33"), "write /0 to /32" },
		{ SLICE_LITERAL("2001:db8::/129"), "write /0 to /128" },
		{ SLICE_LITERAL("192.0.2.0/"), "write /0 to /32" },
		{ SLICE_LITERAL("192.0.2.0/-1"), "write /0 to /32" },
		{ SLICE_LITERAL("192.0.2.0/24/8"), "write /0 to /32" },
		{ SLICE_LITERAL("192.0.2.0/255.255.255.0"), "write /0 to /32" },
		{ SLICE_LITERAL("mail.example.com"), "host names are not looked up" },
		{ SLICE_LITERAL("localhost/8"), "is not a network" },
		{ SLICE_LITERAL(""), "is not a network" },
		{ SLICE_LITERAL("/8"), "is not a network" },
		{ SLICE_LITERAL("10/8"), "is not a network" },
		{ SLICE_LITERAL("10.0.0/8"), "is not a network" },
		{ SLICE_LITERAL("010.0.0.1"), "is not a network" },
		{ SLICE_LITERAL("192.0.2.1 "), "is not a network" },
		{ SLICE_LITERAL(" 192.0.2.1"), "is not a network" },
		{ SLICE_LITERAL("192.0.2.1\0"), "is not a network" },
		{ SLICE_LITERAL("fe80::1%eth0"), "is not a network" },
		{ SLICE_LITERAL("[::1]"), "is not a network" },
		{ SLICE_LITERAL("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"),
		    "is not a network" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct network network = { .bits = 77 };
		struct error err = { "" };

		assert_int_equal(network_parse(rows[i].text, &network, &err), STATUS_INVALID);
		if (strstr(err.text, rows[i].error) == NULL)
			fail_msg("%s", err.text);
		assert_int_equal(network.bits, 77);
	}
}

static void
network__has_what_lies_in_it(void **state)
{
	static const struct {
		const char *network;
		const char *address;
		bool has;
	} rows[] = {
		{ "192.0.2.0/24", "192.0.2.0", true },
		{ "192.0.2.0/24", "192.0.2.255", true },
		{ "192.0.2.0/24", "192.0.3.0", false },
		{ "192.0.2.0/24", "::ffff:192.0.2.7", true },
		{ "::ffff:192.0.2.0/120", "192.0.2.7", true },
		{ "192.0.2.0/24", "2001:db8::", false },
		{ "192.0.2.0/23", "192.0.3.255", true },
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "127.0.0.0/8", "127.255.0.1", true },
		{ "127.0.0.0/8", "::1", false },
		{ "0.0.0.0/0", "203.0.113.9", true },
		{ "0.0.0.0/0", "::1", false },
		{ "::/0", "2001:db8::1", true },
		{ "::/0", "192.0.2.1", false },
		{ "::/64", "192.0.2.1", false },
		{ "::/64", "::1", true },
		{ "2001:db8::/33", "2001:db8:7fff::", true },
		{ "2001:db8::/33", "2001:db8:8000::", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct network network = parse(rows[i].network);
		struct network address = parse(rows[i].address);

		if (network_has(&network, &address) != rows[i].has)
			fail_msg("%s %s", rows[i].network, rows[i].address);
	}
}

static void
network__knows_everything(void **state)
{
	static const struct {
		const char *text;
		bool is_everything;
	} rows[] = {
		{ "0.0.0.0/0", true },
		{ "::/0", true },
		{ "::ffff:0:0/96", true },
		{ "0.0.0.0/1", false },
		{ "::/1", false },
		{ "::/96", false },
		{ "0.0.0.0", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct network network = parse(rows[i].text);

		assert_int_equal(network_is_everything(&network), rows[i].is_everything);
	}
}

static void
network__from_socket_addresses(void **state)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
	struct sockaddr_un other = { .sun_family = AF_UNIX };
	struct network address, expected;

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "192.0.2.1", &ipv4.sin_addr), 1);
	assert_int_equal(
	    network_from_sockaddr((const struct sockaddr *)&ipv4, &address), STATUS_OK);
	expected = parse("192.0.2.1");
	assert_memory_equal(address.address, expected.address, 16);
	assert_int_equal(address.bits, 128);

	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.1", &ipv6.sin6_addr), 1);
	assert_int_equal(
	    network_from_sockaddr((const struct sockaddr *)&ipv6, &address), STATUS_OK);
	assert_memory_equal(address.address, expected.address, 16);

	address.bits = 77;
	assert_int_equal(
	    network_from_sockaddr((const struct sockaddr *)&other, &address), STATUS_INVALID);
	assert_int_equal(address.bits, 77);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(network__parses_networks_and_addresses),
		cmocka_unit_test(network__refuses_with_a_remedy),
		cmocka_unit_test(network__has_what_lies_in_it),
		cmocka_unit_test(network__knows_everything),
		cmocka_unit_test(network__from_socket_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
