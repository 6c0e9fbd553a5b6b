/* SPDX-License-Identifier: ISC */
#include "dns/exchange.h"

#include <errno.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/buf.h"
#include "dns/packet.h"
#include "process/clock.h"

#define SENDS 3 /* in the time there is */
#define DATAGRAM_MAX 4096

/* What packet_read may take for each record beside its octets: the struct, and three pieces rounded up. */
#define RECORD_BYTES (sizeof(struct record) + 64)
#define READ_BYTES(octets) ((ANSWER_RECORDS_MAX + 1) * RECORD_BYTES + 2 * (size_t)(octets))
_Static_assert(2 * (READ_BYTES(DATAGRAM_MAX) + PACKET_MAX + READ_BYTES(PACKET_MAX)) < ANSWER_MAX_BYTES,
    "the largest exchange fits");

/* The same for all that happens in one exchange. */
struct wire {
	const struct server *server;
	const struct question *question;
	struct slice query;
	int64_t until_ms;
	struct arena *arena;
	int fd;
};

static int
left_ms(int64_t until_ms)
{
	int64_t left = until_ms - clock_monotonic_ms();

	return left > 0 ? (int)left : 0;
}

/* Waits for the socket: STATUS_TIMEOUT at until_ms, however much there is to read by then. */
static enum status
wait_for(int fd, short events, int64_t until_ms)
{
	struct pollfd waiting = { .fd = fd, .events = events };
	int n;

	do {
		int timeout_ms = left_ms(until_ms);

		n = timeout_ms > 0 ? poll(&waiting, 1, timeout_ms) : 0;
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return STATUS_SYSTEM;
	return n == 0 ? STATUS_TIMEOUT : STATUS_OK;
}

static enum status
status_of_errno(void)
{
	switch (errno) {
	case ENETUNREACH:
	case EADDRNOTAVAIL:
	case EAFNOSUPPORT:
		return STATUS_NOT_FOUND;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return STATUS_SYSTEM;
	default:
		return STATUS_UNAVAILABLE;
	}
}

static enum status
open_connected(struct wire *wire, int type)
{
	const struct sockaddr *address = (const struct sockaddr *)&wire->server->address;

	wire->fd = socket(address->sa_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (wire->fd < 0)
		return status_of_errno();
	if (connect(wire->fd, address, wire->server->address_len) == 0 || errno == EINPROGRESS)
		return STATUS_OK;
	return status_of_errno();
}

static void
close_wire(struct wire *wire)
{
	if (wire->fd >= 0)
		(void)close(wire->fd);
	wire->fd = -1;
}

/* ---- UDP ---- */

/* What comes until then: the answer, or STATUS_TIMEOUT; *ret_saw_other when something else came. */
static enum status
receive_datagrams(struct wire *wire, int64_t until_ms, bool *ret_saw_other, struct answer *ret_answer)
{
	uint8_t datagram[DATAGRAM_MAX];

	for (;;) {
		enum status status = wait_for(wire->fd, POLLIN, until_ms);
		ssize_t len;

		if (status != STATUS_OK)
			return status;
		len = recv(wire->fd, datagram, sizeof(datagram), 0);
		if (len < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (len < 0)
			return status_of_errno();
		status = packet_read(slice_of(datagram, (size_t)len), wire->question, wire->arena, ret_answer);
		if (status != STATUS_INVALID)
			return status;
		*ret_saw_other = true;
	}
}

static enum status
send_and_receive(struct wire *wire, struct answer *ret_answer)
{
	int64_t all_ms = left_ms(wire->until_ms);
	int64_t step_ms = all_ms / SENDS;
	enum status status = STATUS_TIMEOUT;
	bool saw_other = false;

	for (int i = 1; i <= SENDS && status == STATUS_TIMEOUT && all_ms > 0; i++) {
		int64_t until_ms = i == SENDS ? wire->until_ms : clock_monotonic_ms() + step_ms;

		if (send(wire->fd, wire->query.ptr, wire->query.len, MSG_NOSIGNAL) < 0)
			return status_of_errno();
		status = receive_datagrams(wire, until_ms, &saw_other, ret_answer);
	}
	return status == STATUS_TIMEOUT && saw_other ? STATUS_INVALID : status;
}

static enum status
ask_by_udp(struct wire *wire, struct answer *ret_answer)
{
	enum status status = open_connected(wire, SOCK_DGRAM);

	if (status == STATUS_OK)
		status = send_and_receive(wire, ret_answer);
	close_wire(wire);
	return status;
}

/* ---- TCP: each message behind two octets of its length (RFC 1035 §4.2.2) ---- */

static enum status
send_all(struct wire *wire, struct slice rest)
{
	while (rest.len > 0) {
		enum status status = wait_for(wire->fd, POLLOUT, wire->until_ms);
		ssize_t sent;

		if (status != STATUS_OK)
			return status;
		sent = send(wire->fd, rest.ptr, rest.len, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return status_of_errno();
		rest = slice_after(rest, sent > 0 ? (size_t)sent : 0);
	}
	return STATUS_OK;
}

static enum status
receive_all(struct wire *wire, uint8_t *octets, size_t size)
{
	size_t len = 0;

	while (len < size) {
		enum status status = wait_for(wire->fd, POLLIN, wire->until_ms);
		ssize_t got;

		if (status != STATUS_OK)
			return status;
		got = recv(wire->fd, octets + len, size - len, 0);
		if (got == 0)
			return STATUS_INVALID;
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return status_of_errno();
		len += got > 0 ? (size_t)got : 0;
	}
	return STATUS_OK;
}

static enum status
receive_message(struct wire *wire, struct slice *ret_message)
{
	uint8_t prefix[2];
	enum status status = receive_all(wire, prefix, sizeof(prefix));
	size_t len = (size_t)prefix[0] << 8 | prefix[1];
	uint8_t *message;

	if (status != STATUS_OK)
		return status;
	message = arena_alloc(wire->arena, len);
	if (message == NULL)
		return STATUS_NO_MEMORY;
	status = receive_all(wire, message, len);
	if (status == STATUS_OK)
		*ret_message = slice_of(message, len);
	return status;
}

static enum status
talk(struct wire *wire, struct slice *ret_reply)
{
	const char prefix[2] = { (char)(wire->query.len >> 8), (char)wire->query.len };
	enum status status = open_connected(wire, SOCK_STREAM);

	if (status == STATUS_OK)
		status = send_all(wire, slice_of(prefix, sizeof(prefix)));
	if (status == STATUS_OK)
		status = send_all(wire, wire->query);
	if (status == STATUS_OK)
		status = receive_message(wire, ret_reply);
	close_wire(wire);
	return status;
}

static enum status
ask_by_tcp(struct wire *wire, struct answer *ret_answer)
{
	struct slice reply;
	enum status status = talk(wire, &reply);

	if (status != STATUS_OK)
		return status;
	return packet_read(reply, wire->question, wire->arena, ret_answer);
}

enum status
exchange_send(const struct server *server, struct slice packet, int64_t until_ms,
    struct arena *arena, struct slice *ret_reply)
{
	struct wire wire = {
		.server = server,
		.query = packet,
		.until_ms = until_ms,
		.arena = arena,
		.fd = -1,
	};

	return talk(&wire, ret_reply);
}

/* ---- both ---- */

static enum status
ask_once(const struct server *server, const struct question *question, int64_t until_ms,
    struct arena *arena, struct answer *ret_answer)
{
	char storage[PACKET_UDP_MAX];
	struct buf query;
	struct wire wire = {
		.server = server,
		.question = question,
		.until_ms = until_ms,
		.arena = arena,
		.fd = -1,
	};
	enum status status;

	buf_init_fixed(&query, storage, sizeof(storage));
	status = packet_put(&query, question);
	wire.query = buf_slice(&query);
	if (status == STATUS_OK)
		status = ask_by_udp(&wire, ret_answer);
	if (status == STATUS_OK && ret_answer->is_truncated)
		status = ask_by_tcp(&wire, ret_answer);
	return status;
}

static enum status
choose_id(struct question *question)
{
	ssize_t got = getrandom(&question->id, sizeof(question->id), 0);

	return got == (ssize_t)sizeof(question->id) ? STATUS_OK : STATUS_SYSTEM;
}

static bool
does_not_know_edns(const struct answer *answer)
{
	return answer->rcode == RCODE_FORMERR || answer->rcode == RCODE_NOTIMP;
}

enum status
exchange_ask(const struct server *server, struct question *question, int64_t until_ms,
    struct arena *arena, struct answer *ret_answer)
{
	struct answer answer = { 0 };
	enum status status = choose_id(question);

	question->has_edns = true;
	if (status == STATUS_OK)
		status = ask_once(server, question, until_ms, arena, &answer);
	if (status == STATUS_OK && does_not_know_edns(&answer)) {
		question->has_edns = false;
		status = choose_id(question);
		if (status == STATUS_OK)
			status = ask_once(server, question, until_ms, arena, &answer);
	}
	if (status == STATUS_OK)
		*ret_answer = answer;
	return status;
}
