/* SPDX-License-Identifier: ISC */
/* libmilter is this test: it polls what it was given, and accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "milter/room.h"
#include "process/descriptors.h"

struct scene {
	struct room room;
	struct sockaddr_un address; /* of the listening socket */
	socklen_t address_len;
	int listen_fd;
	int private_fd;
	unsigned begun;
	unsigned clients;
	int client[4];
};

/* At an address that the kernel chooses. */
static int
open_listener(void)
{
	const struct sockaddr_un any = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof(any.sun_family)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void
scene_init(struct scene *scene)
{
	struct error err;

	*scene = (struct scene){ .listen_fd = open_listener(), .private_fd = open_listener() };
	scene->address_len = sizeof(scene->address);
	assert_int_equal(getsockname(scene->listen_fd, (struct sockaddr *)&scene->address,
			     &scene->address_len),
	    0);
	assert_int_equal(
	    room_init(&scene->room, scene->listen_fd, scene->private_fd, 100, &err), STATUS_OK);
}

static void
scene_done(struct scene *scene)
{
	for (unsigned i = 0; i < scene->clients; i++)
		(void)close(scene->client[i]);
	(void)close(scene->room.spare_fd);
	(void)close(scene->listen_fd);
	(void)close(scene->private_fd);
}

static void
connect_one(struct scene *scene)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&scene->address, scene->address_len), 0);
	scene->client[scene->clients++] = fd;
}

static bool
is_readable(const struct scene *scene)
{
	struct pollfd readable = { .fd = scene->listen_fd, .events = POLLIN };

	return poll(&readable, 1, 0) == 1 && (readable.revents & POLLIN) != 0;
}

static bool
accept_one(struct scene *scene)
{
	int fd = room_accept(&scene->room, scene->listen_fd, NULL, NULL);

	if (fd < 0)
		assert_int_equal(errno, EAGAIN);
	else
		(void)close(fd);
	return fd >= 0;
}

static void
note_beginning(void *context)
{
	((struct scene *)context)->begun++;
}

static void
await_beginning(struct scene *scene)
{
	struct error err;

	assert_int_equal(room_await(&scene->room, note_beginning, scene, &err), STATUS_OK);
}

static void
room__says_when_the_first_accept_comes_and_nobody_has_to_connect_for_it(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	assert_false(is_readable(&scene));
	await_beginning(&scene);
	assert_true(is_readable(&scene));
	assert_int_equal(scene.begun, 0);
	assert_false(accept_one(&scene));
	assert_int_equal(scene.begun, 1);
	assert_false(is_readable(&scene));
	for (int i = 0; i < 3; i++) {
		connect_one(&scene);
		assert_true(is_readable(&scene));
		assert_true(accept_one(&scene));
	}
	assert_int_equal(scene.begun, 1);
	scene_done(&scene);
}

/* The first accept() is an accept(), too. */
static void
room__keeps_who_connects_before_the_first_accept(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	await_beginning(&scene);
	connect_one(&scene);
	assert_true(accept_one(&scene));
	scene_done(&scene);
}

static void
room__that_is_shut_takes_nobody(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	connect_one(&scene);
	assert_true(room_shut(&scene.room));
	assert_false(is_readable(&scene));
	assert_false(accept_one(&scene));
	scene_done(&scene);
}

/* The order to stop may come before libmilter has begun, and in the middle of it. */
static void
room__that_was_shut_before_it_began_stays_shut(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	await_beginning(&scene);
	connect_one(&scene);
	assert_true(room_shut(&scene.room));
	assert_false(accept_one(&scene));
	assert_false(is_readable(&scene));
	scene_done(&scene);
}

static void
room__serves_so_many_and_no_more(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < 100; i++)
		assert_true(room_enter(&scene.room));
	assert_false(room_enter(&scene.room));
	room_leave(&scene.room);
	assert_true(room_enter(&scene.room));
	scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room__says_when_the_first_accept_comes_and_nobody_has_to_connect_for_it),
		cmocka_unit_test(room__keeps_who_connects_before_the_first_accept),
		cmocka_unit_test(room__that_is_shut_takes_nobody),
		cmocka_unit_test(room__that_was_shut_before_it_began_stays_shut),
		cmocka_unit_test(room__serves_so_many_and_no_more),
	};

	descriptors_raise_limit();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
