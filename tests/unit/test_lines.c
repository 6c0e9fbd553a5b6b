/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "vault/lines.h"

struct place {
	struct lines lines;
	int far[4]; /* the other ends: supervisor, two milters, keeper */
};

static int
make_lines(void **state)
{
	static struct place place;
	static const enum role peers[] = { ROLE_SUPERVISOR, ROLE_MILTER, ROLE_MILTER,
		ROLE_KEEPER };

	if (lines_init(&place.lines, NULL) != STATUS_OK)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		int ends[2];

		if (channel_pair(ends, NULL) != STATUS_OK ||
		    lines_add(&place.lines, ends[0], peers[i], i) != STATUS_OK)
			return -1;
		place.far[i] = ends[1];
	}
	*state = &place;
	return 0;
}

static int
close_lines(void **state)
{
	struct place *place = *state;

	for (unsigned i = 0; i < 4; i++) {
		(void)close(place->far[i]);
		(void)close(place->lines.lines[i].fd);
	}
	lines_done(&place->lines);
	return 0;
}

static void
say(const struct place *place, unsigned who, unsigned times)
{
	struct frame_plain frame = { 0 };

	channel_head(&frame.head, FRAME_CHECK, sizeof(frame), 0, 0);
	for (unsigned i = 0; i < times; i++)
		assert_int_equal(channel_send(place->far[who], &frame.head), STATUS_OK);
}

static unsigned
hear(struct place *place)
{
	union frame frame;
	struct line *line;
	int descriptor;

	assert_int_equal(lines_wait(&place->lines, &frame, &line, &descriptor), STATUS_OK);
	return line->instance;
}

static void
lines__a_greedy_peer_waits_its_turn(void **state)
{
	struct place *place = *state;
	unsigned heard[4];

	say(place, 1, 50);
	say(place, 2, 2);
	for (unsigned i = 0; i < 4; i++)
		heard[i] = hear(place);
	assert_int_equal(heard[0] + heard[1], 1 + 2);
	assert_int_equal(heard[2] + heard[3], 1 + 2);
}

/* What comes with a frame of who's; -1 when nothing is let in. */
static int
hear_passed(struct place *place, unsigned who)
{
	struct frame_plain frame = { 0 };
	union frame heard;
	struct line *line;
	int passed = 77;

	channel_head(&frame.head, FRAME_IMPORT, sizeof(frame), 0, 0);
	assert_int_equal(channel_send_passing(place->far[who], &frame.head, place->far[who]), STATUS_OK);
	assert_int_equal(lines_wait(&place->lines, &heard, &line, &passed), STATUS_OK);
	assert_int_equal(line->fd, place->lines.lines[who].fd);
	return passed;
}

static void
lines__let_in_the_keepers_descriptors_alone(void **state)
{
	struct place *place = *state;
	int passed;

	assert_int_equal(hear_passed(place, 0), -1);
	assert_int_equal(hear_passed(place, 1), -1);
	assert_int_equal(hear_passed(place, 2), -1);
	passed = hear_passed(place, 3);
	assert_true(passed >= 0);
	assert_int_equal(close(passed), 0);
}

static void
lines__end_when_the_supervisor_is_gone(void **state)
{
	struct place *place = *state;
	union frame frame;
	struct line *line;
	int descriptor;

	(void)close(place->far[0]);
	place->far[0] = -1;
	assert_int_equal(
	    lines_wait(&place->lines, &frame, &line, &descriptor), STATUS_NOT_FOUND);
}

static void
lines__survive_frames_that_lie(void **state)
{
	struct place *place = *state;

	assert_int_equal(write(place->far[1], "nonsense", 8), 8);
	say(place, 2, 1);
	assert_int_equal(hear(place), 2);
}

static void
lines__survive_empty_frames(void **state)
{
	struct place *place = *state;

	assert_int_equal(send(place->far[1], "", 0, 0), 0);
	say(place, 2, 1);
	assert_int_equal(hear(place), 2);
	say(place, 1, 1);
	assert_int_equal(hear(place), 1);
}

static void
lines__do_without_a_peer_that_shut_its_end(void **state)
{
	struct place *place = *state;

	assert_int_equal(shutdown(place->far[1], SHUT_RDWR), 0);
	for (unsigned i = 0; i < 4; i++) {
		say(place, 2, 1);
		assert_int_equal(hear(place), 2);
	}
}

static void
lines__answers_to_who_does_not_read_are_dropped(void **state)
{
	struct place *place = *state;
	struct frame_signed answer = { 0 };

	channel_head(&answer.head, FRAME_SIGNED, sizeof(answer), 1, 1);
	for (unsigned i = 0; i < 5000; i++)
		lines_answer(&place->lines.lines[1], &answer.head);
	assert_true(atomic_load(&place->lines.lines[1].is_refusing));
	lines_answer(&place->lines.lines[2], &answer.head);
	assert_false(atomic_load(&place->lines.lines[2].is_refusing));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    lines__let_in_the_keepers_descriptors_alone, make_lines, close_lines),
		cmocka_unit_test_setup_teardown(
		    lines__a_greedy_peer_waits_its_turn, make_lines, close_lines),
		cmocka_unit_test_setup_teardown(
		    lines__end_when_the_supervisor_is_gone, make_lines, close_lines),
		cmocka_unit_test_setup_teardown(lines__survive_frames_that_lie, make_lines, close_lines),
		cmocka_unit_test_setup_teardown(lines__survive_empty_frames, make_lines, close_lines),
		cmocka_unit_test_setup_teardown(
		    lines__do_without_a_peer_that_shut_its_end, make_lines, close_lines),
		cmocka_unit_test_setup_teardown(
		    lines__answers_to_who_does_not_read_are_dropped, make_lines, close_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
