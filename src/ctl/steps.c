/* SPDX-License-Identifier: ISC */
#include "ctl/steps.h"

static size_t
count_recipients(const struct step_source *from)
{
	return from->envelope->recipient_count;
}

static size_t
count_fields(const struct step_source *from)
{
	return from->message->count;
}

static size_t
count_chunks(const struct step_source *from)
{
	return (from->body.len + PACKET_BODY_CHUNK - 1) / PACKET_BODY_CHUNK;
}

/* Host name, family, and for an address its port and text. */
static void
put_connect(const struct step_source *from, size_t index, struct buf *out)
{
	const char *client = from->envelope->client;
	bool is_v6 = strchr(client, ':') != NULL;

	(void)index;
	if (strcmp(client, "local") == 0) {
		packet_put_text(out, SLICE_LITERAL("localhost"));
		buf_put_char(out, 'U');
		return;
	}
	buf_put_char(out, '[');
	buf_put_text(out, client);
	packet_put_text(out, SLICE_LITERAL("]"));
	buf_put_char(out, is_v6 ? '6' : '4');
	packet_put_u16(out, 0);
	packet_put_text(out, slice_from_text(client));
}

static void
put_helo(const struct step_source *from, size_t index, struct buf *out)
{
	(void)index;
	packet_put_text(out, slice_from_text(from->envelope->helo));
}

static void
put_address(struct buf *out, const char *address)
{
	buf_put_char(out, '<');
	buf_put_text(out, address);
	packet_put_text(out, SLICE_LITERAL(">"));
}

static void
put_mail(const struct step_source *from, size_t index, struct buf *out)
{
	(void)index;
	put_address(out, from->envelope->sender);
	if (from->envelope->is_smtputf8)
		packet_put_text(out, SLICE_LITERAL("SMTPUTF8"));
}

static void
put_rcpt(const struct step_source *from, size_t index, struct buf *out)
{
	put_address(out, from->envelope->recipients[index]);
}

static void
put_nothing(const struct step_source *from, size_t index, struct buf *out)
{
	(void)from;
	(void)index;
	(void)out;
}

/* Mail servers hand over line ends inside a value as bare LF. */
static void
put_with_lf(struct buf *out, struct slice value)
{
	for (size_t i = 0; i < value.len; i++) {
		bool is_crlf = value.ptr[i] == '\r' && i + 1 < value.len && value.ptr[i + 1] == '\n';

		if (value.ptr[i] == '\0')
			break;
		if (!is_crlf)
			buf_put_char(out, value.ptr[i]);
	}
	buf_put_char(out, '\0');
}

/* Unless values go verbatim, exactly one space (never a tab) after the colon is dropped. */
static void
put_field(const struct step_source *from, size_t index, struct buf *out)
{
	const struct message_field *field = &from->message->fields[index];
	bool is_verbatim = (from->protocol & PACKET_LEADING_SPACE) != 0;
	bool has_space = field->value.len > 0 && field->value.ptr[0] == ' ';

	packet_put_text(out, field->name);
	put_with_lf(out, slice_after(field->value, !is_verbatim && has_space ? 1 : 0));
}

static void
put_chunk(const struct step_source *from, size_t index, struct buf *out)
{
	struct slice rest = slice_after(from->body, index * PACKET_BODY_CHUNK);

	buf_put(out, slice_first(rest, PACKET_BODY_CHUNK));
}

const struct step steps[] = {
	{ PACKET_CONNECT, "connect", MACROS_CONNECT, PACKET_NO_CONNECT, PACKET_SILENT_CONNECT, NULL,
	    put_connect },
	{ PACKET_HELO, "helo", MACROS_HELO, PACKET_NO_HELO, PACKET_SILENT_HELO, NULL, put_helo },
	{ PACKET_MAIL, "mail", MACROS_MAIL, PACKET_NO_MAIL, PACKET_SILENT_MAIL, NULL, put_mail },
	{ PACKET_RCPT, "rcpt", MACROS_RCPT, PACKET_NO_RCPT, PACKET_SILENT_RCPT, count_recipients,
	    put_rcpt },
	{ PACKET_DATA, "data", MACROS_DATA, PACKET_NO_DATA, PACKET_SILENT_DATA, NULL, put_nothing },
	{ PACKET_HEADER, "header", MACROS_NONE, PACKET_NO_HEADERS, PACKET_SILENT_HEADER,
	    count_fields, put_field },
	{ PACKET_END_OF_HEADER, "eoh", MACROS_END_OF_HEADER, PACKET_NO_END_OF_HEADER,
	    PACKET_SILENT_END_OF_HEADER, NULL, put_nothing },
	{ PACKET_BODY, "body", MACROS_NONE, PACKET_NO_BODY, PACKET_SILENT_BODY, count_chunks,
	    put_chunk },
	{ PACKET_END_OF_MESSAGE, "eom", MACROS_END_OF_MESSAGE, 0, 0, NULL, put_nothing },
	{ .name = NULL },
};
