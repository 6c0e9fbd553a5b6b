/* SPDX-License-Identifier: ISC */
/*
 * libmilter's syslog(). It logs by itself, to another place than we do, and a
 * line for each connection that breaks: so the syslog() that it calls is ours,
 * which the linker puts before the one of libc (docs/decisions/libmilter-log.md).
 *
 * Its lines are ours then: "libmilter said=…". Of each kind, which is the format
 * it has for it, as many are said as of any trouble that may come very often.
 */
#ifndef MILTER_LIBMILTER_LOG_H
#define MILTER_LIBMILTER_LOG_H

/* As syslog.h has it; any thread. priority: with or without a facility. */
void syslog(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What a library calls in its place that was compiled with _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
