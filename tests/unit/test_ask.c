/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "milter/ask.h"

/*
 * A vault of the test's: it hears and answers when the test says so. Threads
 * ask as those of a milter do.
 */

#define EPOCH 4
#define LONG_MS 20000
#define MIDDLE_MS 2000 /* long enough to be answered, short enough to wait for */
#define SHORT_MS 50

struct place {
	int vault; /* the vault's end */
	int milter;
	struct ask *ask;
	int timeout_ms;
};

static void
open_place(struct place *place, int timeout_ms)
{
	int ends[2];

	assert_int_equal(channel_pair(ends, NULL), STATUS_OK);
	place->milter = ends[0];
	place->vault = ends[1];
	place->timeout_ms = timeout_ms;
	assert_int_equal(ask_new(place->milter, EPOCH, &place->ask, NULL), STATUS_OK);
}

static void
close_place(struct place *place)
{
	(void)close(place->milter);
	(void)close(place->vault);
	free(place->ask);
}

static struct frame_sign
hear(const struct place *place)
{
	struct pollfd readable = { .fd = place->vault, .events = POLLIN };
	union frame frame;
	struct frame_sign request;

	assert_int_equal(poll(&readable, 1, LONG_MS), 1);
	assert_int_equal(channel_receive(place->vault, &frame), STATUS_OK);
	assert_int_equal(frame.head.type, FRAME_SIGN);
	memcpy(&request, &frame, sizeof(request));
	return request;
}

static bool
hears_nothing(const struct place *place)
{
	struct pollfd readable = { .fd = place->vault, .events = POLLIN };

	return poll(&readable, 1, 0) == 0;
}

/* The signature is the digest's first octet, so that mixed-up answers show. */
static void
answer_as(const struct place *place, const struct frame_sign *request, uint32_t epoch,
    enum status status)
{
	struct frame_signed answer = { .status = (uint32_t)status, .signature_len = 1 };

	channel_head(&answer.head, FRAME_SIGNED, sizeof(answer), epoch, request->head.id);
	answer.signature[0] = request->digest[0];
	assert_int_equal(channel_send(place->vault, &answer.head), STATUS_OK);
}

static void
answer(const struct place *place, const struct frame_sign *request)
{
	answer_as(place, request, request->head.epoch, STATUS_OK);
}

/* A thread that asks for count signatures of the digests {mark}, {mark + 1}, … */
struct asker {
	pthread_t thread;
	struct ask *ask;
	int timeout_ms;
	uint8_t mark;
	size_t count;
	enum status status;
	struct ask_call calls[ASK_CALLS_MAX];
};

static void *
asker_main(void *arg)
{
	struct asker *asker = arg;

	asker->status = ask_sign(asker->ask, asker->calls, asker->count, asker->timeout_ms);
	return NULL;
}

static void
start_asker(struct asker *asker, const struct place *place, uint8_t mark, size_t count)
{
	*asker = (struct asker){ .ask = place->ask, .timeout_ms = place->timeout_ms, .mark = mark, .count = count };
	for (size_t i = 0; i < count; i++) {
		asker->calls[i].algorithm = ALGORITHM_RSA_SHA256;
		asker->calls[i].digest[0] = (uint8_t)(mark + i);
	}
	assert_int_equal(pthread_create(&asker->thread, NULL, asker_main, asker), 0);
}

static enum status
finish_asker(struct asker *asker)
{
	assert_int_equal(pthread_join(asker->thread, NULL), 0);
	for (size_t i = 0; i < asker->count && asker->status == STATUS_OK; i++) {
		assert_int_equal(asker->calls[i].signature_len, 1);
		assert_int_equal(asker->calls[i].signature[0], (uint8_t)(asker->mark + i));
	}
	return asker->status;
}

#define CROWD 64

static void
ask__answers_in_any_order_reach_their_askers(void **state)
{
	static struct asker askers[CROWD];
	struct frame_sign requests[CROWD];
	struct place place;

	(void)state;
	open_place(&place, LONG_MS);
	for (unsigned i = 0; i < CROWD; i++)
		start_asker(&askers[i], &place, (uint8_t)i, 1);
	for (unsigned i = 0; i < CROWD; i++)
		requests[i] = hear(&place);
	for (unsigned i = CROWD; i-- > 0;)
		answer(&place, &requests[i]);
	for (unsigned i = 0; i < CROWD; i++)
		assert_int_equal(finish_asker(&askers[i]), STATUS_OK);
	close_place(&place);
}

static void
ask__signatures_of_one_message_are_asked_together(void **state)
{
	struct frame_sign requests[2];
	struct place place;
	struct asker asker;

	(void)state;
	open_place(&place, LONG_MS);
	start_asker(&asker, &place, 10, 2);
	requests[0] = hear(&place);
	requests[1] = hear(&place);
	answer(&place, &requests[1]);
	answer(&place, &requests[0]);
	assert_int_equal(finish_asker(&asker), STATUS_OK);
	close_place(&place);
}

