/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "ipc/channel.h"
#include "supervisor/flood.h"

struct scene {
	sd_event *event;
	struct child child;
	unsigned heard;
};

static int
on_frame(sd_event_source *source, int fd, uint32_t events, void *context)
{
	struct scene *scene = context;

	(void)source;
	(void)fd;
	(void)events;
	scene->heard++; /* and leaves it: there is always more */
	return 0;
}

static void
scene_init(struct scene *scene)
{
	struct frame_plain frame = { 0 };
	struct error err;

	*scene = (struct scene){ .child = { .role = ROLE_MILTER, .pid = 12 } };
	assert_true(sd_event_new(&scene->event) >= 0);
	assert_int_equal(channel_pair(scene->child.channel, &err), STATUS_OK);
	assert_true(sd_event_add_io(scene->event, &scene->child.channel_source,
	                scene->child.channel[0], EPOLLIN, on_frame, scene) >= 0);
	channel_head(&frame.head, FRAME_PONG, sizeof(frame), 1, 0);
	assert_int_equal(channel_send(scene->child.channel[1], &frame.head), STATUS_OK);
}

static void
scene_done(struct scene *scene)
{
	sd_event_source_disable_unref(scene->child.channel_source);
	sd_event_unref(scene->event);
	(void)close(scene->child.channel[0]);
	(void)close(scene->child.channel[1]);
}

static void
measure(struct scene *scene, unsigned beats, unsigned waiting)
{
	for (unsigned i = 0; i < beats; i++)
		flood_measure(&scene->child, waiting);
}

/* Without a pause that is far longer than many turns take. */
static bool
is_read_slowly(struct scene *scene)
{
	scene->heard = 0;
	for (int i = 0; i < 1000; i++)
		(void)sd_event_run(scene->event, 0);
	return scene->heard < 1000;
}

static void
flood__is_a_channel_that_is_full_at_several_heartbeats_in_a_row(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	measure(&scene, FLOOD_BEATS - 1, FLOOD_FRAMES);
	measure(&scene, 1, FLOOD_FRAMES - 1);
	measure(&scene, FLOOD_BEATS - 1, FLOOD_FRAMES);
	assert_false(scene.child.is_flooding);
	assert_false(is_read_slowly(&scene));
	measure(&scene, 1, FLOOD_FRAMES);
	assert_true(scene.child.is_flooding);
	assert_true(is_read_slowly(&scene));
	scene_done(&scene);
}

static void
flood__is_over_with_the_life(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	measure(&scene, FLOOD_BEATS, FLOOD_FRAMES);
	assert_true(is_read_slowly(&scene));
	flood_forget(&scene.child);
	assert_false(is_read_slowly(&scene));
	measure(&scene, FLOOD_BEATS - 1, FLOOD_FRAMES);
	assert_false(scene.child.is_flooding);
	scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flood__is_a_channel_that_is_full_at_several_heartbeats_in_a_row),
		cmocka_unit_test(flood__is_over_with_the_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
