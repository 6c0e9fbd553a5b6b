/* SPDX-License-Identifier: ISC */
#include "milter/libmilter.h"

#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/scan.h"
#include "milter/libmilter_accept.h"
#include "milter/libmilter_socket.h"
#include "process/clock.h"
#include "milter/rewriting.h"
#include "process/log.h"
#include "process/work.h"
#include "process/threads.h"

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

/* Of insheader's value: "\r" goes, so it never grows. */
#define FIELD_VALUE_MAX 65000U

/* Steps we have no use for, and replies nobody needs to wait for. */
#define STEPS_UNUSED (SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NODATA | SMFIP_NOUNKNOWN)
#define REPLIES_UNUSED (SMFIP_NR_CONN | SMFIP_NR_MAIL | SMFIP_NR_HDR | SMFIP_NR_EOH)

/* What is said of every connection of an MTA that is set up wrong is said so often. */
#define REFUSAL_LOGGED_EVERY_MS 60000

/* To connections there is no room for. */
static const struct session_verdict no_room = { SESSION_TEMPFAIL, "451", "4.3.2",
	"Too many connections at present, try again later" };

static const struct session_house *house;
static struct room *room;

/*
 * What was agreed on last. QUIT_NC ends a connection of which the socket goes
 * on with a new CONNECT and without a negotiation: what was agreed on holds.
 * libmilter itself knows one set of steps for all connections.
 */
static atomic_ulong agreed_steps;
static atomic_ulong agreed_actions;

/* What a connection is for libmilter. */
struct connection {
	struct session *session; /* NULL: there is no room for one */
	unsigned long steps; /* the SMFIP_* bits agreed on */
	struct session_verdict verdict; /* on the message, given when next a reply is due */
};

/* The reply of a step whose reply may have been negotiated away. */
static sfsistat
reply_unless(const struct connection *connection, unsigned long bit)
{
	return (connection->steps & bit) != 0 ? SMFIS_NOREPLY : SMFIS_CONTINUE;
}

static const char *
macro(SMFICTX *ctx, const char *name)
{
	char symbol[64];
	const char *value;

	(void)snprintf(symbol, sizeof(symbol), "%s", name);
	value = smfi_getsymval(ctx, symbol);
	return value != NULL ? value : "";
}

/* STATUS_OK, too, when there is no room. */
static enum status
give_session(struct connection *connection)
{
	enum status status;

	if (!room_enter(room))
		return STATUS_OK;
	status = session_new(house, &connection->session);
	if (status != STATUS_OK)
		room_leave(room);
	return status;
}

static void
allow(struct connection *connection, unsigned long actions)
{
	const struct session_rights rights = {
		.may_change_header = (actions & SMFIF_CHGHDRS) != 0,
		.may_change_sender = (actions & SMFIF_CHGFROM) != 0,
	};

	if (connection->session != NULL)
		session_allow(connection->session, &rights);
}

/* The connection, made when a callback is the first to need it; NULL without memory. */
static struct connection *
get_connection(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL)
		return connection;
	connection = calloc(1, sizeof(*connection));
	if (connection == NULL)
		return NULL;
	if (give_session(connection) != STATUS_OK) {
		free(connection);
		return NULL;
	}
	connection->steps = atomic_load(&agreed_steps);
	allow(connection, atomic_load(&agreed_actions));
	connection->verdict.action = SESSION_CONTINUE;
	(void)smfi_setpriv(ctx, connection);
	return connection;
}

/* NULL, too, when it is one there is no room for. */
static struct connection *
get_served(SMFICTX *ctx)
{
	struct connection *connection = get_connection(ctx);

	return connection != NULL && connection->session != NULL ? connection : NULL;
}

/* ---- replies ---- */

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

static sfsistat
to_reply(SMFICTX *ctx, const struct session_verdict *verdict)
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

/* ---- callbacks, in the order of a message ---- */

