/* SPDX-License-Identifier: ISC */
#include "base/status.h"

static const char *const names[] = {
	[STATUS_OK] = "ok",
	[STATUS_NOT_FOUND] = "not-found",
	[STATUS_INVALID] = "invalid",
	[STATUS_TOO_LARGE] = "too-large",
	[STATUS_REFUSED] = "refused",
	[STATUS_CONFLICT] = "conflict",
	[STATUS_DAMAGED] = "damaged",
	[STATUS_UNAVAILABLE] = "unavailable",
	[STATUS_TIMEOUT] = "timeout",
	[STATUS_NO_MEMORY] = "no-memory",
	[STATUS_SYSTEM] = "system",
};

const char *
status_name(enum status status)
{
	if ((unsigned)status >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[status];
}
