/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipc/channel.h"

static int
make_pair(void **state)
{
	static int ends[2];

	if (channel_pair(ends, NULL) != STATUS_OK)
		return -1;
	*state = ends;
	return 0;
}

static int
close_pair(void **state)
{
	const int *ends = *state;

	(void)close(ends[0]);
	(void)close(ends[1]);
	return 0;
}

static struct frame_sign
sign_request(uint64_t id)
{
	struct frame_sign frame = { .algorithm = 1 };

	channel_head(&frame.head, FRAME_SIGN, sizeof(frame), 7, id);
	return frame;
}

static void
channel__carries_a_frame_whole(void **state)
{
	const int *ends = *state;
	struct frame_sign sent = sign_request(42);
	union frame got;

	assert_int_equal(channel_send(ends[0], &sent.head), STATUS_OK);
	assert_int_equal(channel_receive(ends[1], &got), STATUS_OK);
	assert_memory_equal(&got, &sent, sizeof(sent));
}

static void
channel__has_nothing_when_nothing_was_sent(void **state)
{
	const int *ends = *state;
	union frame got;

	assert_int_equal(channel_receive(ends[1], &got), STATUS_UNAVAILABLE);
}

static void
channel__refuses_a_length_that_lies(void **state)
{
	const int *ends = *state;
	struct frame_sign sent = sign_request(1);
	union frame got;

	sent.head.length -= 1;
	assert_int_equal(send(ends[0], &sent, sizeof(sent), 0), sizeof(sent));
	assert_int_equal(channel_receive(ends[1], &got), STATUS_INVALID);
	assert_int_equal(channel_receive(ends[1], &got), STATUS_UNAVAILABLE);
}

static void
channel__refuses_frames_too_short_and_too_long(void **state)
{
	static const uint8_t bytes[FRAME_MAX + 1];
	const int *ends = *state;
	union frame got;

	assert_int_equal(send(ends[0], bytes, sizeof(struct frame_head) - 1, 0),
	    sizeof(struct frame_head) - 1);
	assert_int_equal(channel_receive(ends[1], &got), STATUS_INVALID);
	assert_int_equal(send(ends[0], bytes, sizeof(bytes), 0), sizeof(bytes));
	assert_int_equal(channel_receive(ends[1], &got), STATUS_INVALID);
}

/* To recvmsg an empty datagram looks like the end. */
static void
channel__an_empty_frame_is_not_the_end(void **state)
{
	const int *ends = *state;
	union frame got;

	assert_int_equal(send(ends[0], "", 0, 0), 0);
	assert_int_equal(channel_receive(ends[1], &got), STATUS_INVALID);
	assert_int_equal(channel_receive(ends[1], &got), STATUS_UNAVAILABLE);
}

static void
channel__an_empty_frame_before_the_end_does_not_hide_it(void **state)
{
	int *ends = *state;
	union frame got;

	assert_int_equal(send(ends[0], "", 0, 0), 0);
	(void)close(ends[0]);
	while (channel_receive(ends[1], &got) == STATUS_INVALID)
		;
	assert_int_equal(channel_receive(ends[1], &got), STATUS_NOT_FOUND);
	ends[0] = -1;
}

static void
channel__tells_the_end_of_the_other_side(void **state)
{
	int *ends = *state;
	union frame got;

	(void)close(ends[0]);
	assert_int_equal(channel_receive(ends[1], &got), STATUS_NOT_FOUND);
	ends[0] = -1;
}

static void
channel__full_refuses_at_once_and_in_time(void **state)
{
	const int *ends = *state;
	struct frame_sign frame = sign_request(1);
	enum status status;
	unsigned sent = 0;

	while ((status = channel_send(ends[0], &frame.head)) == STATUS_OK)
		sent++;
	assert_int_equal(status, STATUS_UNAVAILABLE);
	assert_true(sent >= 64);
	assert_int_equal(channel_send_within(ends[0], &frame.head, 10), STATUS_TIMEOUT);
}

/* ---- descriptors ---- */

#define DESCRIPTORS_MAX 200

static unsigned
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(directory);
	while (readdir(directory) != NULL)
		count++;
	(void)closedir(directory);
	return count;
}

/* As a hostile peer sends: any octets, any number of descriptors. */
static void
send_with(int fd, const void *octets, size_t len, unsigned count)
{
	static const char spare[1];
	struct iovec piece = { .iov_base = (void *)(uintptr_t)(len > 0 ? octets : spare),
		.iov_len = len };
	union {
		struct cmsghdr head;
		uint8_t bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	} room = { .head = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
		           .cmsg_len = CMSG_LEN(count * sizeof(int)) } };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &room,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)) };

	for (unsigned i = 0; i < count; i++)
		memcpy(CMSG_DATA(&room.head) + i * sizeof(int), &fd, sizeof(int));
	assert_int_equal(sendmsg(fd, &message, MSG_DONTWAIT), len);
}

