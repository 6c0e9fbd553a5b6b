/* SPDX-License-Identifier: ISC */
/* An exchange with a server that the test plays itself, whenever the clock is read: one thread, no waiting. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "dns/exchange.h"
#include "dns/packet.h"
#include "process/clock.h"

#define STEP_MS 100      /* that pass at each look at the clock */
#define TIMEOUT_MS 2000
#define LOOKS_MAX 1000   /* more of them is without end */

static struct place {
	struct arena arena;
	struct server server;
	int fd; /* the server's */
	int64_t now_ms;
	unsigned looks;
	unsigned queries;
	struct sockaddr_in client;
	void (*play)(struct place *place);
} place;

int64_t
clock_monotonic_ms(void)
{
	place.looks++;
	place.now_ms += STEP_MS;
	if (place.play != NULL && place.looks < LOOKS_MAX)
		place.play(&place);
	return place.now_ms;
}

static int send_errno; /* what sending fails with, or 0 */

ssize_t
send(int fd, const void *octets, size_t len, int flags)
{
	errno = send_errno;
	return send_errno != 0 ? -1 : sendto(fd, octets, len, flags, NULL, 0);
}

static void
count_queries(struct place *server)
{
	socklen_t size = sizeof(server->client);
	char query[PACKET_UDP_MAX];

	while (recvfrom(server->fd, query, sizeof(query), MSG_DONTWAIT, (struct sockaddr *)&server->client,
	           &size) > 0)
		server->queries++;
}

/* There is always one more datagram that is no answer. */
static void
flood(struct place *server)
{
	count_queries(server);
	if (server->queries > 0)
		(void)sendto(server->fd, "junk", 4, 0, (const struct sockaddr *)&server->client,
		    sizeof(server->client));
}

static int
make(void **state)
{
	static const uint8_t loopback[4] = { 127, 0, 0, 1 };
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t size = sizeof(address);

	(void)state;
	place = (struct place){ .now_ms = 1000 };
	send_errno = 0;
	arena_init(&place.arena, 1 << 20);
	place.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(place.fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(place.fd, (struct sockaddr *)&address, &size), 0);
	server_set(&place.server, loopback, sizeof(loopback), ntohs(address.sin_port));
	return 0;
}

static int
remove_place(void **state)
{
	(void)state;
	(void)close(place.fd);
	arena_done(&place.arena);
	return 0;
}

static enum status
ask(int64_t until_ms)
{
	struct question question = { .name = "example.com", .type = RECORD_TXT };
	struct answer answer;

	return exchange_ask(&place.server, &question, until_ms, &place.arena, &answer);
}

static void
exchange__ends_in_time_under_a_flood(void **state)
{
	(void)state;
	place.play = flood;
	assert_int_equal(ask(place.now_ms + TIMEOUT_MS), STATUS_INVALID);
	assert_in_range(place.looks, 1, TIMEOUT_MS / STEP_MS + 1);
	assert_in_range(place.queries, 1, 3);
}

/* What is left of a look whose time is over must not go out all at once. */
static void
exchange__sends_nothing_when_time_is_over(void **state)
{
	(void)state;
	place.play = count_queries;
	assert_int_equal(ask(place.now_ms), STATUS_TIMEOUT);
	count_queries(&place);
	assert_int_equal(place.queries, 0);
}

/* A packet filter of the host, or its routes, may keep a name server from us: it is as if it were not there. */
static void
exchange__a_filtered_server_is_no_trouble_of_ours(void **state)
{
	static const struct {
		int code;
		enum status status;
	} rows[] = {
		{ EPERM, STATUS_UNAVAILABLE },
		{ EACCES, STATUS_UNAVAILABLE },
		{ EHOSTUNREACH, STATUS_UNAVAILABLE },
		{ EINVAL, STATUS_UNAVAILABLE }, /* a route that is a black hole */
		{ ENETUNREACH, STATUS_NOT_FOUND },
		{ ENOBUFS, STATUS_SYSTEM },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		send_errno = rows[i].code;
		assert_int_equal(ask(place.now_ms + TIMEOUT_MS), rows[i].status);
	}
}

#define EXCHANGE_TEST(name) cmocka_unit_test_setup_teardown(name, make, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		EXCHANGE_TEST(exchange__ends_in_time_under_a_flood),
		EXCHANGE_TEST(exchange__sends_nothing_when_time_is_over),
		EXCHANGE_TEST(exchange__a_filtered_server_is_no_trouble_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
