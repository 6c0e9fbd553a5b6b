/* SPDX-License-Identifier: ISC */
#include "bench/sample.h"

#define COLUMNS 76U

const struct word sample_words[] = {
	{ SAMPLE_TEXT, "text" },
	{ SAMPLE_BASE64, "base64" },
	{ SAMPLE_DOUBLE_SPACES, "double spaces" },
	{ SAMPLE_TRAILING_SPACE, "trailing space" },
	{ SAMPLE_BLANK_LINES, "blank lines" },
	{ SAMPLE_ONE_LINE, "one line" },
	{ 0, NULL },
};

void
sample_put_header(struct buf *out, const char *domain)
{
	buf_put_format(out,
	    "Received: from client.example.org (client.example.org [192.0.2.1])\n"
	    "Date: Fri, 20 Nov 2026 10:00:00 +0000\n"
	    "From: The Bench <news@%s>\n"
	    "Reply-To: answers@%s\n"
	    "To: Bob Example <bob@example.net>\n"
	    "Cc: carol@example.net\n"
	    "Subject: =?utf-8?q?Twenty_fields_and_a_body_of_text?=\n"
	    "Message-ID: <20261120100000.4bxQueueId@%s>\n"
	    "In-Reply-To: <20261119100000.4bxAnother@%s>\n"
	    "References: <20261118100000.4bxFirst@%s> <20261119100000.4bxAnother@%s>\n"
	    "MIME-Version: 1.0\n"
	    "Content-Type: text/plain; charset=utf-8; format=flowed\n"
	    "Content-Transfer-Encoding: 7bit\n"
	    "List-Id: The bench's readers <readers.%s>\n"
	    "List-Unsubscribe: <https://%s/u/0123456789abcdef>\n"
	    "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
	    "Feedback-ID: 20261120:news:bench\n"
	    "X-Mailer: bench 1.0\n"
	    "X-Campaign: twenty-fields\n"
	    "Auto-Submitted: auto-generated\n",
	    domain, domain, domain, domain, domain, domain, domain, domain);
}

/* A generator of its own, so that every machine measures the same mail. */
static uint32_t
draw(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static char
letter(uint32_t *state, const char *alphabet, uint32_t count)
{
	return alphabet[draw(state) % count];
}

/* Words of three to ten letters; what fills the line is up to the kind. */
static void
put_words(struct buf *out, uint32_t *state, const char *gap, size_t columns)
{
	size_t end = out->len + columns;

	while (out->len < end) {
		for (uint32_t left = 3 + draw(state) % 8; left > 0 && out->len < end; left--)
			buf_put_char(out, letter(state, "abcdefghijklmnopqrstuvwxyz", 26));
		if (out->len + strlen(gap) < end)
			buf_put_text(out, gap);
	}
}

static void
put_line(struct buf *out, uint32_t *state, enum sample_kind kind)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	switch (kind) {
	case SAMPLE_TEXT:
	case SAMPLE_ONE_LINE:
		put_words(out, state, " ", COLUMNS);
		break;
	case SAMPLE_DOUBLE_SPACES:
		put_words(out, state, "  ", COLUMNS);
		break;
	case SAMPLE_TRAILING_SPACE:
		put_words(out, state, " ", COLUMNS - 1);
		buf_put_char(out, ' ');
		break;
	case SAMPLE_BASE64:
		for (size_t i = 0; i < COLUMNS; i++)
			buf_put_char(out, letter(state, base64, 64));
		break;
	case SAMPLE_BLANK_LINES:
		break;
	}
	buf_put_text(out, kind == SAMPLE_ONE_LINE ? " " : "\r\n");
}

void
sample_put_body(struct buf *out, enum sample_kind kind, size_t size)
{
	uint32_t state = 20261120;
	size_t end = out->len + size;

	while (out->len < end && buf_status(out) == STATUS_OK)
		put_line(out, &state, kind);
	if (buf_status(out) != STATUS_OK)
		return;
	/* the last line is cut, but ends as a line does */
	out->len = end;
	memcpy(out->ptr + end - 2, "\r\n", 2);
}
