/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/tell.h"

#include <stdio.h>

#include "ctl/opendkim/remarks.h"
#include "ctl/print.h"

#define LINE_MAX_BYTES 8192

/* Files of others are printed here. */
static void
print_line(struct buf *line)
{
	for (size_t i = 0; i < line->len; i++) {
		unsigned char c = (unsigned char)line->ptr[i];

		(void)putchar(c < ' ' || c == 0x7f ? '?' : c);
	}
	(void)putchar('\n');
}

static void
put_place(struct buf *line, struct place place)
{
	buf_put_text(line, place.file);
	if (place.line > 0)
		buf_put_format(line, ":%u", place.line);
}

void
tell_report(const struct report *report)
{
	char storage[LINE_MAX_BYTES];
	struct buf line;

	for (const struct report_line *item = report->first; item != NULL; item = item->next) {
		buf_init_fixed(&line, storage, sizeof(storage));
		put_place(&line, item->place);
		buf_put_text(&line, ": ");
		buf_put(&line, slice_first(item->subject, 256));
		buf_put_format(&line, ": %s: %s", word_text(fate_words, (int)item->fate), item->text);
		print_line(&line);
	}
}

static void
put_key(struct buf *line, const struct plan_key *key)
{
	buf_put_text(line, "  d=");
	buf_put(line, key->domain);
	buf_put_text(line, " s=");
	buf_put(line, key->key->selector);
	buf_put_format(
	    line, " %s %s: ", word_text(domain_match_words, (int)key->domain_match), key->path);
}

static void
put_state(struct buf *line, const struct carried *carried)
{
	static const char *const texts[] = {
		[CARRY_PLANNED] = "would be imported and activated",
		[CARRY_SIGNS] = "signs now",
		[CARRY_THERE] = "is there, and signs",
		[CARRY_INACTIVE] = "is there, and does not sign",
		[CARRY_FAILED] = "is not carried over",
	};

	buf_put_text(line, texts[carried->state]);
	if (carried->id[0] != '\0')
		buf_put_format(line, " (%s)", carried->id);
	if (carried->why.text[0] != '\0')
		buf_put_format(line, ": %s", carried->why.text);
}

static void
tell_effect(const json_t *effect)
{
	const char *kind = json_member_text(effect, "effect");
	const char *id = json_member_text(effect, "id");

	if (kind == NULL || strcmp(kind, "stays") == 0)
		return;
	if (strcmp(kind, "narrowed") == 0)
		(void)printf("    %s becomes %s\n", id, json_member_text(effect, "new_domain_match"));
	else
		(void)printf("    %s is deactivated\n", id);
}

void
tell_key(const struct plan_key *key, const struct carried *carried)
{
	char storage[LINE_MAX_BYTES];
	const json_t *item;
	struct buf line;
	size_t index;

	buf_init_fixed(&line, storage, sizeof(storage));
	put_key(&line, key);
	put_state(&line, carried);
	print_line(&line);
	json_array_foreach(carried->effects, index, item)
		tell_effect(item);
	json_array_foreach(carried->warnings, index, item)
		(void)fprintf(stderr, "warning: %s\n", json_string_value(item));
}

/* ---- senders ---- */

static void
tell_difference(const struct plan *plan, const struct senders *senders)
{
	char storage[LINE_MAX_BYTES];
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	buf_put_text(&line, "  ");
	remarks_put_senders(senders, &line);
	buf_put_text(&line, ": opendkim: ");
	remarks_put_opendkim(senders, &line);
	buf_put_text(&line, "; signetd: ");
	remarks_put_signetd(plan, senders, &line);
	print_line(&line);
}

void
tell_senders(const struct plan *plan)
{
	bool is_first = true;

	for (size_t i = 0; i < plan->sender_count; i++) {
		if (plan_is_same(plan, &plan->senders[i]))
			continue;
		if (is_first)
			(void)printf("\nSenders whose mail would be signed otherwise:\n");
		is_first = false;
		tell_difference(plan, &plan->senders[i]);
	}
}

void
tell_snippet(struct slice snippet)
{
	(void)printf("\nFor signetd.conf:\n\n%.*s", SLICE_PRINT(snippet));
}

/* ---- JSON ---- */

/* What is not UTF-8 is left out. */
static json_t *
text_of(struct slice text)
{
	json_t *value = json_stringn(text.ptr, text.len);

	return value != NULL ? value : json_null();
}

json_t *
tell_report_json(const struct report *report)
{
	json_t *lines = json_array();

	for (const struct report_line *item = report->first; item != NULL; item = item->next)
		(void)json_array_append_new(lines,
		    json_pack("{s:o, s:i, s:o, s:s, s:o}", "file",
			text_of(slice_from_text(item->place.file)), "line", (int)item->place.line,
			"subject", text_of(item->subject), "fate",
			word_text(fate_words, (int)item->fate), "text",
			text_of(slice_from_text(item->text))));
	return lines;
}

json_t *
tell_key_json(const struct plan_key *key, const struct carried *carried)
{
	return json_pack("{s:o, s:s, s:o, s:o, s:s, s:s, s:o, s:O, s:O}", "domain",
	    text_of(key->domain), "domain_match",
	    word_text(domain_match_words, (int)key->domain_match), "selector",
	    text_of(key->key->selector), "file", text_of(slice_from_text(key->path)), "state",
	    word_text(carry_words, (int)carried->state), "id", carried->id, "why",
	    text_of(slice_from_text(carried->why.text)), "effects", carried->effects, "warnings",
	    carried->warnings);
}

typedef void putter(const struct plan *plan, const struct senders *senders, struct buf *out);

static void
put_senders(const struct plan *plan, const struct senders *senders, struct buf *out)
{
	(void)plan;
	remarks_put_senders(senders, out);
}

static void
put_opendkim(const struct plan *plan, const struct senders *senders, struct buf *out)
{
	(void)plan;
	remarks_put_opendkim(senders, out);
}

static json_t *
words_of(const struct plan *plan, const struct senders *senders, putter *put)
{
	char storage[LINE_MAX_BYTES];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	put(plan, senders, &text);
	return text_of(buf_slice(&text));
}

json_t *
tell_senders_json(const struct plan *plan)
{
	json_t *list = json_array();

	for (size_t i = 0; i < plan->sender_count; i++) {
		const struct senders *senders = &plan->senders[i];

		if (!plan_is_same(plan, senders))
			(void)json_array_append_new(list,
			    json_pack("{s:o, s:o, s:o}", "senders", words_of(plan, senders, put_senders),
				"opendkim", words_of(plan, senders, put_opendkim), "signetd",
				words_of(plan, senders, remarks_put_signetd)));
	}
	return list;
}
