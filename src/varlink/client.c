/* SPDX-License-Identifier: ISC */
#include "varlink/client.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/passing.h"
#include "base/timeout.h"

#define ANSWER_MAX (16U << 20)
#define CALL_MAX (1U << 20)
#define READ_SIZE 65536

struct client {
	int fd;
	const char *address;
	struct framer framer;
	struct buf out;
	char piece[READ_SIZE];
};

static const struct slice unix_prefix = { "unix:", 5 };

static enum status
parse_address(const char *address, struct sockaddr_un *ret_socket, struct error *err)
{
	struct slice path = slice_from_text(address);
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	if (!slice_starts_with(path, unix_prefix) || path.len == unix_prefix.len)
		return error_set(err, STATUS_INVALID, "control address \"%s\" is not unix:PATH", address);
	path = slice_after(path, unix_prefix.len);
	if (path.len >= sizeof(name.sun_path))
		return error_set(err, STATUS_INVALID, "control address \"%s\" is longer than %zu octets",
		    address, sizeof(name.sun_path) - 1);
	memcpy(name.sun_path, path.ptr, path.len);
	*ret_socket = name;
	return STATUS_OK;
}

static const char *
connect_remedy(int error)
{
	switch (error) {
	case ENOENT:
	case ECONNREFUSED:
		return "is signetd running?";
	case EACCES:
		return "ask as root, or join the group of the control socket";
	default:
		return "see signetctl(1) on --control";
	}
}

static enum status
connect_to(int fd, const char *address, const struct sockaddr_un *name, struct error *err)
{
	if (connect(fd, (const struct sockaddr *)name, sizeof(*name)) == 0)
		return STATUS_OK;
	return error_set(err, STATUS_UNAVAILABLE, "cannot connect to %s: %s: %s", address,
	    strerrordesc_np(errno), connect_remedy(errno));
}

static enum status
open_socket(const char *address, unsigned timeout_ms, int *ret_fd, struct error *err)
{
	struct sockaddr_un name;
	enum status status = parse_address(address, &name, err);
	int fd;

	if (status != STATUS_OK)
		return status;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set_errno(err, "cannot make a socket");
	status = timeout_set(fd, timeout_ms, err);
	if (status == STATUS_OK)
		status = connect_to(fd, address, &name, err);
	if (status == STATUS_OK)
		*ret_fd = fd;
	else
		close(fd);
	return status;
}

enum status
client_connect(
    const char *address, unsigned timeout_ms, struct client **ret_client, struct error *err)
{
	struct client *client = malloc(sizeof(*client));
	enum status status;

	if (client == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	status = open_socket(address, timeout_ms, &client->fd, err);
	if (status != STATUS_OK) {
		free(client);
		return status;
	}
	client->address = address;
	framer_init(&client->framer, ANSWER_MAX);
	buf_init(&client->out, CALL_MAX);
	*ret_client = client;
	return STATUS_OK;
}

void
client_close(struct client **client)
{
	if (*client == NULL)
		return;
	close((*client)->fd);
	framer_done(&(*client)->framer);
	buf_done(&(*client)->out);
	free(*client);
	*client = NULL;
}

static enum status
write_call(struct client *client, const char *method, json_t *parameters, struct error *err)
{
	json_t *call = parameters != NULL
	    ? json_pack("{s:s, s:o}", "method", method, "parameters", parameters)
	    : json_pack("{s:s}", "method", method);

	buf_reset(&client->out);
	if (call != NULL)
		json_write(call, false, &client->out);
	buf_put_char(&client->out, '\0');
	json_decref(call);
	if (call == NULL || buf_status(&client->out) != STATUS_OK)
		return error_set(err, STATUS_NO_MEMORY, "cannot write the call: out of memory");
	return STATUS_OK;
}

static enum status
lost(const struct client *client, struct error *err)
{
	if (errno == EAGAIN)
		return error_set(err, STATUS_TIMEOUT, "%s did not answer in time", client->address);
	return error_set_errno(err, "lost the connection to %s", client->address);
}

/* descriptor: -1 for none. */
static ssize_t
send_piece(int fd, struct slice octets, int descriptor)
{
	/* sendmsg only reads it */
	struct iovec piece = { .iov_base = (void *)(uintptr_t)octets.ptr, .iov_len = octets.len };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };
	union passing_room room;

	if (descriptor >= 0)
		passing_attach(&message, &room, descriptor);
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

/* The descriptor goes with the first octets. */
static enum status
send_call(struct client *client, int descriptor, struct error *err)
{
	struct slice rest = buf_slice(&client->out);

	while (rest.len > 0) {
		ssize_t sent = send_piece(client->fd, rest, descriptor);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return lost(client, err);
		rest = slice_after(rest, (size_t)sent);
		descriptor = -1;
	}
	return STATUS_OK;
}

static enum status
receive_piece(struct client *client, struct error *err)
{
	ssize_t got;

	do {
		got = recv(client->fd, client->piece, sizeof(client->piece), 0);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return lost(client, err);
	if (got == 0)
		return error_set(err, STATUS_UNAVAILABLE,
		    "%s closed the connection without an answer: see the log of signetd", client->address);
	return framer_push(&client->framer, slice_of(client->piece, (size_t)got));
}

enum status
client_receive(struct client *client, json_t **ret_answer, struct error *err)
{
	struct slice message;
	enum status status = framer_next(&client->framer, &message);

	while (status == STATUS_NOT_FOUND) {
		status = receive_piece(client, err);
		if (status != STATUS_OK)
			return status;
		status = framer_next(&client->framer, &message);
	}
	if (status != STATUS_OK)
		return error_set(err, status, "the answer of %s is too large", client->address);
	status = json_read_object(message, ret_answer, err);
	return status == STATUS_OK
	    ? status : error_prepend(err, status, "the answer of %s", client->address);
}

enum status
client_call(struct client *client, const char *method, json_t *parameters,
    int descriptor, json_t **ret_answer, struct error *err)
{
	enum status status = write_call(client, method, parameters, err);

	if (status == STATUS_OK)
		status = send_call(client, descriptor, err);
	if (status == STATUS_OK)
		status = client_receive(client, ret_answer, err);
	return status;
}

enum status
client_send(
    struct client *client, const char *method, json_t *parameters, struct error *err)
{
	enum status status = write_call(client, method, parameters, err);

	return status == STATUS_OK ? send_call(client, -1, err) : status;
}

int
client_fd(const struct client *client)
{
	return client->fd;
}