/* Explicit lists for every stage we read: Postfix empties all others as soon as one is given. */
static void
set_macros(SMFICTX *ctx)
{
	static const struct {
		int stage;
		const char *names;
	} rows[] = {
		{ SMFIM_CONNECT, "j v {daemon_name}" },
		{ SMFIM_ENVFROM, "i {auth_type} {auth_authen}" },
		{ SMFIM_EOH, "i" },
		{ SMFIM_EOM, "i" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char names[64];

		(void)snprintf(names, sizeof(names), "%s", rows[i].names);
		(void)smfi_setsymlist(ctx, rows[i].stage, names);
	}
}

/* A right not needed is a reason to fail. */
static unsigned long
wanted_actions(void)
{
	struct options *options = shelf_hold(house->shelf);
	unsigned long wanted = SMFIF_ADDHDRS |
	    (rewriting_needs_header(options) ? SMFIF_CHGHDRS : 0UL) |
	    (rewriting_needs_sender(options) ? SMFIF_CHGFROM : 0UL);

	shelf_release(&options);
	return wanted;
}

/* Once in a while: whoever can connect could fill the log with it. */
static void
report_refusal(void)
{
	static _Atomic int64_t next_ms;
	int64_t now_ms = clock_monotonic_ms();
	int64_t expected = atomic_load(&next_ms);

	if (now_ms >= expected &&
	    atomic_compare_exchange_strong(&next_ms, &expected, now_ms + REFUSAL_LOGGED_EVERY_MS))
		log_write(LOG_LEVEL_ERROR,
		    "connection refused: the MTA does not let header fields be added%s%s",
		    (wanted_actions() & SMFIF_CHGHDRS) != 0 ? ", removed (stamp_header, sender_header)" : "",
		    (wanted_actions() & SMFIF_CHGFROM) != 0 ? ", the sender changed (envelope_sender)" : "");
}

static void
agree_on(struct connection *connection, unsigned long actions)
{
	allow(connection, actions);
	atomic_store(&agreed_steps, connection->steps);
	atomic_store(&agreed_actions, actions);
}

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused2,
    unsigned long unused3, unsigned long *ret_actions, unsigned long *ret_steps,
    unsigned long *ret_unused2, unsigned long *ret_unused3)
{
	struct connection *connection = get_connection(ctx);
	unsigned long wanted = wanted_actions();

	(void)unused2;
	(void)unused3;
	if (connection == NULL)
		return SMFIS_REJECT;
	if ((actions & wanted) != wanted) {
		report_refusal();
		return SMFIS_REJECT;
	}
	if ((actions & SMFIF_SETSYMLIST) != 0)
		set_macros(ctx);
	connection->steps = steps & (STEPS_UNUSED | REPLIES_UNUSED | SMFIP_HDR_LEADSPC);
	if (connection->session != NULL)
		agree_on(connection, wanted);
	else
		connection->steps &= ~(unsigned long)REPLIES_UNUSED; /* it is told at the first one */
	*ret_actions = wanted | (actions & SMFIF_SETSYMLIST);
	*ret_steps = connection->steps;
	*ret_unused2 = 0;
	*ret_unused3 = 0;
	return SMFIS_CONTINUE;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *client)
{
	struct connection *connection = get_connection(ctx);

	(void)host;
	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	if (connection->session == NULL)
		return to_reply(ctx, &no_room);
	session_connect(connection->session, (const struct sockaddr *)client,
	    macro(ctx, "{daemon_name}"));
	return reply_unless(connection, SMFIP_NR_CONN);
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
	struct connection *connection = get_served(ctx);
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
	return reply_unless(connection, SMFIP_NR_MAIL);
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
	struct connection *connection = get_served(ctx);
	struct slice name_slice = slice_from_text(name);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	if ((connection->steps & SMFIP_HDR_LEADSPC) != 0)
		session_header(connection->session, name_slice, slice_from_text(value));
	else if (put_space_back(connection->session, name_slice, value) != STATUS_OK)
		session_lose_header(connection->session);
	return reply_unless(connection, SMFIP_NR_HDR);
}

static sfsistat
on_header_end(SMFICTX *ctx)
{
	struct connection *connection = get_served(ctx);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	work_begin(house->work);
	session_header_end(connection->session, macro(ctx, "i"), &connection->verdict);
	work_end(house->work);
	if ((connection->steps & SMFIP_NR_EOH) != 0)
		return SMFIS_NOREPLY;
	return to_reply(ctx, &connection->verdict);
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	struct connection *connection = get_served(ctx);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	session_body(connection->session, slice_of(bytes, len));
	return to_reply(ctx, &connection->verdict);
}

