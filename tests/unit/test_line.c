/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/vault_line.h"

#include <fcntl.h>
#include <unistd.h>

#define EPOCH 3
#define DEADLINE_MS 1000

/* A line to a vault that the test plays itself, at the other end of the channel. */
struct place {
	struct line *line;
	int ours;
	int vaults;
	unsigned answers;
	enum status status; /* of the last answer */
	uint8_t value;      /* first octet of the last check value */
};

static void
on_answer(void *context, enum status status, const union frame *frame)
{
	struct place *place = context;
	struct frame_checked checked;

	place->answers++;
	place->status = status;
	if (frame == NULL)
		return;
	memcpy(&checked, frame, sizeof(checked));
	place->value = checked.value[0];
}

static int
make(void **state)
{
	static struct place place;
	int ends[2];
	struct line_options options = { .peer = ROLE_VAULT, .epoch = EPOCH };

	assert_int_equal(channel_pair(ends, NULL), STATUS_OK);
	place = (struct place){ .ours = ends[0], .vaults = ends[1] };
	options.fd = place.ours;
	assert_int_equal(line_new(&options, &place.line), STATUS_OK);
	*state = &place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;

	line_free(&place->line);
	close(place->ours);
	close(place->vaults);
	return 0;
}

/* What the vault finds to do; its id, or 0. */
static uint64_t
take_request(struct place *place)
{
	union frame frame;

	if (channel_receive(place->vaults, &frame) != STATUS_OK)
		return 0;
	assert_int_equal(frame.head.type, FRAME_CHECK);
	assert_int_equal(frame.head.epoch, EPOCH);
	return frame.head.id;
}

static void
answer(struct place *place, uint32_t epoch, uint64_t id, uint8_t value)
{
	struct frame_checked frame = { .value = { value } };

	channel_head(&frame.head, FRAME_CHECKED, sizeof(frame), epoch, id);
	assert_int_equal(channel_send(place->vaults, &frame.head), STATUS_OK);
	assert_int_equal(line_receive(place->line), STATUS_OK);
}

static void
ask(struct place *place)
{
	assert_int_equal(
	    vault_line_check(place->line, DEADLINE_MS - VAULT_LINE_CHECK_MS, on_answer, place),
	    STATUS_OK);
}

static void
line__hands_the_answer_to_who_asked(void **state)
{
	struct place *place = *state;

	ask(place);
	answer(place, EPOCH, take_request(place), 7);
	assert_int_equal(place->answers, 1);
	assert_int_equal(place->status, STATUS_OK);
	assert_int_equal(place->value, 7);
	assert_int_equal(line_next_deadline(place->line, 0), 0);
}

static void
line__takes_answers_in_any_order(void **state)
{
	struct place *place = *state;
	uint64_t first, second;

	ask(place);
	ask(place);
	first = take_request(place);
	second = take_request(place);
	assert_true(first != second);
	answer(place, EPOCH, second, 2);
	assert_int_equal(place->value, 2);
	answer(place, EPOCH, first, 1);
	assert_int_equal(place->value, 1);
	assert_int_equal(place->answers, 2);
}

static void
line__drops_what_answers_nothing(void **state)
{
	struct place *place = *state;
	struct frame_generated wrong = { .status = STATUS_OK };
	uint64_t id;

	ask(place);
	id = take_request(place);
	answer(place, EPOCH - 1, id, 1); /* to an earlier life */
	answer(place, EPOCH, id + 1, 1); /* to another question */
	answer(place, EPOCH, 0, 1);
	channel_head(&wrong.head, FRAME_GENERATED, sizeof(wrong), EPOCH, id);
	assert_int_equal(channel_send(place->vaults, &wrong.head), STATUS_OK);
	assert_int_equal(line_receive(place->line), STATUS_OK);
	assert_int_equal(place->answers, 0);
	assert_int_equal(line_dropped(place->line), 4);
	answer(place, EPOCH, id, 5);
	answer(place, EPOCH, id, 6); /* once is enough */
	assert_int_equal(place->answers, 1);
	assert_int_equal(place->value, 5);
	assert_int_equal(line_dropped(place->line), 5);
}

static void
line__asks_a_new_life_once_more_and_only_once(void **state)
{
	struct place *place = *state;
	uint64_t id;

	ask(place);
	id = take_request(place);
	line_peer_restarted(place->line);
	assert_int_equal(take_request(place), id);
	assert_int_equal(take_request(place), 0);
	assert_int_equal(place->answers, 0);
	line_peer_restarted(place->line);
	assert_int_equal(take_request(place), 0);
	assert_int_equal(place->answers, 1);
	assert_int_equal(place->status, STATUS_UNAVAILABLE);
}

static void
line__does_not_ask_again_what_was_answered(void **state)
{
	struct place *place = *state;

	ask(place);
	answer(place, EPOCH, take_request(place), 7);
	line_peer_restarted(place->line);
	assert_int_equal(take_request(place), 0);
	assert_int_equal(place->answers, 1);
}