static void
ask__lost_requests_are_repeated_once_for_a_new_vault(void **state)
{
	static struct asker askers[CROWD];
	struct place place;

	(void)state;
	open_place(&place, LONG_MS);
	for (unsigned i = 0; i < CROWD; i++)
		start_asker(&askers[i], &place, (uint8_t)i, 1);
	for (unsigned i = 0; i < CROWD; i++)
		(void)hear(&place);
	/* that vault died with them; the next one is announced twice */
	ask_repeat(place.ask);
	ask_repeat(place.ask);
	for (unsigned i = 0; i < CROWD; i++) {
		struct frame_sign request = hear(&place);

		answer(&place, &request);
	}
	for (unsigned i = 0; i < CROWD; i++)
		assert_int_equal(finish_asker(&askers[i]), STATUS_OK);
	assert_true(hears_nothing(&place));
	close_place(&place);
}

static void
ask__second_answers_are_dropped(void **state)
{
	struct frame_sign first;
	struct frame_sign request;
	struct place place;
	struct asker asker;

	(void)state;
	open_place(&place, LONG_MS);
	start_asker(&asker, &place, 1, 1);
	first = hear(&place);
	ask_repeat(place.ask);
	request = hear(&place);
	assert_int_equal(request.head.id, first.head.id);
	answer(&place, &first);
	answer(&place, &request);
	assert_int_equal(finish_asker(&asker), STATUS_OK);
	/* the surplus answer is read, and dropped, by the next who asks */
	start_asker(&asker, &place, 2, 1);
	request = hear(&place);
	answer(&place, &request);
	assert_int_equal(finish_asker(&asker), STATUS_OK);
	close_place(&place);
}

static void
ask__late_answers_are_dropped(void **state)
{
	struct frame_sign late;
	struct frame_sign request;
	struct place place;
	struct asker asker;

	(void)state;
	open_place(&place, MIDDLE_MS);
	start_asker(&asker, &place, 1, 1);
	late = hear(&place);
	assert_int_equal(finish_asker(&asker), STATUS_TIMEOUT);
	answer(&place, &late);
	start_asker(&asker, &place, 2, 1);
	request = hear(&place);
	answer(&place, &request);
	assert_int_equal(finish_asker(&asker), STATUS_OK);
	close_place(&place);
}

static void
ask__answers_to_another_life_are_dropped(void **state)
{
	struct frame_sign request;
	struct place place;
	struct asker asker;

	(void)state;
	open_place(&place, LONG_MS);
	start_asker(&asker, &place, 1, 1);
	request = hear(&place);
	answer_as(&place, &request, EPOCH - 1, STATUS_DAMAGED);
	answer(&place, &request);
	assert_int_equal(finish_asker(&asker), STATUS_OK);
	close_place(&place);
}

static void
ask__gives_up_in_time_when_nobody_answers(void **state)
{
	static struct asker askers[8];
	struct place place;

	(void)state;
	open_place(&place, SHORT_MS);
	for (unsigned i = 0; i < 8; i++)
		start_asker(&askers[i], &place, (uint8_t)i, 1);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(finish_asker(&askers[i]), STATUS_TIMEOUT);
	close_place(&place);
}

static void
ask__gives_up_in_time_when_the_channel_is_full(void **state)
{
	struct frame_sign filler = { 0 };
	struct place place;
	struct asker asker;

	(void)state;
	open_place(&place, SHORT_MS);
	channel_head(&filler.head, FRAME_SIGN, sizeof(filler), EPOCH, 0);
	while (channel_send(place.milter, &filler.head) == STATUS_OK)
		;
	start_asker(&asker, &place, 1, 1);
	assert_int_equal(finish_asker(&asker), STATUS_TIMEOUT);
	close_place(&place);
}

/* ---- little room ---- */

#define TURNS 100 /* of each asker */

static void *
persistent_main(void *arg)
{
	struct asker *asker = arg;

	asker->status = STATUS_OK;
	for (unsigned i = 0; i < TURNS && asker->status == STATUS_OK; i++)
		asker->status = ask_sign(asker->ask, asker->calls, asker->count, asker->timeout_ms);
	return NULL;
}

/* False when nobody asks any more. */
static bool
answer_next(const struct place *place)
{
	struct pollfd readable = { .fd = place->vault, .events = POLLIN };
	struct frame_sign request;

	if (poll(&readable, 1, MIDDLE_MS) != 1)
		return false;
	request = hear(place);
	answer(place, &request);
	return true;
}