/* Line ends inside a value go out as bare LF; one leading space is the MTA's unless we agreed otherwise. */
static enum status
insert_field(void *context, const char *name, struct slice value)
{
	SMFICTX *ctx = context;
	const struct connection *connection = smfi_getpriv(ctx);
	bool is_exact = (connection->steps & SMFIP_HDR_LEADSPC) != 0;
	char field_name[72]; /* no name in the settings is longer */
	struct buf text;
	enum status status;

	buf_init(&text, FIELD_VALUE_MAX);
	if (!is_exact && slice_starts_with(value, SLICE_LITERAL(" ")))
		value = slice_after(value, 1);
	while (value.len > 0)
		buf_put(&text, slice_cut(&value, '\r'));
	buf_put_char(&text, '\0');
	(void)snprintf(field_name, sizeof(field_name), "%s", name);
	status = buf_status(&text);
	if (status == STATUS_OK && smfi_insheader(ctx, 0, field_name, text.ptr) != MI_SUCCESS)
		status = STATUS_SYSTEM;
	buf_done(&text);
	return status;
}

static enum status
remove_field(void *context, const char *name, size_t index)
{
	char field_name[72];

	(void)snprintf(field_name, sizeof(field_name), "%s", name);
	return smfi_chgheader(context, field_name, (int)index, NULL) == MI_SUCCESS ? STATUS_OK
	                                                                         : STATUS_SYSTEM;
}

static enum status
set_sender(void *context, const char *address)
{
	char path[320];

	(void)snprintf(path, sizeof(path), "<%s>", address);
	return smfi_chgfrom(context, path, NULL) == MI_SUCCESS ? STATUS_OK : STATUS_SYSTEM;
}

static void
end_message(SMFICTX *ctx, struct connection *connection)
{
	const struct session_editor editor = { insert_field, remove_field, set_sender, ctx };

	work_begin(house->work);
	session_end(connection->session, macro(ctx, "i"), &editor, &connection->verdict);
	work_end(house->work);
}

static sfsistat
on_end(SMFICTX *ctx)
{
	struct connection *connection = get_served(ctx);

	if (connection == NULL)
		return SMFIS_TEMPFAIL;
	if (connection->verdict.action == SESSION_CONTINUE)
		end_message(ctx, connection);
	/* the same to an MTA, but after an accept libmilter is deaf to QUIT_NC, and to the CONNECT of the next client */
	if (connection->verdict.action == SESSION_ACCEPT)
		return SMFIS_CONTINUE;
	return to_reply(ctx, &connection->verdict);
}

static sfsistat
on_abort(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection != NULL && connection->session != NULL)
		session_abort(connection->session);
	return SMFIS_CONTINUE;
}

/* May come twice, and without a connect. */
static sfsistat
on_close(SMFICTX *ctx)
{
	struct connection *connection = smfi_getpriv(ctx);

	if (connection == NULL)
		return SMFIS_CONTINUE;
	(void)smfi_setpriv(ctx, NULL);
	if (connection->session != NULL)
		room_leave(room);
	session_free(&connection->session);
	free(connection);
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
    const struct session_house *shared, int listen_fd, int *ret_fd, struct error *err)
{
	enum status status;

	house = shared;
	status = register_callbacks(err);
	if (status != STATUS_OK)
		return status;
	(void)smfi_setmaxdatasize(PACKET_MAX_BYTES);
	threads_set_stack(THREAD_STACK_BYTES);
	return libmilter_socket_give(listen_fd, ret_fd, err);
}

enum status
libmilter_run(struct room *accepting, struct error *err)
{
	room = accepting;
	libmilter_accept_into(accepting);
	if (smfi_main() != MI_SUCCESS)
		return error_set(err, STATUS_SYSTEM, "libmilter failed");
	return error_set(err, STATUS_UNAVAILABLE, "libmilter stopped");
}
