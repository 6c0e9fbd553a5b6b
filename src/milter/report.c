/* SPDX-License-Identifier: ISC */
#include "milter/report.h"

#include <arpa/inet.h>

#include "base/buf.h"
#include "process/log.h"

#define LINE_MAX_BYTES 4800 /* below LOG_LINE_MAX; the longest line has some 4500 */
#define TEXT_MAX 256        /* of one value the sender chose */
_Static_assert(MEASURE_TEXT_MAX <= TEXT_MAX, "flaws are told in full");
#define TOKEN_MAX 128       /* of a queue id, of which no MTA has longer ones, and of a listener */

static void
put_key(struct buf *line, const char *key)
{
	buf_put_char(line, ' ');
	buf_put_text(line, key);
	buf_put_char(line, '=');
}

static void
put_word(struct buf *line, const char *key, const char *word)
{
	put_key(line, key);
	buf_put_text(line, word);
}

static void
put_number(struct buf *line, const char *key, uint64_t number)
{
	put_key(line, key);
	buf_put_u64(line, number);
}

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
	char *at;

	put_key(line, key);
	buf_put_char(line, '"');
	at = buf_extend(line, cut.len);
	for (size_t i = 0; i < cut.len && at != NULL; i++)
		at[i] = is_shown(cut.ptr[i]) ? cut.ptr[i] : '?';
	buf_put_char(line, '"');
}

/* Without quotes: what would end it becomes "?", too. */
static void
put_token(struct buf *line, const char *key, struct slice text)
{
	struct slice cut = slice_first(text, TOKEN_MAX);
	char *at;

	put_key(line, key);
	if (cut.len == 0)
		buf_put_char(line, '-');
	at = buf_extend(line, cut.len);
	for (size_t i = 0; i < cut.len && at != NULL; i++)
		at[i] = is_shown(cut.ptr[i]) && cut.ptr[i] != ' ' ? cut.ptr[i] : '?';
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
	put_word(line, "client", text);
}

static void
put_keys(struct buf *line, const struct verdict *verdict)
{
	for (size_t i = 0; i < verdict->signature_count; i++) {
		const struct match_choice *choice = &verdict->signatures[i].key;
		char id[ID_TEXT_SIZE];

		key_id_print(&choice->entry.id, id);
		put_word(line, "d", choice->domain);
		put_word(line, "s", choice->entry.selector);
		put_word(line, "a", word_text(algorithm_words, (int)choice->entry.algorithm));
		put_word(line, "key", id);
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
	buf_put_text(&line, "message");
	put_token(&line, "queue_id", slice_from_text(report->queue_id));
	put_word(&line, "decision", word_text(decision_words, (int)verdict->decision));
	put_word(&line, "reason", reason_row(verdict->reason)->word);
	put_word(&line, "org", verdict->org);
	put_token(&line, "listener", slice_from_text(report->listener));
	put_number(&line, "settings", report->settings);
	put_keys(&line, verdict);
	put_quoted(&line, "from", report->from_domain);
	put_quoted(&line, "envelope", report->envelope_domain);
	put_client(&line, report->client);
	put_quoted(&line, "login", report->login);
	put_quoted(&line, "message_id", report->message_id);
	put_number(&line, "header_bytes", report->header_bytes);
	put_number(&line, "body_bytes", report->body_bytes);
	put_number(&line, "us", report->duration_us > 0 ? (uint64_t)report->duration_us : 0);
	put_flaws(&line, report->measure);
	if (report->detail != NULL)
		put_quoted(&line, "detail", slice_from_text(report->detail));
	log_write_slice(verdict->decision == DECISION_TEMPFAIL ? LOG_LEVEL_ERROR : LOG_LEVEL_INFO,
	    buf_slice(&line));
}