static void
line__gives_up_at_the_deadline(void **state)
{
	struct place *place = *state;
	uint64_t id;

	ask(place);
	id = take_request(place);
	assert_int_equal(line_next_deadline(place->line, 0), DEADLINE_MS);
	line_expire(place->line, DEADLINE_MS - 1);
	assert_int_equal(place->answers, 0);
	line_expire(place->line, DEADLINE_MS);
	assert_int_equal(place->answers, 1);
	assert_int_equal(place->status, STATUS_TIMEOUT);
	answer(place, EPOCH, id, 7); /* too late */
	assert_int_equal(place->answers, 1);
}

static void
line__sends_later_what_the_channel_had_no_room_for(void **state)
{
	struct place *place = *state;
	struct frame_children large = { .count = 0 };
	union frame frame;
	unsigned filling = 0;

	channel_head(&large.head, FRAME_CHILDREN, sizeof(large), EPOCH, 0);
	while (channel_send(place->ours, &large.head) == STATUS_OK)
		filling++;
	ask(place);
	assert_true(line_next_deadline(place->line, 10) < DEADLINE_MS);
	while (filling-- > 0)
		assert_int_equal(channel_receive(place->vaults, &frame), STATUS_OK);
	assert_int_equal(take_request(place), 0);
	line_expire(place->line, 10);
	answer(place, EPOCH, take_request(place), 9);
	assert_int_equal(place->value, 9);
}

static void
line__has_a_bound_on_requests(void **state)
{
	struct place *place = *state;

	for (int i = 0; i < LINE_REQUESTS_MAX; i++)
		ask(place);
	assert_int_equal(vault_line_check(place->line, 0, on_answer, place), STATUS_UNAVAILABLE);
	assert_int_equal(place->answers, 0);
	answer(place, EPOCH, take_request(place), 1);
	ask(place);
}

static void
line__closed_fails_what_is_under_way(void **state)
{
	struct place *place = *state;

	ask(place);
	ask(place);
	line_free(&place->line);
	assert_int_equal(place->answers, 2);
	assert_int_equal(place->status, STATUS_UNAVAILABLE);
}

static void
line__of_a_dead_supervisor_has_an_end(void **state)
{
	struct place *place = *state;

	close(place->vaults);
	place->vaults = -1;
	assert_int_equal(line_receive(place->line), STATUS_NOT_FOUND);
}

static const struct {
	struct frame_generated frame;
	enum status status;
} generated_cases[] = {
	{ { .status = STATUS_OK, .sealed_len = 340, .public_key_len = 294 }, STATUS_OK },
	{ { .status = STATUS_UNAVAILABLE }, STATUS_UNAVAILABLE },
	{ { .status = STATUS_NO_MEMORY }, STATUS_SYSTEM },
	{ { .status = STATUS_OK, .sealed_len = 0, .public_key_len = 294 }, STATUS_DAMAGED },
	{ { .status = STATUS_OK, .sealed_len = 340, .public_key_len = 0 }, STATUS_DAMAGED },
	{ { .status = STATUS_OK, .sealed_len = 1025, .public_key_len = 294 }, STATUS_DAMAGED },
	{ { .status = STATUS_OK, .sealed_len = 340, .public_key_len = 561 }, STATUS_DAMAGED },
};

static void
vault_line__checks_the_lengths_of_a_new_key(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(generated_cases) / sizeof(generated_cases[0]); i++) {
		struct lifecycle_generated generated = { .public_key_len = 1 };
		struct error err = { "" };
		union frame frame;

		memcpy(&frame, &generated_cases[i].frame, sizeof(generated_cases[i].frame));
		assert_int_equal(vault_line_take_generated(&frame, &generated, &err),
		    generated_cases[i].status);
		if (generated_cases[i].status == STATUS_OK)
			assert_int_equal(generated.public_key_len, 294);
		else
			assert_int_equal(generated.public_key_len, 1);
	}
}

#define LINE_TEST(name) cmocka_unit_test_setup_teardown(name, make, remove_place)

/* ---- descriptors ---- */

/* Hands the writing end of a pipe to the line; the reading one is at its end once nobody has the other. */
static int
ask_to_import(struct place *place)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(vault_line_import(place->line, ends[1],
	                     DEADLINE_MS - VAULT_LINE_GENERATE_MS, on_answer, place), STATUS_OK);
	return ends[0];
}

static bool
is_at_its_end(int fd)
{
	char octet;

	return read(fd, &octet, 1) == 0;
}

/* The request's id; the descriptor beside it must write to the pipe. */
static uint64_t
take_import(struct place *place, int reading)
{
	union frame frame;
	char octet = 'x';
	int passed = -1;

	assert_int_equal(channel_receive_passed(place->vaults, &frame, &passed), STATUS_OK);
	assert_int_equal(frame.head.type, FRAME_IMPORT);
	assert_int_equal(write(passed, &octet, 1), 1);
	assert_int_equal(read(reading, &octet, 1), 1);
	assert_int_equal(close(passed), 0);
	return frame.head.id;
}

