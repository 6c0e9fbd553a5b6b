/* SPDX-License-Identifier: ISC */
/* A house of four children, none of which runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "supervisor/pages.h"

#define STARTED_AT 1795219200

struct scene {
	struct plumbing plumbing;
	struct children children;
};

static const struct {
	enum role role;
	unsigned instance;
} rows[] = {
	{ ROLE_MILTER, 0 },
	{ ROLE_MILTER, 1 },
	{ ROLE_VAULT, 0 },
	{ ROLE_HTTP, 0 },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* metrics_fd: -1 for a house without metrics. */
static void
scene_init(struct scene *scene, int metrics_fd)
{
	struct error err = { "" };

	*scene = (struct scene){ .plumbing.metrics.fd = metrics_fd };
	scene->children.plumbing = &scene->plumbing;
	assert_int_equal(pages_begin(&scene->children, STARTED_AT, &err), STATUS_OK);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct child *child = &scene->children.list[scene->children.count++];

		*child = (struct child){ .all = &scene->children, .role = rows[i].role,
			.instance = rows[i].instance };
		assert_int_equal(pages_add(child, &err), STATUS_OK);
	}
}

static void
close_page(const struct page *page)
{
	assert_int_equal(close(page->fd), 0);
	if (page->reading_fd >= 0)
		assert_int_equal(close(page->reading_fd), 0);
}

static void
scene_done(struct scene *scene)
{
	close_page(&scene->children.page);
	for (unsigned i = 0; i < scene->children.count; i++)
		close_page(&scene->children.list[i].page);
}

/* The names of what a child is given, with spaces between. */
static void
assert_given(struct child *child, const char *expected)
{
	static struct spawn spawn;
	char storage[256];
	struct buf names;

	buf_init_fixed(&names, storage, sizeof(storage));
	spawn_init(&spawn, "/", "x");
	pages_give(child, &spawn);
	for (unsigned i = 0; i < spawn.argument_count; i++) {
		struct slice argument = slice_from_text(spawn.arguments[i]);

		buf_put(&names, slice_cut(&argument, '='));
		buf_put_char(&names, ' ');
	}
	assert_string_equal(buf_text(&names), expected);
}

static void
pages__are_read_by_http_and_counted_in_by_their_owner(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, STDIN_FILENO);
	for (size_t i = 0; i < ROW_COUNT - 1; i++)
		assert_given(&scene.children.list[i], "counters ");
	assert_given(&scene.children.list[ROW_COUNT - 1],
	    "counters supervisor0 milter0 milter1 vault0 http0 ");
	scene_done(&scene);
}

static void
pages__that_are_read_cannot_be_written_so(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, STDIN_FILENO);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		const struct page *page = &scene.children.list[i].page;

		assert_int_equal(fcntl(page->reading_fd, F_GETFL) & O_ACCMODE, O_RDONLY);
		assert_int_equal(write(page->reading_fd, "x", 1), -1);
		assert_true((fcntl(page->fd, F_GETFD) & FD_CLOEXEC) != 0);
	}
	scene_done(&scene);
}

static void
pages__are_not_there_to_be_read_without_metrics(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, -1);
	assert_int_equal(scene.children.page.reading_fd, -1);
	assert_int_equal(scene.children.list[0].page.reading_fd, -1);
	assert_true(scene.children.list[0].page.fd >= 0);
	scene_done(&scene);
}

static void
pages__say_when_it_began(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene, -1);
	assert_int_equal(counter_get(&counters_own()->started_at), STARTED_AT);
	scene_done(&scene);
}

/* Of each role, all instances together; a first life is no restart. */
static void
pages__count_the_children_of_each_role(void **state)
{
	const struct counters *own;
	struct scene scene;
	struct child *milters;

	(void)state;
	scene_init(&scene, -1);
	own = counters_own();
	milters = scene.children.list;
	milters[0].epoch = 1;
	milters[0].is_ready = true;
	milters[1].epoch = 4;
	pages_count(&scene.children);
	assert_int_equal(counter_get(&own->children[ROLE_MILTER]), 2);
	assert_int_equal(counter_get(&own->children_ready[ROLE_MILTER]), 1);
	assert_int_equal(counter_get(&own->restarts[ROLE_MILTER]), 3);
	assert_int_equal(counter_get(&own->children[ROLE_VAULT]), 1);
	assert_int_equal(counter_get(&own->children_ready[ROLE_VAULT]), 0);
	assert_int_equal(counter_get(&own->restarts[ROLE_VAULT]), 0);
	assert_int_equal(counter_get(&own->children[ROLE_DNS]), 0);
	milters[1].is_ready = true;
	pages_count(&scene.children);
	assert_int_equal(counter_get(&own->children_ready[ROLE_MILTER]), 2);
	assert_int_equal(counter_get(&own->restarts[ROLE_MILTER]), 3);
	scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages__are_read_by_http_and_counted_in_by_their_owner),
		cmocka_unit_test(pages__that_are_read_cannot_be_written_so),
		cmocka_unit_test(pages__are_not_there_to_be_read_without_metrics),
		cmocka_unit_test(pages__say_when_it_began),
		cmocka_unit_test(pages__count_the_children_of_each_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
