/* SPDX-License-Identifier: ISC */
/*
 * Lines to journald, as datagrams of its native protocol. All programs of the
 * house share one socket, which the supervisor made: connected again by him it
 * is so for all of them, behind whatever walls they are.
 *
 * Nothing here waits, but log_journal_wait. Any thread.
 */
#ifndef PROCESS_LOG_JOURNAL_H
#define PROCESS_LOG_JOURNAL_H

#include <stdbool.h>

#include "base/slice.h"
#include "process/log_ring.h"

/* Where journald listens, or what SIGNETD_JOURNAL names. */
const char *log_journal_path(void);

/* A socket connected to it; -1 when nobody is there. Supervisor only: others may not. */
int log_journal_open(void);

/* Connects the socket to who listens there now; false: it stays as it is. Supervisor only. */
bool log_journal_connect(int fd);

/* What became of a datagram. */
enum log_journal_answer {
	LOG_JOURNAL_TAKEN,
	LOG_JOURNAL_FULL,    /* there is no room for it at present */
	LOG_JOURNAL_AWAY,    /* nobody is there at present */
	LOG_JOURNAL_REFUSED, /* it is no use to try again */
};

/* line: without line breaks, at most LOG_LINE_MAX octets. */
enum log_journal_answer log_journal_send(
    int fd, const char *program, int level, struct slice line);

/* Waits, at most timeout_ms, until it may be worth while to send again what had this answer. */
void log_journal_wait(int fd, enum log_journal_answer answer, int timeout_ms);

#endif
