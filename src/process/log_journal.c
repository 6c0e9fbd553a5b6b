/* SPDX-License-Identifier: ISC */
#include "process/log_journal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"
#define FIELDS_MAX 256 /* octets beside those of the line */

const char *
log_journal_path(void)
{
	const char *given = getenv("SIGNETD_JOURNAL");

	return given != NULL ? given : JOURNAL_SOCKET;
}

bool
log_journal_connect(int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", log_journal_path());
	return connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

int
log_journal_open(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || log_journal_connect(fd))
		return fd;
	(void)close(fd);
	return -1;
}

/*
 * When the receiver has closed his socket the first to send is refused, and
 * the others find theirs not connected; who made it anew is to be connected to.
 */
static enum log_journal_answer
answer_of(int number)
{
	switch (number) {
	case EAGAIN:
		return LOG_JOURNAL_FULL;
	case ECONNREFUSED:
	case ENOTCONN:
	case ENOBUFS:
	case ENOMEM:
		return LOG_JOURNAL_AWAY;
	default:
		return LOG_JOURNAL_REFUSED;
	}
}

enum log_journal_answer
log_journal_send(int fd, const char *program, int level, struct slice line)
{
	char bytes[LOG_LINE_MAX + FIELDS_MAX];
	struct buf datagram;

	buf_init_fixed(&datagram, bytes, sizeof(bytes));
	buf_put_format(&datagram,
	    "PRIORITY=%d\nSYSLOG_IDENTIFIER=%s\nSYSLOG_FACILITY=2\nMESSAGE=", level, program);
	buf_put(&datagram, line);
	buf_put_char(&datagram, '\n');
	if (buf_status(&datagram) != STATUS_OK)
		return LOG_JOURNAL_REFUSED;
	if (send(fd, datagram.ptr, datagram.len, MSG_DONTWAIT | MSG_NOSIGNAL) ==
	    (ssize_t)datagram.len)
		return LOG_JOURNAL_TAKEN;
	return answer_of(errno);
}

/* Of a socket that is not connected poll says that it can be written to. */
void
log_journal_wait(int fd, enum log_journal_answer answer, int timeout_ms)
{
	struct pollfd journal = { .fd = fd, .events = answer == LOG_JOURNAL_FULL ? POLLOUT : 0 };

	(void)poll(&journal, 1, timeout_ms);
}
