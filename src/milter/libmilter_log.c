/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "process/log.h"

#define LEVEL_MASK 7     /* of a priority; above it is the facility */
#define TEXT_MAX 512     /* octets; longer ones are cut */
#define KINDS_MAX 64     /* that are told apart; libmilter has some fifty formats in all */

/* What libmilter says with one format. */
struct kind {
	const char *format;
	struct log_often often;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kind kinds[KINDS_MAX];

/* What there is no room for shares the last place. */
static struct log_often *
find_kind(const char *format)
{
	struct kind *kind = kinds;

	(void)pthread_mutex_lock(&lock);
	while (kind < &kinds[KINDS_MAX - 1] && kind->format != NULL && kind->format != format)
		kind++;
	if (kind->format == NULL)
		kind->often.kind = "libmilter"; /* once: from its first line on the log's writer reads it */
	kind->format = format;
	(void)pthread_mutex_unlock(&lock);
	return &kind->often;
}

/* Neither worse than an error nor less than a piece of information is known to our log. */
static enum log_level
level_of(int priority)
{
	int level = priority & LEVEL_MASK;

	if (level < LOG_LEVEL_ERROR)
		return LOG_LEVEL_ERROR;
	return level > LOG_LEVEL_INFO ? LOG_LEVEL_INFO : (enum log_level)level;
}

static void
say(int priority, const char *format, va_list args)
{
	char text[TEXT_MAX];

	if (vsnprintf(text, sizeof(text), format, args) >= 0)
		log_write_often(find_kind(format), level_of(priority), "libmilter said=\"%s\"", text);
}

void
syslog(int priority, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(priority, format, args);
	va_end(args);
}

void
__syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list args;

	(void)flag;
	va_start(args, format);
	say(priority, format, args);
	va_end(args);
}
