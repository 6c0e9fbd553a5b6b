/* SPDX-License-Identifier: ISC */
#include "milter/libmilter.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/scan.h"
#include "milter/libmilter_accept.h"
#include "milter/libmilter_editor.h"
#include "milter/libmilter_negotiation.h"
#include "milter/libmilter_reply.h"
#include "milter/libmilter_socket.h"
#include "process/threads.h"
#include "process/work.h"

/* Before 8.14.3 (1.0.1) negotiation did not work as documented. */
#define LIBMILTER_VERSION_MIN 0x01000001U

/* Small stacks: libmilter makes as many threads as connections are busy. */
#define THREAD_STACK_BYTES (512U * 1024)

/*
 * Of what the MTA says at once: more than any header_max_bytes, whatever it is
 * set to. A larger packet makes libmilter hang up without a word, and the
 * message is put off again and again; what is over our own limits is refused.
 */
#define PACKET_MAX_BYTES (65U * 1024 * 1024)

static const char *
macro(SMFICTX *ctx, const char *name)
{
	char symbol[64];
	const char *value;

	(void)snprintf(symbol, sizeof(symbol), "%s", name);
	value = smfi_getsymval(ctx, symbol);
	return value != NULL ? value : "";
}

/* ---- callbacks, in the order of a message ---- */

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused2,
    unsigned long unused3, unsigned long *ret_actions, unsigned long *ret_steps,
    unsigned long *ret_unused2, unsigned long *ret_unused3)
{
	(void)unused2;
	(void)unused3;
	*ret_unused2 = 0;
	*ret_unused3 = 0;
	return libmilter_negotiate(ctx, actions, steps, ret_actions, ret_steps);
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *client)
{
	struct libmilter_connection *connection = libmilter_connection_get(ctx);

	(void)host;
	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	if (connection->session == NULL)
		return libmilter_reply_no_room(ctx);
	session_connect(connection->session, (const struct sockaddr *)client,
	    macro(ctx, "{daemon_name}"));
	return libmilter_reply_unless(connection, SMFIP_NR_CONN);
}

static bool
has_parameter(char **arguments, struct slice name)
{
	for (size_t i = 1; arguments != NULL && arguments[0] != NULL && arguments[i] != NULL; i++) {
		if (slice_equal_nocase(slice_from_text(arguments[i]), name))
			return true;
	}
	return false;
}

/* As its "v" Sendmail says its version alone; others say who they are: "Postfix 3.7.11". */
static bool
is_sendmail(const char *version)
{
	return scan_is_digit(version[0]);
}

static sfsistat
on_mail(SMFICTX *ctx, char **arguments)
{
	struct libmilter_connection *connection = libmilter_connection_get_served(ctx);
	struct message_envelope envelope;

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	envelope = (struct message_envelope){
		.sender = arguments != NULL && arguments[0] != NULL ? arguments[0] : "",
		.login = macro(ctx, "{auth_authen}"),
		.auth_type = macro(ctx, "{auth_type}"),
		.is_login_xtext = is_sendmail(macro(ctx, "v")), /* since 8.13 */
		.is_smtputf8 = has_parameter(arguments, SLICE_LITERAL("SMTPUTF8")),
	};
	session_mail(connection->session, &envelope);
	connection->verdict = (struct session_verdict){ .action = SESSION_CONTINUE };
	return libmilter_reply_unless(connection, SMFIP_NR_MAIL);
}

/* Without leading space the MTA took exactly one away: it is put back. */
static enum status
put_space_back(struct session *session, struct slice name, const char *value)
{
	struct buf exact;
	enum status status;

	buf_init(&exact, SIZE_MAX / 2);
	buf_put_char(&exact, ' ');
	buf_put_text(&exact, value);
	status = buf_status(&exact);
	if (status == STATUS_OK)
		session_header(session, name, buf_slice(&exact));
	buf_done(&exact);
	return status;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	struct libmilter_connection *connection = libmilter_connection_get_served(ctx);
	struct slice name_slice = slice_from_text(name);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	if ((connection->steps & SMFIP_HDR_LEADSPC) != 0)
		session_header(connection->session, name_slice, slice_from_text(value));
	else if (put_space_back(connection->session, name_slice, value) != STATUS_OK)
		session_lose_header(connection->session);
	return libmilter_reply_unless(connection, SMFIP_NR_HDR);
}

static sfsistat
on_header_end(SMFICTX *ctx)
{
	struct libmilter_connection *connection = libmilter_connection_get_served(ctx);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	work_begin(connection->house->work);
	session_header_end(connection->session, macro(ctx, "i"), &connection->verdict);
	work_end(connection->house->work);
	if ((connection->steps & SMFIP_NR_EOH) != 0)
		return SMFIS_NOREPLY;
	return libmilter_reply(ctx, &connection->verdict);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct libmilter_connection *connection = libmilter_connection_get_served(ctx);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	session_body(connection->session, slice_of(bytes, len));
	return libmilter_reply(ctx, &connection->verdict);
}

static void
end_message(SMFICTX *ctx, struct libmilter_connection *connection)
{
	const struct session_editor editor = libmilter_editor_of(ctx);

	work_begin(connection->house->work);
	session_end(connection->session, macro(ctx, "i"), &editor, &connection->verdict);
	work_end(connection->house->work);
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct libmilter_connection *connection = libmilter_connection_get_served(ctx);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	if (connection->verdict.action == SESSION_CONTINUE)
		end_message(ctx, connection);
	/* the same to an MTA, but after an accept libmilter is deaf to QUIT_NC, and to the CONNECT of the next client */
	if (connection->verdict.action == SESSION_ACCEPT)
		return SMFIS_CONTINUE;
	return libmilter_reply(ctx, &connection->verdict);
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct libmilter_connection *connection = smfi_getpriv(ctx);

	if (connection != NULL && connection->session != NULL)
		session_abort(connection->session);
	return SMFIS_CONTINUE;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	libmilter_connection_end(ctx);
	return SMFIS_CONTINUE;
}

/* ---- start ---- */

static enum status
register_callbacks(struct error *err)
{
	static char name[] = "signetd";
	struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_CHGFROM, /* what negotiation may ask for */
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_mail,
		.xxfi_header = on_header,
		.xxfi_eoh = on_header_end,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_abort = on_abort,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};
	unsigned major;
	unsigned minor;
	unsigned patch;

	(void)smfi_version(&major, &minor, &patch);
	if ((major << 24 | minor << 8 | patch) < LIBMILTER_VERSION_MIN)
		return error_set(err, STATUS_REFUSED, "libmilter %u.%u.%u is too old: 1.0.1 is needed",
		    major, minor, patch);
	if (smfi_register(description) != MI_SUCCESS)
		return error_set(err, STATUS_SYSTEM, "libmilter does not take the callbacks");
	return STATUS_OK;
}

enum status
libmilter_prepare(
    const struct session_house *house, int listen_fd, int *ret_fd, struct error *err)
{
	enum status status = register_callbacks(err);

	if (status != STATUS_OK)
		return status;
	libmilter_connection_set_house(house);
	(void)smfi_setmaxdatasize(PACKET_MAX_BYTES);
	threads_set_stack(THREAD_STACK_BYTES);
	return libmilter_socket_give(listen_fd, ret_fd, err);
}

enum status
libmilter_run(struct room *room, struct error *err)
{
	libmilter_connection_set_room(room);
	libmilter_accept_into(room);
	if (smfi_main() != MI_SUCCESS)
		return error_set(err, STATUS_SYSTEM, "libmilter failed");
	return error_set(err, STATUS_UNAVAILABLE, "libmilter stopped");
}
