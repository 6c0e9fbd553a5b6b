/* SPDX-License-Identifier: ISC */
#include "ipc/channel.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/passing.h"

enum status
channel_pair(int ret_ends[2], struct error *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return error_set_errno(err, "cannot make a channel");
	ret_ends[0] = ends[0];
	ret_ends[1] = ends[1];
	return STATUS_OK;
}

void
channel_head(
    struct frame_head *head, enum frame_type type, size_t length, uint32_t epoch, uint64_t id)
{
	head->type = (uint16_t)type;
	head->length = (uint16_t)length;
	head->epoch = epoch;
	head->id = id;
}

static enum status
judge_sent(const struct frame_head *frame, ssize_t sent)
{
	if (sent == frame->length)
		return STATUS_OK;
	return errno == EAGAIN || errno == ENOBUFS ? STATUS_UNAVAILABLE : STATUS_SYSTEM;
}

enum status
channel_send(int fd, const struct frame_head *frame)
{
	ssize_t sent;

	do {
		sent = send(fd, frame, frame->length, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return judge_sent(frame, sent);
}

enum status
channel_send_passing(int fd, const struct frame_head *frame, int descriptor)
{
	/* sendmsg only reads it */
	struct iovec piece = { .iov_base = (void *)(uintptr_t)frame, .iov_len = frame->length };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	union passing_room room;
	ssize_t sent;

	passing_attach(&message, &room, descriptor);
	do {
		sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return judge_sent(frame, sent);
}

void
channel_offer(int fd, const struct frame_head *frame)
{
	enum status status = channel_send(fd, frame);

	(void)status;
}

enum status
channel_send_within(int fd, const struct frame_head *frame, int timeout_ms)
{
	enum status status = channel_send(fd, frame);
	struct pollfd writable = { .fd = fd, .events = POLLOUT };

	if (status != STATUS_UNAVAILABLE)
		return status;
	return poll(&writable, 1, timeout_ms) == 0 ? STATUS_TIMEOUT : channel_send(fd, frame);
}

/* An empty datagram and the end both read as nothing: a peer must not be able to fake the end. */
static enum status
receive_nothing(int fd)
{
	struct pollfd end = { .fd = fd, .events = POLLRDHUP };

	return poll(&end, 1, 0) == 1 ? STATUS_NOT_FOUND : STATUS_INVALID;
}

/* message has room for a descriptor, or has none. */
static enum status
receive(int fd, union frame *ret_frame, struct msghdr *message)
{
	struct iovec piece = { .iov_base = ret_frame->bytes, .iov_len = sizeof(ret_frame->bytes) };
	ssize_t got;

	message->msg_iov = &piece;
	message->msg_iovlen = 1;
	do {
		got = recvmsg(fd, message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == EAGAIN ? STATUS_UNAVAILABLE : STATUS_SYSTEM;
	if (got == 0)
		return receive_nothing(fd);
	if ((size_t)got < sizeof(ret_frame->head) || (message->msg_flags & MSG_TRUNC) != 0 ||
	    ret_frame->head.length != got)
		return STATUS_INVALID;
	return STATUS_OK;
}

enum status
channel_receive(int fd, union frame *ret_frame)
{
	struct msghdr message = { .msg_control = NULL };

	return receive(fd, ret_frame, &message);
}

enum status
channel_receive_passed(int fd, union frame *ret_frame, int *ret_descriptor)
{
	struct msghdr message = { .msg_control = NULL };
	union passing_room room;
	int descriptor = -1;
	enum status status;

	passing_make_room(&message, &room);
	status = receive(fd, ret_frame, &message);
	/* also what comes beside a frame that is wrong, or empty */
	if (status != STATUS_UNAVAILABLE && status != STATUS_SYSTEM &&
	    passing_take(&message, &descriptor) != STATUS_OK)
		status = STATUS_INVALID;
	if (status == STATUS_OK)
		*ret_descriptor = descriptor;
	else
		passing_drop(&descriptor);
	return status;
}

enum status
channel_dispatch(const struct frame_rule *rules, size_t count, enum role sender,
    const union frame *frame, void *context)
{
	for (size_t i = 0; i < count; i++) {
		const struct frame_rule *rule = &rules[i];

		if (rule->type != frame->head.type)
			continue;
		if (rule->size != frame->head.length || (rule->from & ROLE_BIT(sender)) == 0)
			return STATUS_INVALID;
		rule->handle(context, frame);
		return STATUS_OK;
	}
	return STATUS_INVALID;
}