static void
channel__passes_a_descriptor(void **state)
{
	const int *ends = *state;
	struct frame_sign frame = sign_request(1);
	union frame got;
	char octet = 'x';
	int pipe_ends[2];
	int passed = -1;

	assert_int_equal(pipe(pipe_ends), 0);
	assert_int_equal(channel_send_passing(ends[0], &frame.head, pipe_ends[1]), STATUS_OK);
	(void)close(pipe_ends[1]);
	assert_int_equal(channel_receive_passed(ends[1], &got, &passed), STATUS_OK);
	assert_memory_equal(&got, &frame, sizeof(frame));
	assert_int_equal(fcntl(passed, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(passed, &octet, 1), 1);
	assert_int_equal(read(pipe_ends[0], &octet, 1), 1);
	(void)close(passed);
	(void)close(pipe_ends[0]);
}

static void
channel__says_when_no_descriptor_came_along(void **state)
{
	const int *ends = *state;
	struct frame_sign frame = sign_request(1);
	union frame got;
	int passed = 77;

	assert_int_equal(channel_send(ends[0], &frame.head), STATUS_OK);
	assert_int_equal(channel_receive_passed(ends[1], &got, &passed), STATUS_OK);
	assert_int_equal(passed, -1);
	assert_int_equal(channel_receive_passed(ends[1], &got, &passed), STATUS_UNAVAILABLE);
}

static void
channel__lets_no_descriptor_in_that_is_not_wanted(void **state)
{
	const int *ends = *state;
	struct frame_sign frame = sign_request(1);
	unsigned before = count_descriptors();
	union frame got;

	for (unsigned count = 1; count <= DESCRIPTORS_MAX; count += 50) {
		send_with(ends[0], &frame, sizeof(frame), count);
		assert_int_equal(channel_receive(ends[1], &got), STATUS_OK);
	}
	assert_int_equal(count_descriptors(), before);
}

static void
channel__takes_one_descriptor_and_never_two(void **state)
{
	const int *ends = *state;
	struct frame_sign frame = sign_request(1);
	unsigned before = count_descriptors();
	union frame got;
	int passed = 77;

	for (unsigned count = 2; count <= DESCRIPTORS_MAX; count += 33) {
		send_with(ends[0], &frame, sizeof(frame), count);
		assert_int_equal(channel_receive_passed(ends[1], &got, &passed), STATUS_INVALID);
	}
	assert_int_equal(passed, 77);
	assert_int_equal(count_descriptors(), before);
}

/* Frames that lie, are empty, too short or too long, each with a descriptor. */
static void
channel__keeps_no_descriptor_of_a_wrong_frame(void **state)
{
	static const uint8_t zeros[FRAME_MAX + 1];
	static const size_t lengths[] = { 0, 1, sizeof(struct frame_head), FRAME_MAX, FRAME_MAX + 1 };
	const int *ends = *state;
	unsigned before = count_descriptors();
	union frame got;
	int passed = 77;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		send_with(ends[0], zeros, lengths[i], 1);
		assert_int_equal(channel_receive_passed(ends[1], &got, &passed), STATUS_INVALID);
	}
	assert_int_equal(passed, 77);
	assert_int_equal(count_descriptors(), before);
}

/* ---- dispatching ---- */

static void
count_call(void *context, const union frame *frame)
{
	unsigned *calls = context;

	(void)frame;
	++*calls;
}

static const struct frame_rule rules[] = {
	{ FRAME_SIGN, sizeof(struct frame_sign), ROLE_BIT(ROLE_MILTER), count_call },
};

static void
channel__dispatches_by_type_size_and_sender(void **state)
{
	union frame frame = { .bytes = { 0 } };
	struct frame_sign good = sign_request(1);
	unsigned calls = 0;

	(void)state;
	memcpy(&frame, &good, sizeof(good));
	assert_int_equal(channel_dispatch(rules, 1, ROLE_MILTER, &frame, &calls), STATUS_OK);
	assert_int_equal(calls, 1);
	assert_int_equal(channel_dispatch(rules, 1, ROLE_KEEPER, &frame, &calls), STATUS_INVALID);
	frame.head.length++;
	assert_int_equal(channel_dispatch(rules, 1, ROLE_MILTER, &frame, &calls), STATUS_INVALID);
	frame.head = good.head;
	frame.head.type = FRAME_GENERATE;
	assert_int_equal(channel_dispatch(rules, 1, ROLE_MILTER, &frame, &calls), STATUS_INVALID);
	assert_int_equal(calls, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(channel__carries_a_frame_whole, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__has_nothing_when_nothing_was_sent, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__refuses_a_length_that_lies, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__refuses_frames_too_short_and_too_long, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__an_empty_frame_is_not_the_end, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__an_empty_frame_before_the_end_does_not_hide_it, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__tells_the_end_of_the_other_side, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__full_refuses_at_once_and_in_time, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(channel__passes_a_descriptor, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__says_when_no_descriptor_came_along, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__lets_no_descriptor_in_that_is_not_wanted, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__takes_one_descriptor_and_never_two, make_pair, close_pair),
		cmocka_unit_test_setup_teardown(
		    channel__keeps_no_descriptor_of_a_wrong_frame, make_pair, close_pair),
		cmocka_unit_test(channel__dispatches_by_type_size_and_sender),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
