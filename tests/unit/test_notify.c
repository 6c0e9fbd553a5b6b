/* SPDX-License-Identifier: ISC */
/* What systemd hears, and whether the watchdog is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "supervisor/notify.h"
#include "supervisor/stopping.h"

struct scene {
	struct children children;
	int systemd_fd;
};

/* What supervisor/stopping.c has for this. */
uint64_t
stopping_bound_ms(const struct children *children)
{
	return children->drain_timeout_ms;
}

/* An abstract socket, named by the kernel. */
static int
open_systemd(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(address.sun_family);
	char text[sizeof(address.sun_path) + 1];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	len = sizeof(address);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	memset(text, 0, sizeof(text));
	memcpy(text, address.sun_path, len - offsetof(struct sockaddr_un, sun_path));
	text[0] = '@';
	assert_int_equal(setenv("NOTIFY_SOCKET", text, 1), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "60000000", 1), 0);
	return fd;
}

static void
scene_init(struct scene *scene)
{
	*scene = (struct scene){
		.children = { .phase = CHILDREN_SERVING, .count = 2, .drain_timeout_ms = 1234 },
		.systemd_fd = open_systemd(),
	};
	for (unsigned i = 0; i < scene->children.count; i++)
		scene->children.list[i] = (struct child){
			.all = &scene->children,
			.role = i == 0 ? ROLE_KEEPER : ROLE_VAULT,
			.pid = 1,
			.epoch = i + 1,
			.is_ready = true,
		};
	assert_true(sd_event_new(&scene->children.event) >= 0);
	notify_start(&scene->children);
	assert_true(sd_event_get_watchdog(scene->children.event) > 0);
}

static void
scene_done(struct scene *scene)
{
	sd_event_unref(scene->children.event);
	(void)close(scene->systemd_fd);
}

static const char *
hear(const struct scene *scene)
{
	static char text[512];
	ssize_t len;

	/* the first WATCHDOG=1 comes at once */
	do {
		len = recv(scene->systemd_fd, text, sizeof(text) - 1, MSG_DONTWAIT);
		assert_true(len > 0);
		text[len] = '\0';
	} while (strcmp(text, "WATCHDOG=1") == 0);
	return text;
}

static void
notify__counts_the_children_and_their_lives(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	notify_ready(&scene.children);
	assert_string_equal(
	    hear(&scene), "READY=1\nSTATUS=Signing; processes ready: 2 of 2, restarts: 1");
	scene.children.list[1].is_ready = false;
	scene.children.list[1].epoch = 5;
	notify_children(&scene.children);
	assert_string_equal(hear(&scene), "STATUS=Signing; processes ready: 1 of 2, restarts: 4");
	scene_done(&scene);
}

static void
notify__asks_for_the_time_that_a_stop_may_take(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.children.phase = CHILDREN_DRAINING_MILTERS;
	notify_stopping(&scene.children);
	assert_string_equal(hear(&scene), "EXTEND_TIMEOUT_USEC=1234000");
	assert_string_equal(hear(&scene),
	    "STOPPING=1\nSTATUS=Finishing open messages; processes ready: 2 of 2, restarts: 1");
	scene_done(&scene);
}

static void
notify__answers_the_watchdog_while_somebody_is_to_be_started(void **state)
{
	struct scene scene;
	struct child *keeper;
	struct child *vault;

	(void)state;
	scene_init(&scene);
	keeper = &scene.children.list[0];
	vault = &scene.children.list[1];
	vault->pid = 0;
	vault->follows_keeper = true;
	keeper->pid = 0;
	scene.children.holds_keeper = true;
	notify_children(&scene.children);
	assert_true(sd_event_get_watchdog(scene.children.event) > 0);
	scene.children.holds_keeper = false;
	scene.children.phase = CHILDREN_STOPPING_REST;
	notify_children(&scene.children);
	assert_true(sd_event_get_watchdog(scene.children.event) > 0);
	scene_done(&scene);
}

static void
notify__leaves_the_watchdog_unanswered_when_a_role_is_given_up(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.children.list[1].pid = 0;
	notify_children(&scene.children);
	assert_int_equal(sd_event_get_watchdog(scene.children.event), 0);
	scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notify__counts_the_children_and_their_lives),
		cmocka_unit_test(notify__asks_for_the_time_that_a_stop_may_take),
		cmocka_unit_test(notify__answers_the_watchdog_while_somebody_is_to_be_started),
		cmocka_unit_test(notify__leaves_the_watchdog_unanswered_when_a_role_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