static void
answer_import(struct place *place, uint64_t id)
{
	struct frame_imported frame = { .status = STATUS_OK };

	channel_head(&frame.head, FRAME_IMPORTED, sizeof(frame), EPOCH, id);
	assert_int_equal(channel_send(place->vaults, &frame.head), STATUS_OK);
	assert_int_equal(line_receive(place->line), STATUS_OK);
}

static void
line__passes_a_descriptor_and_closes_it_with_the_answer(void **state)
{
	struct place *place = *state;
	int reading = ask_to_import(place);
	uint64_t id = take_import(place, reading);

	assert_false(is_at_its_end(reading));
	answer_import(place, id);
	assert_int_equal(place->answers, 1);
	assert_true(is_at_its_end(reading));
	close(reading);
}

static void
line__sends_the_descriptor_again_to_the_next_life(void **state)
{
	struct place *place = *state;
	int reading = ask_to_import(place);
	uint64_t id = take_import(place, reading);

	line_peer_restarted(place->line);
	assert_int_equal(take_import(place, reading), id);
	line_peer_restarted(place->line);
	assert_int_equal(place->status, STATUS_UNAVAILABLE);
	assert_true(is_at_its_end(reading));
	close(reading);
}

static void
line__closes_the_descriptor_when_the_time_is_over(void **state)
{
	struct place *place = *state;
	int reading = ask_to_import(place);

	(void)take_import(place, reading);
	line_expire(place->line, DEADLINE_MS);
	assert_int_equal(place->status, STATUS_TIMEOUT);
	assert_true(is_at_its_end(reading));
	close(reading);
}

static void
line__closes_the_descriptor_with_itself(void **state)
{
	struct place *place = *state;
	int reading = ask_to_import(place);

	(void)take_import(place, reading);
	line_free(&place->line);
	assert_true(is_at_its_end(reading));
	close(reading);
}

/* What the vault says is wrong with a file is said to who asked. */
static void
line__says_what_the_vault_says_of_a_file(void **state)
{
	static const struct {
		enum status status;
		enum status expected;
		uint32_t sealed_len;
		uint32_t public_key_len;
	} rows[] = {
		{ STATUS_OK, STATUS_OK, 340, 294 },
		{ STATUS_OK, STATUS_DAMAGED, 0, 294 },
		{ STATUS_OK, STATUS_DAMAGED, FRAME_SEALED_MAX + 1, 294 },
		{ STATUS_OK, STATUS_DAMAGED, 340, 0 },
		{ STATUS_OK, STATUS_DAMAGED, 340, FRAME_PUBLIC_KEY_MAX + 1 },
		{ STATUS_INVALID, STATUS_INVALID, 0, 0 },
		{ STATUS_REFUSED, STATUS_INVALID, 0, 0 },
		{ STATUS_TOO_LARGE, STATUS_INVALID, 0, 0 },
		{ STATUS_UNAVAILABLE, STATUS_UNAVAILABLE, 0, 0 },
		{ STATUS_SYSTEM, STATUS_SYSTEM, 0, 0 },
		{ (enum status)999, STATUS_SYSTEM, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame_imported frame = { .status = rows[i].status,
			.sealed_len = rows[i].sealed_len, .public_key_len = rows[i].public_key_len };
		struct vault_line_imported imported;
		union frame answer;
		struct error err = { "" };

		memset(frame.sentence, 'x', sizeof(frame.sentence)); /* no NUL */
		memcpy(&answer, &frame, sizeof(frame));
		assert_int_equal(vault_line_take_imported(&answer, &imported, &err), rows[i].expected);
		if (rows[i].expected == STATUS_INVALID)
			assert_memory_equal(err.text, "xxxx", 4);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LINE_TEST(line__hands_the_answer_to_who_asked),
		LINE_TEST(line__takes_answers_in_any_order),
		LINE_TEST(line__drops_what_answers_nothing),
		LINE_TEST(line__asks_a_new_life_once_more_and_only_once),
		LINE_TEST(line__does_not_ask_again_what_was_answered),
		LINE_TEST(line__gives_up_at_the_deadline),
		LINE_TEST(line__sends_later_what_the_channel_had_no_room_for),
		LINE_TEST(line__has_a_bound_on_requests),
		LINE_TEST(line__closed_fails_what_is_under_way),
		LINE_TEST(line__of_a_dead_supervisor_has_an_end),
		cmocka_unit_test(vault_line__checks_the_lengths_of_a_new_key),
		cmocka_unit_test_setup_teardown(
		    line__passes_a_descriptor_and_closes_it_with_the_answer, make, remove_place),
		cmocka_unit_test_setup_teardown(
		    line__sends_the_descriptor_again_to_the_next_life, make, remove_place),
		cmocka_unit_test_setup_teardown(
		    line__closes_the_descriptor_when_the_time_is_over, make, remove_place),
		cmocka_unit_test_setup_teardown(
		    line__closes_the_descriptor_with_itself, make, remove_place),
		cmocka_unit_test(line__says_what_the_vault_says_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