static void
ask__who_finds_the_room_taken_waits_on(void **state)
{
	static struct asker askers[CROWD];
	struct place place;
	int least = 1;

	(void)state;
	open_place(&place, LONG_MS);
	assert_int_equal(setsockopt(place.milter, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
	for (unsigned i = 0; i < CROWD; i++) {
		askers[i] = (struct asker){ .ask = place.ask, .timeout_ms = place.timeout_ms, .count = 1 };
		assert_int_equal(
		    pthread_create(&askers[i].thread, NULL, persistent_main, &askers[i]), 0);
	}
	for (unsigned i = 0; i < CROWD * TURNS && answer_next(&place); i++)
		;
	for (unsigned i = 0; i < CROWD; i++)
		assert_int_equal(finish_asker(&askers[i]), STATUS_OK);
	close_place(&place);
}

/* Octets that wait to be read at the other end. */
static int
count_queued(const struct place *place)
{
	int octets = 0;

	assert_int_equal(ioctl(place->milter, SIOCOUTQ, &octets), 0);
	return octets;
}

static void
wait_until_queued(const struct place *place, int more_than)
{
	while (count_queued(place) <= more_than)
		(void)usleep(1000);
}

static unsigned
fill(const struct place *place)
{
	struct frame_sign filler = { 0 };
	unsigned count = 0;

	channel_head(&filler.head, FRAME_SIGN, sizeof(filler), EPOCH, 0);
	while (channel_send(place->milter, &filler.head) == STATUS_OK)
		count++;
	return count;
}

/*
 * The first reads for all. The second has no room to send, and does not wait
 * for answers yet; the third found some, and does. When the first has its
 * answer it is the third who must read on.
 */
static void
ask__reading_is_handed_to_one_who_waits_for_an_answer(void **state)
{
	struct asker askers[3];
	struct frame_sign requests[3];
	struct place place;
	unsigned filled;
	int queued;

	(void)state;
	open_place(&place, LONG_MS);
	start_asker(&askers[0], &place, 1, 1);
	requests[0] = hear(&place);
	filled = fill(&place);
	start_asker(&askers[1], &place, 2, 1);
	(void)usleep(100000); /* it looks for room; else the test proves nothing, and passes */
	(void)hear(&place);
	queued = count_queued(&place);
	start_asker(&askers[2], &place, 3, 1);
	wait_until_queued(&place, queued);
	(void)usleep(100000); /* it waits; as above */
	answer(&place, &requests[0]);
	assert_int_equal(finish_asker(&askers[0]), STATUS_OK);
	requests[2] = requests[0];
	requests[2].head.id = requests[0].head.id + 2;
	requests[2].digest[0] = 3;
	answer(&place, &requests[2]);
	assert_int_equal(finish_asker(&askers[2]), STATUS_OK);
	for (unsigned i = 1; i < filled + 1; i++)
		(void)hear(&place);
	requests[1] = hear(&place);
	answer(&place, &requests[1]);
	assert_int_equal(finish_asker(&askers[1]), STATUS_OK);
	close_place(&place);
}

static void
ask__passes_on_what_the_vault_says(void **state)
{
	struct frame_sign request;
	struct place place;
	struct asker asker;

	(void)state;
	open_place(&place, LONG_MS);
	start_asker(&asker, &place, 1, 1);
	request = hear(&place);
	answer_as(&place, &request, EPOCH, STATUS_NOT_FOUND);
	assert_int_equal(finish_asker(&asker), STATUS_NOT_FOUND);
	close_place(&place);
}

static void
ask__gives_up_at_once_when_the_other_end_is_gone(void **state)
{
	static struct asker askers[8];
	struct place place;

	(void)state;
	open_place(&place, LONG_MS);
	for (unsigned i = 0; i < 8; i++)
		start_asker(&askers[i], &place, (uint8_t)i, 1);
	for (unsigned i = 0; i < 8; i++)
		(void)hear(&place);
	(void)close(place.vault);
	for (unsigned i = 0; i < 8; i++)
		assert_int_equal(finish_asker(&askers[i]), STATUS_TIMEOUT);
	place.vault = -1;
	close_place(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ask__gives_up_at_once_when_the_other_end_is_gone),
		cmocka_unit_test(ask__answers_in_any_order_reach_their_askers),
		cmocka_unit_test(ask__signatures_of_one_message_are_asked_together),
		cmocka_unit_test(ask__lost_requests_are_repeated_once_for_a_new_vault),
		cmocka_unit_test(ask__second_answers_are_dropped),
		cmocka_unit_test(ask__late_answers_are_dropped),
		cmocka_unit_test(ask__answers_to_another_life_are_dropped),
		cmocka_unit_test(ask__gives_up_in_time_when_nobody_answers),
		cmocka_unit_test(ask__gives_up_in_time_when_the_channel_is_full),
		cmocka_unit_test(ask__who_finds_the_room_taken_waits_on),
		cmocka_unit_test(ask__reading_is_handed_to_one_who_waits_for_an_answer),
		cmocka_unit_test(ask__passes_on_what_the_vault_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
