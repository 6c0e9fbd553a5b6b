/* SPDX-License-Identifier: ISC */
/*
 * The log of one process: lines of key=value, to journald (native datagrams
 * over a socket inherited from the supervisor) or to stderr. After
 * log_start_writer, log_write only queues; one thread writes, and waits for a
 * journal that does not read while the lines that come meanwhile gather. What
 * there is no room for is counted, and said once, when lines get through again.
 *
 * Only programs log; library layers return. Any thread.
 */
#ifndef PROCESS_LOG_H
#define PROCESS_LOG_H

#include "base/error.h"
#include "base/slice.h"
#include "process/log_often.h"

/* The numbers of syslog(3). */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
};

/*
 * program is the identifier of every line. journal_fd is
 * log_journal_open's, or -1 for stderr. Until log_start_writer lines are
 * written by the caller himself.
 */
void log_open(const char *program, int journal_fd);

/*
 * What goes to the journal goes to stderr, too, if that is a terminal: until a
 * program is ready, somebody there waits for what it has to say.
 */
void log_echo_to_terminal(bool is_wanted);

/* How many lines may wait for the writer. */
#define LOG_LINES_MANY 512
#define LOG_LINES_FEW 32 /* where memory is dear, and no mail has lines */

/* Starts the writer thread; after the walls are up. */
MUST_CHECK enum status log_start_writer(unsigned lines, struct error *err);

/* The memory that a writer of so many lines takes, its stack included. */
size_t log_writer_bytes(unsigned lines);

void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Of what may come very often, by whoever likes: the first lines of a minute,
 * and then a count of the others.
 */
void log_write_often(struct log_often *often, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For lines that are built in a buf. */
void log_write_slice(enum log_level level, struct slice line);

/*
 * Writes out what is queued, waiting at most about a second. What comes later, of
 * threads that still work, they write themselves: a message that was begun after
 * the last one that a stop waited for has its line, too.
 */
void log_close(void);

#endif
