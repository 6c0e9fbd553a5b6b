/* SPDX-License-Identifier: ISC */
#include "milter/report.h"

#include <arpa/inet.h>

#include "base/buf.h"
#include "process/log.h"

#define LINE_MAX_BYTES 4800 /* below LOG_LINE_MAX; the longest line has some 4500 */
#define TEXT_MAX 256        /* of one value the sender chose */
_Static_assert(MEASURE_TEXT_MAX <= TEXT_MAX, "flaws are told in full");
#define TOKEN_MAX 128       /* of a queue id, of which no MTA has longer ones, and of a listener */

/* Printable ASCII but for the quote and the backslash; the rest becomes "?". */
static bool
is_shown(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static void
put_quoted(struct buf *line, const char *key, struct slice text)
{
	struct slice cut = slice_first(slice_trim(text), TEXT_MAX);

	buf_put_format(line, " %s=\"", key);
	for (size_t i = 0; i < cut.len; i++) {
		char c = cut.ptr[i];

		buf_put_char(line, is_shown(c) ? c : '?');
	}
	buf_put_char(line, '"');
}

/* Without quotes: what would end it becomes "?", too. */
static void
put_token(struct buf *line, const char *key, struct slice text)
{
	struct slice cut = slice_first(text, TOKEN_MAX);

	buf_put_format(line, "%s=%s", key, cut.len > 0 ? "" : "-");
	for (size_t i = 0; i < cut.len; i++) {
		char c = cut.ptr[i];

		buf_put_char(line, is_shown(c) && c != ' ' ? c : '?');
	}
}

static void
put_client(struct buf *line, const struct network *client)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char text[INET6_ADDRSTRLEN] = "local";

	if (client != NULL && memcmp(client->address, mapped, sizeof(mapped)) == 0)
		(void)inet_ntop(AF_INET, client->address + sizeof(mapped), text, sizeof(text));
	else if (client != NULL)
		(void)inet_ntop(AF_INET6, client->address, text, sizeof(text));
	buf_put_format(line, " client=%s", text);
}

static void
put_keys(struct buf *line, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct match_choice *choice = &verdict->signatures[i].key;
		char id[ID_TEXT_SIZE];

		key_id_print(&choice->entry.id, id);
		buf_put_format(line, " d=%s s=%s a=%s key=%s", choice->domain, choice->entry.selector,
		    word_text(algorithm_words, (int)choice->entry.algorithm), id);
	}
}

/* "fit" is there when there is something to say. */
static void
put_flaws(struct buf *line, const struct measure *measure)
{
	char storage[MEASURE_TEXT_MAX + 1]; /* and what formatting needs */
	struct buf flaws;

	if (measure == NULL || measure->flaws == 0)
		return;
	buf_init_fixed(&flaws, storage, sizeof(storage));
	measure_put(measure, &flaws);
	put_quoted(line, "fit", buf_slice(&flaws));
}

void
report_write(const struct report *report)
{
	const struct verdict *verdict = report->verdict;
	char storage[LINE_MAX_BYTES];
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	put_token(&line, "message queue_id", slice_from_text(report->queue_id));
	buf_put_format(&line, " decision=%s reason=%s org=%s",
	    word_text(decision_words, (int)verdict->decision), reason_row(verdict->reason)->word,
	    verdict->org);
	put_token(&line, " listener", slice_from_text(report->listener));
	buf_put_format(&line, " settings=%lu", (unsigned long)report->settings);
	put_keys(&line, verdict);
	put_quoted(&line, "from", report->from_domain);
	put_quoted(&line, "envelope", report->envelope_domain);
	put_client(&line, report->client);
	put_quoted(&line, "login", report->login);
	put_quoted(&line, "message_id", report->message_id);
	buf_put_format(&line, " header_bytes=%llu body_bytes=%llu us=%lld",
	    (unsigned long long)report->header_bytes, (unsigned long long)report->body_bytes,
	    (long long)report->duration_us);
	put_flaws(&line, report->measure);
	if (report->detail != NULL)
		put_quoted(&line, "detail", slice_from_text(report->detail));
	log_write_slice(verdict->decision == DECISION_TEMPFAIL ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
	    buf_slice(&line));
}
