/* SPDX-License-Identifier: ISC */
#include "dkim/field.h"

#define LINE_MAX_OCTETS 78

/* "\tb=", at which every signature begins. */
#define SIGNATURE_COLUMN 3

/* A signature of 512 octets in base64. */
#define BASE64_MAX 1024

/* A value being folded. Without a CR, LF or tab in it, columns are octets. */
struct fold {
	struct buf *out;
	size_t column;
};

static void
put(struct fold *fold, struct slice text)
{
	buf_put(fold->out, text);
	fold->column += text.len;
}

static void
put_fold(struct fold *fold)
{
	buf_put_text(fold->out, "\r\n\t");
	fold->column = 1;
}

/* Before something of len octets: a space where it fits the line, else a new line. */
static void
put_separator(struct fold *fold, size_t len)
{
	if (fold->column + 1 + len > LINE_MAX_OCTETS)
		put_fold(fold);
	else
		put(fold, SLICE_LITERAL(" "));
}

static void
put_tag(struct fold *fold, struct slice name, struct slice value)
{
	put_separator(fold, name.len + 1 + value.len + 1);
	put(fold, name);
	put(fold, SLICE_LITERAL("="));
	put(fold, value);
	put(fold, SLICE_LITERAL(";"));
}

static void
put_number_tag(struct fold *fold, struct slice name, int64_t number)
{
	char storage[20];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put_u64(&text, number > 0 ? (uint64_t)number : 0);
	put_tag(fold, name, buf_slice(&text));
}

static void
put_canonicalization(struct fold *fold, enum canon header, enum canon body)
{
	char storage[32];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put_text(&text, word_text(canon_words, (int)header));
	buf_put_char(&text, '/');
	buf_put_text(&text, word_text(canon_words, (int)body));
	put_tag(fold, SLICE_LITERAL("c"), buf_slice(&text));
}

static void
put_body_hash(struct fold *fold, const uint8_t hash[DIGEST_SIZE])
{
	char storage[64];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put_base64(&text, hash, DIGEST_SIZE);
	put_tag(fold, SLICE_LITERAL("bh"), buf_slice(&text));
}

/* "h=From:From:To;", folded after colons. */
static void
put_names(struct fold *fold, const struct choice *choice)
{
	const struct slice tag = SLICE_LITERAL("h=");

	put_separator(fold, tag.len + (choice->count > 0 ? choice->entries[0].name.len : 0) + 1);
	put(fold, tag);
	for (size_t i = 0; i < choice->count; i++) {
		struct slice name = choice->entries[i].name;

		if (fold->column + name.len + 1 > LINE_MAX_OCTETS)
			put_fold(fold);
		put(fold, name);
		if (i + 1 < choice->count)
			put(fold, SLICE_LITERAL(":"));
	}
	put(fold, SLICE_LITERAL(";"));
}

void
field_put_unsigned(struct buf *out, const struct field_params *params, const struct choice *choice,
    const uint8_t body_hash[DIGEST_SIZE])
{
	struct fold fold = { .out = out, .column = FIELD_NAME.len + 1 };

	put_tag(&fold, SLICE_LITERAL("v"), SLICE_LITERAL("1"));
	put_tag(&fold, SLICE_LITERAL("a"), params->algorithm);
	put_canonicalization(&fold, params->header_canon, params->body_canon);
	put_tag(&fold, SLICE_LITERAL("d"), params->domain);
	put_tag(&fold, SLICE_LITERAL("s"), params->selector);
	put_number_tag(&fold, SLICE_LITERAL("t"), params->signed_at);
	if (params->expires_at > 0)
		put_number_tag(&fold, SLICE_LITERAL("x"), params->expires_at);
	put_names(&fold, choice);
	put_body_hash(&fold, body_hash);
	put_fold(&fold);
	put(&fold, SLICE_LITERAL("b="));
}

void
field_put_signature(struct buf *out, const uint8_t *signature, size_t len)
{
	struct fold fold = { .out = out, .column = SIGNATURE_COLUMN };
	struct buf text;
	struct slice rest;

	buf_init(&text, BASE64_MAX);
	buf_put_base64(&text, signature, len);
	if (buf_status(&text) != STATUS_OK)
		out->status = buf_status(&text);
	for (rest = buf_slice(&text); rest.len > 0;) {
		struct slice line = slice_first(rest, LINE_MAX_OCTETS - fold.column);

		put(&fold, line);
		rest = slice_after(rest, line.len);
		if (rest.len > 0)
			put_fold(&fold);
	}
	buf_done(&text);
}
