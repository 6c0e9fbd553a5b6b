/* SPDX-License-Identifier: ISC */
#include "ctl/packet.h"

#include <errno.h>
#include <sys/socket.h>

#define LENGTH_SIZE 4

static void
store_u32(char *at, uint32_t number)
{
	for (int i = 0; i < LENGTH_SIZE; i++)
		at[i] = (char)(uint8_t)(number >> (24 - 8 * i));
}

static uint32_t
load_u32(const char *at)
{
	uint32_t number = 0;

	for (int i = 0; i < LENGTH_SIZE; i++)
		number = number << 8 | (uint8_t)at[i];
	return number;
}

void
packet_put_u32(struct buf *out, uint32_t number)
{
	char *at = buf_extend(out, LENGTH_SIZE);

	if (at != NULL)
		store_u32(at, number);
}

void
packet_put_u16(struct buf *out, uint16_t number)
{
	buf_put_char(out, (char)(uint8_t)(number >> 8));
	buf_put_char(out, (char)(uint8_t)number);
}

void
packet_put_text(struct buf *out, struct slice text)
{
	buf_put(out, slice_first(text, slice_find(text, '\0')));
	buf_put_char(out, '\0');
}

void
packet_begin(struct buf *out, int command)
{
	buf_reset(out);
	packet_put_u32(out, 0); /* the length, once it is known */
	buf_put_char(out, (char)command);
}

/* What a failed send or receive means. */
static enum status
socket_status(void)
{
	if (errno == EAGAIN)
		return STATUS_TIMEOUT;
	return errno == EPIPE || errno == ECONNRESET ? STATUS_UNAVAILABLE : STATUS_SYSTEM;
}

enum status
packet_send(int fd, struct buf *out)
{
	struct slice rest;

	if (buf_status(out) != STATUS_OK)
		return buf_status(out);
	store_u32(out->ptr, (uint32_t)(out->len - LENGTH_SIZE));
	rest = buf_slice(out);
	while (rest.len > 0) {
		ssize_t sent = send(fd, rest.ptr, rest.len, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return socket_status();
		rest = slice_after(rest, (size_t)sent);
	}
	return STATUS_OK;
}

static enum status
receive_whole(int fd, char *at, size_t len)
{
	while (len > 0) {
		ssize_t got = recv(fd, at, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return socket_status();
		if (got == 0)
			return STATUS_UNAVAILABLE;
		at += got;
		len -= (size_t)got;
	}
	return STATUS_OK;
}

enum status
packet_receive(int fd, struct buf *in, int *ret_command, struct slice *ret_data)
{
	char head[LENGTH_SIZE];
	enum status status = receive_whole(fd, head, sizeof(head));
	uint32_t length;
	char *at;

	if (status != STATUS_OK)
		return status;
	length = load_u32(head);
	if (length < 1 || length > PACKET_MAX)
		return STATUS_INVALID;
	buf_reset(in);
	at = buf_extend(in, length);
	if (at == NULL)
		return buf_status(in);
	status = receive_whole(fd, at, length);
	if (status != STATUS_OK)
		return status;
	*ret_command = at[0];
	*ret_data = slice_of(at + 1, length - 1);
	return STATUS_OK;
}

bool
packet_cut_u32(struct slice *data, uint32_t *ret_number)
{
	if (data->len < LENGTH_SIZE)
		return false;
	*ret_number = load_u32(data->ptr);
	*data = slice_after(*data, LENGTH_SIZE);
	return true;
}

bool
packet_cut_text(struct slice *data, struct slice *ret_text)
{
	if (slice_find(*data, '\0') == data->len)
		return false;
	*ret_text = slice_cut(data, '\0');
	return true;
}
