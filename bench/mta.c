/* SPDX-License-Identifier: ISC */
#include <unistd.h>

#include "bench/mta.h"

#include <arpa/inet.h>
#include <libmilter/mfdef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define OFFERED_STEPS 0x1fffffU
#define OFFERED_ACTIONS 0x1ffU
#define CHUNK_BYTES 65535U
#define PACKET_MAX 65536U

/* ---- packets ---- */

static bool
read_all(int fd, void *bytes, size_t len)
{
	char *at = bytes;

	while (len > 0) {
		ssize_t got = read(fd, at, len);

		if (got <= 0)
			return false;
		at += got;
		len -= (size_t)got;
	}
	return true;
}

static bool
flush(struct mta *mta)
{
	const char *at = mta->buffer;

	if (mta->len > 0 && mta->gap_us > 0)
		(void)usleep(mta->gap_us);
	while (mta->len > 0) {
		ssize_t sent = write(mta->fd, at, mta->len);

		if (sent < 0)
			return false;
		at += sent;
		mta->len -= (size_t)sent;
	}
	return true;
}

static bool
put_bytes(struct mta *mta, const void *bytes, size_t len)
{
	struct slice rest = slice_of(bytes, len);

	while (rest.len > 0) {
		struct slice part = slice_first(rest, sizeof(mta->buffer) - mta->len);

		memcpy(mta->buffer + mta->len, part.ptr, part.len);
		mta->len += part.len;
		rest = slice_after(rest, part.len);
		if (mta->len == sizeof(mta->buffer) && !flush(mta))
			return false;
	}
	return true;
}

static bool
write_packet(struct mta *mta, char command, struct slice data)
{
	uint32_t len = htonl((uint32_t)data.len + 1);

	return put_bytes(mta, &len, sizeof(len)) && put_bytes(mta, &command, 1) &&
	    put_bytes(mta, data.ptr, data.len);
}

/* The command of the next packet, its data in bytes; 0 at the end or for a packet too large. */
static char
read_packet(struct mta *mta, char bytes[PACKET_MAX], size_t *ret_len)
{
	uint32_t len;
	char command;

	if (!flush(mta) || !read_all(mta->fd, &len, sizeof(len)) || ntohl(len) < 1 || ntohl(len) > PACKET_MAX ||
	    !read_all(mta->fd, &command, 1))
		return 0;
	*ret_len = ntohl(len) - 1;
	return read_all(mta->fd, bytes, *ret_len) ? command : 0;
}

/* A command and, unless its reply was negotiated away, the milter's "continue". */
static bool
do_step(struct mta *mta, char command, struct slice data, uint32_t no_reply)
{
	char reply[PACKET_MAX];
	size_t len;

	if (!write_packet(mta, command, data))
		return false;
	return (mta->steps & no_reply) != 0 || read_packet(mta, reply, &len) == SMFIR_CONTINUE;
}

/* ---- a connection ---- */

static bool
negotiate(struct mta *mta)
{
	uint32_t offer[3] = { htonl(6), htonl(OFFERED_ACTIONS), htonl(OFFERED_STEPS) };
	char reply[PACKET_MAX];
	size_t len;

	if (!write_packet(mta, SMFIC_OPTNEG, slice_of((char *)offer, sizeof(offer))) ||
	    read_packet(mta, reply, &len) != SMFIC_OPTNEG || len < sizeof(offer))
		return false;
	memcpy(offer, reply, sizeof(offer));
	mta->steps = ntohl(offer[2]);
	return true;
}

bool
mta_open(struct mta *mta, const char *path, useconds_t gap_us)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	mta->fd = -1;
	mta->fields = 0;
	mta->len = 0;
	mta->gap_us = gap_us;
	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	memcpy(address.sun_path, path, strlen(path));
	mta->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return mta->fd >= 0 &&
	    connect(mta->fd, (struct sockaddr *)&address, sizeof(address)) == 0 && negotiate(mta);
}

void
mta_close(struct mta *mta)
{
	if (mta->fd < 0)
		return;
	(void)(write_packet(mta, SMFIC_QUIT, SLICE_EMPTY) && flush(mta));
	(void)close(mta->fd);
	mta->fd = -1;
}

/* ---- a message ---- */

static bool
send_envelope(struct mta *mta)
{
	static const char macros[] = "Cj\0mx.example.org\0{daemon_name}\0mx.example.org\0v\0Postfix 3.7.11";
	static const char client[] = "client.example.org\0004\0\031127.0.0.1";
	static const char mail_macros[] = "M{auth_type}\0plain\0{auth_authen}\0alice\0{mail_addr}\0a@bench.example";

	return write_packet(mta, SMFIC_MACRO, slice_of(macros, sizeof(macros))) &&
	    do_step(mta, SMFIC_CONNECT, slice_of(client, sizeof(client)), SMFIP_NR_CONN) &&
	    write_packet(mta, SMFIC_MACRO, slice_of(mail_macros, sizeof(mail_macros))) &&
	    do_step(mta, SMFIC_MAIL, slice_of("<a@bench.example>", 18), SMFIP_NR_MAIL);
}

/* "Name: value" as the milter gets it: name, NUL, value with or without its leading space, NUL. */
static bool
send_field(struct mta *mta, struct slice line)
{
	char packet[2048];
	struct slice name = slice_cut(&line, ':');
	size_t len = 0;

	if ((mta->steps & SMFIP_HDR_LEADSPC) == 0)
		line = slice_after(line, 1);
	if (name.len + line.len + 2 > sizeof(packet))
		return false;
	memcpy(packet, name.ptr, name.len);
	len = name.len;
	packet[len++] = '\0';
	memcpy(packet + len, line.ptr, line.len);
	len += line.len;
	packet[len++] = '\0';
	return do_step(mta, SMFIC_HEADER, slice_of(packet, len), SMFIP_NR_HDR);
}

static bool
send_body(struct mta *mta, struct slice body)
{
	while (body.len > 0) {
		struct slice chunk = slice_first(body, CHUNK_BYTES);

		if (!do_step(mta, SMFIC_BODY, chunk, SMFIP_NR_BODY))
			return false;
		body = slice_after(body, chunk.len);
	}
	return true;
}

bool
mta_send_message(struct mta *mta, struct slice header, struct slice body)
{
	static const char macros[] = "Ni\0004bxQueueId";

	mta->fields = 0;
	/* smtpd hands the connection over to cleanup */
	if (!send_envelope(mta) || !flush(mta))
		return false;
	while (header.len > 0) {
		if (!send_field(mta, slice_cut(&header, '\n')))
			return false;
	}
	return write_packet(mta, SMFIC_MACRO, slice_of(macros, sizeof(macros))) &&
	    do_step(mta, SMFIC_EOH, SLICE_EMPTY, SMFIP_NR_EOH) && send_body(mta, body);
}

bool
mta_end_message(struct mta *mta)
{
	static const char macros[] = "Ei\0004bxQueueId";
	static const char field[] = "DKIM-Signature"; /* after the index */
	char reply[PACKET_MAX];
	size_t len;

	if (!write_packet(mta, SMFIC_MACRO, slice_of(macros, sizeof(macros))) ||
	    !write_packet(mta, SMFIC_BODYEOB, SLICE_EMPTY))
		return false;
	for (;;) {
		char command = read_packet(mta, reply, &len);

		if (command == SMFIR_INSHEADER && len > 4 + sizeof(field) &&
		    memcmp(reply + 4, field, sizeof(field)) == 0)
			mta->fields++;
		else if (command != SMFIR_PROGRESS)
			return command == SMFIR_ACCEPT || command == SMFIR_CONTINUE;
	}
}
