/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/connections.h"

#define BEGAN 5000 /* ms */

struct pair {
	int ours;
	int theirs;
};

static struct pair
pair_make(void)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
	return (struct pair){ ends[0], ends[1] };
}

static void
pair_close(const struct pair *pair)
{
	(void)close(pair->ours);
	(void)close(pair->theirs);
}

/* Both ends see it. */
static bool
is_hung_up(const struct pair *pair)
{
	char octet;
	bool is_over = recv(pair->theirs, &octet, 1, 0) == 0;

	assert_true(is_over || errno == EAGAIN);
	assert_int_equal(recv(pair->ours, &octet, 1, 0), is_over ? 0 : -1);
	return is_over;
}

static int
connections_make(void **state)
{
	static struct connections connections;

	assert_int_equal(connections_init(&connections, NULL), STATUS_OK);
	*state = &connections;
	return 0;
}

static int
connections_remove_all(void **state)
{
	(void)close(((struct connections *)*state)->dead_fd);
	return 0;
}

static void
connections__live_as_long_as_they_may(void **state)
{
	struct connections *connections = *state;
	struct pair first = pair_make();
	struct pair second = pair_make();

	assert_int_equal(connections_expire(connections, BEGAN), -1);
	connections_add(connections, first.ours, BEGAN);
	connections_add(connections, second.ours, BEGAN + 10);
	assert_int_equal(connections_expire(connections, BEGAN + CONNECTIONS_LIFE_MS - 1), 1);
	assert_false(is_hung_up(&first));
	assert_int_equal(connections_expire(connections, BEGAN + CONNECTIONS_LIFE_MS), 10);
	assert_true(is_hung_up(&first));
	assert_false(is_hung_up(&second));
	assert_int_equal(connections_expire(connections, BEGAN + 2 * CONNECTIONS_LIFE_MS), -1);
	assert_true(is_hung_up(&second));
	pair_close(&first);
	pair_close(&second);
}

static void
connections__oldest_makes_room(void **state)
{
	struct connections *connections = *state;
	struct pair pairs[CONNECTIONS_MAX + 1];

	for (int i = 0; i < CONNECTIONS_MAX; i++) {
		pairs[i] = pair_make();
		connections_add(connections, pairs[i].ours, BEGAN + i);
	}
	assert_false(is_hung_up(&pairs[0]));
	pairs[CONNECTIONS_MAX] = pair_make();
	connections_add(connections, pairs[CONNECTIONS_MAX].ours, BEGAN + CONNECTIONS_MAX);
	assert_true(is_hung_up(&pairs[0]));
	for (int i = 1; i <= CONNECTIONS_MAX; i++)
		assert_false(is_hung_up(&pairs[i]));
	for (int i = 0; i <= CONNECTIONS_MAX; i++)
		pair_close(&pairs[i]);
}

static void
connections__that_have_ended_are_forgotten(void **state)
{
	struct connections *connections = *state;
	struct pair gone = pair_make();
	struct pair other = pair_make();

	connections_add(connections, gone.ours, BEGAN);
	connections_add(connections, other.ours, BEGAN + 1);
	connections_remove(connections, gone.ours);
	connections_remove(connections, gone.ours);
	assert_int_equal(connections_expire(connections, BEGAN + CONNECTIONS_LIFE_MS), 1);
	assert_false(is_hung_up(&gone));
	connections_remove(connections, other.ours);
	assert_int_equal(connections_expire(connections, BEGAN + 2 * CONNECTIONS_LIFE_MS), -1);
	assert_false(is_hung_up(&other));
	pair_close(&gone);
	pair_close(&other);
}

#define CONNECTIONS_TEST(name) \
	cmocka_unit_test_setup_teardown(name, connections_make, connections_remove_all)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CONNECTIONS_TEST(connections__live_as_long_as_they_may),
		CONNECTIONS_TEST(connections__oldest_makes_room),
		CONNECTIONS_TEST(connections__that_have_ended_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
