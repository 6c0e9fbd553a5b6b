/* SPDX-License-Identifier: ISC */
#include "keeper/dns_line.h"

#include <stdio.h>

#include "lifecycle/publication.h"

_Static_assert(FRAME_SENTENCE_SIZE == DNS_SENTENCE_SIZE, "one size of a sentence");
_Static_assert(FRAME_DIGEST_SIZE == DNS_DIGEST_SIZE, "one size of a digest");
_Static_assert(FRAME_NAME_SIZE > DOMAIN_MAX, "a name fits into a frame");

static void
write_names(const struct key_set *set, enum slot slot, struct frame_look *frame)
{
	struct buf name;

	/* made up of checked parts: it fits */
	buf_init_fixed(&name, frame->name, sizeof(frame->name));
	publication_put_name(&name, set, slot);
	(void)buf_text(&name);
	(void)snprintf(frame->domain, sizeof(frame->domain), "%s", set->domain);
	if (set->publication == PUBLICATION_DELEGATED)
		(void)snprintf(frame->target, sizeof(frame->target), "%s",
		    set->slots[slot].txt_record_name);
}

enum status
dns_line_look(struct line *dns, const struct key_set *set, enum slot slot,
    const uint8_t key_sha256[DNS_DIGEST_SIZE], int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_look frame = {
		.algorithm = (uint32_t)set->algorithm,
		.is_test_mode = set->test_mode ? 1 : 0,
	};
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_LOOK,
		.answer_type = FRAME_LOOKED,
		.answer_size = sizeof(struct frame_looked),
		.deadline_ms = now_ms + DNS_LINE_LOOK_MS,
	};

	write_names(set, slot, &frame);
	memcpy(frame.key_sha256, key_sha256, sizeof(frame.key_sha256));
	return line_ask(dns, &question, answer, context);
}

/* A code that is none of ours comes from a dns that is none of ours. */
static bool
is_known(uint32_t code)
{
	for (const struct word *word = dns_code_words; word->text != NULL; word++) {
		if ((uint32_t)word->value == code && code != DNS_CODE_NONE)
			return true;
	}
	return false;
}

/* dns has read what anybody wrote: its texts end where their field ends, and are plain ASCII. */
static void
take_text(const char *from, char *ret_text, size_t size)
{
	size_t i = 0;

	for (; i + 1 < size && from[i] != '\0'; i++) {
		bool is_plain = (from[i] >= ' ' && from[i] <= '~') || from[i] == '\n';

		ret_text[i] = is_plain ? from[i] : '?';
	}
	ret_text[i] = '\0';
}

static enum status
fail(enum status status, struct error *err)
{
	return error_set(err, status == STATUS_OK ? STATUS_SYSTEM : status,
	    "the look at DNS came to no verdict (%s): see the log of signetd-dns",
	    status_name(status));
}

enum status
dns_line_take_look(const union frame *answer, struct dns_line_look *ret_look, struct error *err)
{
	struct frame_looked frame;
	struct dns_line_look look = { .ttl_s = 0 };

	memcpy(&frame, answer, sizeof(frame));
	if (frame.status != STATUS_OK || !is_known(frame.code))
		return fail((enum status)frame.status, err);
	look.verdict.code = (enum dns_code)frame.code;
	look.verdict.state = dns_code_state(look.verdict.code);
	look.verdict.has_seen_key = frame.has_key != 0;
	if (look.verdict.has_seen_key)
		memcpy(look.verdict.key_sha256, frame.key_sha256, sizeof(frame.key_sha256));
	look.ttl_s = frame.ttl_s;
	look.is_secure = frame.is_secure != 0;
	take_text(frame.sentence, look.verdict.sentence, FRAME_SENTENCE_SIZE);
	take_text(frame.advice, look.advice, FRAME_SENTENCE_SIZE);
	take_text(frame.story, look.story, FRAME_STORY_SIZE);
	*ret_look = look;
	return STATUS_OK;
}

enum status
dns_line_align(struct line *dns, const char *domain, const char *envelope,
    enum domain_match domain_match, int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_align frame = { .domain_match = (uint32_t)domain_match };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_ALIGN,
		.answer_type = FRAME_ALIGNED,
		.answer_size = sizeof(struct frame_aligned),
		.deadline_ms = now_ms + DNS_LINE_LOOK_MS,
	};

	(void)snprintf(frame.domain, sizeof(frame.domain), "%s", domain);
	(void)snprintf(frame.envelope, sizeof(frame.envelope), "%s", envelope);
	return line_ask(dns, &question, answer, context);
}

enum status
dns_line_take_notes(const union frame *answer, struct dns_line_note ret_notes[FRAME_NOTES_MAX],
    unsigned *ret_count, struct error *err)
{
	struct frame_aligned frame;

	memcpy(&frame, answer, sizeof(frame));
	if (frame.status != STATUS_OK || frame.note_count > FRAME_NOTES_MAX)
		return fail((enum status)frame.status, err);
	for (unsigned i = 0; i < frame.note_count; i++) {
		ret_notes[i].is_warning = frame.notes[i].level > 1;
		take_text(frame.notes[i].text, ret_notes[i].text, FRAME_NOTE_SIZE);
	}
	*ret_count = frame.note_count;
	return STATUS_OK;
}

enum status
dns_line_publish(struct line *dns, const char *name, struct slice text, uint32_t ttl_s,
    int64_t now_ms, line_answer *answer, void *context)
{
	struct frame_publish frame = { .ttl_s = ttl_s, .text_len = (uint32_t)text.len };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_PUBLISH,
		.answer_type = FRAME_PUBLISHED,
		.answer_size = sizeof(struct frame_published),
		.deadline_ms = now_ms + DNS_LINE_LOOK_MS,
	};

	if (text.len > sizeof(frame.text))
		return STATUS_TOO_LARGE;
	(void)snprintf(frame.name, sizeof(frame.name), "%s", name);
	memcpy(frame.text, text.ptr, text.len);
	return line_ask(dns, &question, answer, context);
}

enum status
dns_line_take_published(const union frame *answer, struct error *err)
{
	struct frame_published frame;
	char sentence[FRAME_SENTENCE_SIZE];

	memcpy(&frame, answer, sizeof(frame));
	if (frame.status == STATUS_OK)
		return STATUS_OK;
	take_text(frame.sentence, sentence, sizeof(sentence));
	return error_set(err, (enum status)frame.status, "%s", sentence);
}
