/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_reply.h"

#include <stdio.h>

/* To connections there is no room for. */
static const struct session_verdict no_room = { SESSION_TEMPFAIL, "451", "4.3.2",
	"Too many connections at present, try again later" };

sfsistat
libmilter_reply_unless(const struct libmilter_connection *connection, unsigned long bit)
{
	return (connection->steps & bit) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

/* libmilter wants its texts writable, and "%" doubled: ours have none. */
static void
set_reply(SMFICTX *ctx, const struct session_verdict *verdict)
{
	char code[4];
	char enhanced[12];
	char text[REASON_TEXT_MAX];

	if (verdict->code == NULL)
		return;
	(void)snprintf(code, sizeof(code), "%s", verdict->code);
	(void)snprintf(enhanced, sizeof(enhanced), "%s", verdict->enhanced);
	(void)snprintf(text, sizeof(text), "%s", verdict->text);
	(void)smfi_setreply(ctx, code, enhanced, text);
}

sfsistat
libmilter_reply(SMFICTX *ctx, const struct session_verdict *verdict)
{
	set_reply(ctx, verdict);
	switch (verdict->action) {
	case SESSION_CONTINUE:
		return SMFIS_CONTINUE;
	case SESSION_ACCEPT:
		return SMFIS_ACCEPT;
	case SESSION_REJECT:
		return SMFIS_REJECT;
	case SESSION_TEMPFAIL:
		return SMFIS_TEMPFAIL;
	}
	return SMFIS_TEMPFAIL;
}

sfsistat
libmilter_reply_no_room(SMFICTX *ctx)
{
	return libmilter_reply(ctx, &no_room);
}
