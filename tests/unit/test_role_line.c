/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "process/log.h"
#include "process/role_line.h"

/* ---- the log ---- */

static unsigned complaints;

void
log_write_often(struct log_often *often, enum log_level level, const char *format, ...)
{
	(void)often;
	(void)level;
	(void)format;
	complaints++;
}

void
log_close(void)
{
}

/* ---- a line with one rule ---- */

struct place {
	int supervisor_fd;
	int role_fd;
	int passed_fd;
	unsigned handled;
	int handled_fd;
};

static struct place place;

static void
on_settings(void *context, const union frame *frame)
{
	(void)frame;
	assert_ptr_equal(context, &place);
	place.handled++;
	place.handled_fd = place.passed_fd;
}

static const struct frame_rule rules[] = {
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
};

static const struct role_line *
line(void)
{
	static struct role_line line = { .epoch = 2, .rules = rules, .rule_count = 2, .context = &place };

	line.fd = place.role_fd;
	line.passed_fd = &place.passed_fd;
	return &line;
}

static int
make_place(void **state)
{
	int ends[2];

	(void)state;
	if (channel_pair(ends, NULL) != STATUS_OK)
		return -1;
	place = (struct place){ .supervisor_fd = ends[0], .role_fd = ends[1], .passed_fd = -1 };
	complaints = 0;
	return 0;
}

static int
close_place(void **state)
{
	(void)state;
	(void)close(place.role_fd);
	if (place.supervisor_fd >= 0)
		(void)close(place.supervisor_fd);
	return 0;
}

static void
send_settings(int descriptor)
{
	struct frame_settings frame = { .version = 1 };

	channel_head(&frame.head, FRAME_SETTINGS, sizeof(frame), 1, 1);
	if (descriptor >= 0)
		assert_int_equal(
		    channel_send_passing(place.supervisor_fd, &frame.head, descriptor), STATUS_OK);
	else
		assert_int_equal(channel_send(place.supervisor_fd, &frame.head), STATUS_OK);
}

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* ---- tests ---- */

static void
role_line__hears_one_frame_at_a_time(void **state)
{
	(void)state;
	send_settings(-1);
	send_settings(-1);
	assert_int_equal(role_line_hear(line()), STATUS_OK);
	assert_int_equal(place.handled, 1);
	assert_int_equal(role_line_hear(line()), STATUS_OK);
	assert_int_equal(place.handled, 2);
	assert_int_equal(role_line_hear(line()), STATUS_UNAVAILABLE);
}

static void
role_line__drops_what_no_rule_fits(void **state)
{
	struct frame_plain frame = { .head = { 0 } };

	(void)state;
	channel_head(&frame.head, FRAME_PING, sizeof(frame), 1, 1);
	assert_int_equal(channel_send(place.supervisor_fd, &frame.head), STATUS_OK);
	assert_int_equal(role_line_hear(line()), STATUS_OK);
	assert_int_equal(place.handled, 0);
	assert_int_equal(complaints, 1);
	assert_int_equal(role_line_hear(line()), STATUS_UNAVAILABLE);
}

static void
role_line__knows_when_the_supervisor_is_gone(void **state)
{
	(void)state;
	(void)close(place.supervisor_fd);
	place.supervisor_fd = -1;
	assert_int_equal(role_line_hear(line()), STATUS_NOT_FOUND);
	assert_int_equal(complaints, 0);
}

static void
role_line__closes_a_descriptor_that_nobody_took(void **state)
{
	(void)state;
	send_settings(place.role_fd);
	assert_int_equal(role_line_hear(line()), STATUS_OK);
	assert_int_equal(place.handled, 1);
	assert_true(place.handled_fd >= 0);
	assert_int_equal(place.passed_fd, -1);
	assert_false(is_open(place.handled_fd));
}

static void
role_line__lets_no_descriptor_in_where_none_belongs(void **state)
{
	struct role_line without = *line();
	int next = dup(place.role_fd);

	(void)state;
	(void)close(next);
	without.passed_fd = NULL;
	send_settings(place.role_fd);
	assert_int_equal(role_line_hear(&without), STATUS_OK);
	assert_int_equal(place.handled, 1);
	assert_false(is_open(next));
}

static void
role_line__obeys_no_order_to_end_of_another_life(void **state)
{
	struct frame_plain drain = { 0 };

	(void)state;
	for (uint32_t epoch = 1; epoch <= 3; epoch++) {
		channel_head(&drain.head, FRAME_DRAIN, sizeof(drain), epoch, 0);
		assert_int_equal(channel_send(place.supervisor_fd, &drain.head), STATUS_OK);
		assert_int_equal(role_line_hear(line()), STATUS_OK);
		assert_int_equal(place.handled, epoch >= 2);
	}
	assert_int_equal(complaints, 0);
}

#define ROLE_LINE_TEST(f) cmocka_unit_test_setup_teardown(f, make_place, close_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROLE_LINE_TEST(role_line__hears_one_frame_at_a_time),
		ROLE_LINE_TEST(role_line__drops_what_no_rule_fits),
		ROLE_LINE_TEST(role_line__knows_when_the_supervisor_is_gone),
		ROLE_LINE_TEST(role_line__closes_a_descriptor_that_nobody_took),
		ROLE_LINE_TEST(role_line__lets_no_descriptor_in_where_none_belongs),
		ROLE_LINE_TEST(role_line__obeys_no_order_to_end_of_another_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
