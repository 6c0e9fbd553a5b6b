/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/peer.h"

#include <sys/socket.h>
#include <unistd.h>

#define OWN_UID 61003

static const struct {
	uid_t uid;
	unsigned rights;
	const char *name;
} cases[] = {
	{ 0, PEER_READ | PEER_CHANGE, "uid 0 (root)" },
	{ OWN_UID, PEER_READ | PEER_CHANGE, "uid 61003 (keeper)" },
	{ OWN_UID - 1, PEER_READ, "uid 61002" },
	{ 1000, PEER_READ, "uid 1000" },
	{ 65534, PEER_READ, "uid 65534" },
	{ (uid_t)-2, PEER_READ, "uid 4294967294" },
};

static void
peer__rights_follow_from_the_uid(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct peer peer = peer_of_uid(cases[i].uid, 1, OWN_UID);

		assert_int_equal(peer.uid, cases[i].uid);
		assert_int_equal(peer.rights, cases[i].rights);
		assert_string_equal(peer.name, cases[i].name);
	}
}

static void
peer__is_who_the_kernel_says(void **state)
{
	struct error err = { "" };
	struct peer peer;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	assert_int_equal(peer_of_socket(ends[0], OWN_UID, &peer, &err), STATUS_OK);
	assert_int_equal(peer.uid, getuid());
	assert_int_equal(peer.pid, getpid());
	close(ends[0]);
	close(ends[1]);
}

static void
peer__of_no_socket_is_an_error(void **state)
{
	struct error err = { "" };
	struct peer peer = { .uid = 7 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(peer_of_socket(ends[0], OWN_UID, &peer, &err), STATUS_SYSTEM);
	assert_int_equal(peer.uid, 7);
	close(ends[0]);
	close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer__rights_follow_from_the_uid),
		cmocka_unit_test(peer__is_who_the_kernel_says),
		cmocka_unit_test(peer__of_no_socket_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
