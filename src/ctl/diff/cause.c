/* SPDX-License-Identifier: ISC */
#include "ctl/diff/cause.h"

#include "ctl/diff/text.h"

/* Sendmail cuts from 990 octets on, Postfix from 998. */
#define LONG_LINE_MIN 990

#define WHITE_SPACE " \t\r\n"

const struct word cause_words[] = {
	{ CAUSE_LONG_LINE, "long-line" },
	{ CAUSE_CONVERTED, "converted" },
	{ CAUSE_FOOTER, "footer-added" },
	{ CAUSE_BODY_CUT, "body-cut" },
	{ CAUSE_LINES_ADDED, "lines-added" },
	{ CAUSE_LINES_REMOVED, "lines-removed" },
	{ CAUSE_REQUOTED, "requoted" },
	{ CAUSE_DISPLAY_NAME, "display-name" },
	{ CAUSE_ADDRESS, "address-rewritten" },
	{ CAUSE_TEXT_ADDED, "text-added" },
	{ CAUSE_TEXT_CUT, "text-cut" },
	{ CAUSE_CONTENT_TYPE, "content-type" },
	{ CAUSE_TRAILING_SPACE, "trailing-space" },
	{ CAUSE_SPACING, "spacing" },
	{ CAUSE_REFOLDED, "refolded" },
	{ CAUSE_NAME_CASE, "name-case" },
	{ CAUSE_LINE_END, "line-end" },
	{ CAUSE_ESCAPED, "escaped" },
	{ CAUSE_FIELD_ADDED, "field-added" },
	{ CAUSE_FIELD_REMOVED, "field-removed" },
	{ CAUSE_REORDERED, "reordered" },
	{ CAUSE_CHANGED, "changed" },
	{ CAUSE_OTHER_SIGNATURE, "other-signature" },
	{ CAUSE_SIGNATURE_REMOVED, "signature-removed" },
	{ 0, NULL },
};

static const struct word sentences[] = {
	{ CAUSE_LONG_LINE, "a line over 990 or 998 octets was cut in two by the server that sent it on" },
	{ CAUSE_CONVERTED, "the text was written in another encoding, as for a server without 8BITMIME" },
	{ CAUSE_FOOTER, "text was added at the end, as mailing lists and disclaimers do" },
	{ CAUSE_BODY_CUT, "the end of the body is missing" },
	{ CAUSE_LINES_ADDED, "lines were put in" },
	{ CAUSE_LINES_REMOVED, "lines were taken out" },
	{ CAUSE_REQUOTED, "quotes were put around a name, or taken away, as Sendmail does" },
	{ CAUSE_DISPLAY_NAME, "the name beside an address was changed" },
	{ CAUSE_ADDRESS, "an address was rewritten" },
	{ CAUSE_TEXT_ADDED, "text was put before or behind what was there, as mailing lists do" },
	{ CAUSE_TEXT_CUT, "the end of it was cut off" },
	{ CAUSE_CONTENT_TYPE, "the type of the content, or a parameter of it, was changed" },
	{ CAUSE_TRAILING_SPACE, "white space at the end of a line was added or taken away" },
	{ CAUSE_SPACING, "white space was changed, as Sendmail does between addresses" },
	{ CAUSE_REFOLDED, "it was folded anew, which c=relaxed would survive" },
	{ CAUSE_NAME_CASE, "the name of the field is in other letters, which c=relaxed would survive" },
	{ CAUSE_LINE_END, "a carriage return or line feed that ends no line was changed" },
	{ CAUSE_ESCAPED, "a character was put before the line, or taken away, as for a mailbox file or by SMTP" },
	{ CAUSE_FIELD_ADDED, "a field was added whose absence was signed" },
	{ CAUSE_FIELD_REMOVED, "a field that was signed is missing" },
	{ CAUSE_REORDERED, "fields of one name come in another order" },
	{ CAUSE_CHANGED, "it was changed" },
	{ CAUSE_OTHER_SIGNATURE, "this is another signature: of another message, or of another passage through a signer" },
	{ CAUSE_SIGNATURE_REMOVED, "the signature itself is missing" },
	{ 0, NULL },
};

const char *
cause_sentence(enum cause cause)
{
	return word_text(sentences, (int)cause);
}

bool
cause_is_converted(struct slice signed_body, struct slice received_body,
    struct slice signed_encoding, struct slice received_encoding)
{
	bool had = false;
	bool has = false;

	for (size_t i = 0; i < signed_body.len && !had; i++)
		had = (signed_body.ptr[i] & 0x80) != 0;
	for (size_t i = 0; i < received_body.len && !has; i++)
		has = (received_body.ptr[i] & 0x80) != 0;
	return had != has ||
	    !slice_equal_nocase(slice_trim(signed_encoding), slice_trim(received_encoding));
}

/* ---- fields ---- */

static bool
is_one_of(struct slice name, const char *const *names)
{
	for (; *names != NULL; names++) {
		if (slice_equal_nocase(name, slice_from_text(*names)))
			return true;
	}
	return false;
}

static bool
has_addresses(const struct diff_field *field)
{
	static const char *const names[] = { "From", "Sender", "Reply-To", "To", "Cc", "Resent-From",
		"Resent-Sender", "Resent-To", "Resent-Cc", NULL };

	return is_one_of(field->name, names);
}

static bool
is_content_type(const struct diff_field *field)
{
	static const char *const names[] = { "Content-Type", NULL };

	return is_one_of(field->name, names);
}

static bool
is_field_converted(const struct diff_field *field)
{
	static const char *const names[] = { "Content-Transfer-Encoding", "Content-Type", "MIME-Version",
		NULL };

	return field->is_converted && is_one_of(field->name, names);
}

static bool
is_field_broken_up(const struct diff_field *field)
{
	return text_longest_line(field->signed_value) + field->name.len >= LONG_LINE_MIN &&
	    text_broken_len(slice_trim(field->signed_value), slice_trim(field->received_value)) > 0;
}

static bool
is_same_folded(const struct diff_field *field)
{
	bool has_fold = slice_find(field->signed_value, '\n') < field->signed_value.len ||
	    slice_find(field->received_value, '\n') < field->received_value.len;

	return has_fold && text_equal_spaced(field->signed_value, field->received_value);
}

static bool
is_same_spaced(const struct diff_field *field)
{
	return text_equal_without(field->signed_value, field->received_value, WHITE_SPACE);
}

static bool
is_same_trailing(const struct diff_field *field)
{
	return slice_equal(slice_trim(field->signed_value), slice_trim(field->received_value));
}

static bool
is_same_value(const struct diff_field *field)
{
	return slice_equal(field->signed_value, field->received_value);
}

static bool
is_same_quoted(const struct diff_field *field)
{
	return has_addresses(field) &&
	    text_equal_without(
	        field->signed_value, field->received_value, "\"\\" WHITE_SPACE);
}

static bool
is_same_address(const struct diff_field *field)
{
	return has_addresses(field) &&
	    text_has_same_addresses(field->signed_value, field->received_value);
}

static bool
is_longer(const struct diff_field *field)
{
	return text_contains(slice_trim(field->received_value), slice_trim(field->signed_value));
}

static bool
is_cut(const struct diff_field *field)
{
	return slice_starts_with(slice_trim(field->signed_value), slice_trim(field->received_value));
}

/* The first that fits. */
static const struct {
	bool (*fits)(const struct diff_field *field);
	enum cause cause;
} field_rules[] = {
	{ is_same_value, CAUSE_NAME_CASE },
	{ is_field_converted, CAUSE_CONVERTED },
	{ is_field_broken_up, CAUSE_LONG_LINE },
	{ is_same_trailing, CAUSE_TRAILING_SPACE },
	{ is_same_folded, CAUSE_REFOLDED },
	{ is_same_spaced, CAUSE_SPACING },
	{ is_same_quoted, CAUSE_REQUOTED },
	{ is_content_type, CAUSE_CONTENT_TYPE },
	{ is_same_address, CAUSE_DISPLAY_NAME },
	{ has_addresses, CAUSE_ADDRESS },
	{ is_longer, CAUSE_TEXT_ADDED },
	{ is_cut, CAUSE_TEXT_CUT },
};

enum cause
cause_of_field(const struct diff_field *field)
{
	for (size_t i = 0; i < sizeof(field_rules) / sizeof(field_rules[0]); i++) {
		if (field_rules[i].fits(field))
			return field_rules[i].cause;
	}
	return CAUSE_CHANGED;
}

/* ---- bodies ---- */

static struct slice
first_line(struct slice rest)
{
	struct slice line = slice_cut(&rest, '\n');

	if (slice_ends_with(line, SLICE_LITERAL("\r")))
		line.len--;
	return line;
}

static bool
is_line_end_at(struct slice text, size_t at)
{
	return at == text.len || slice_starts_with(slice_after(text, at), SLICE_LITERAL("\r\n"));
}

static struct slice
without_trailing_space(struct slice line)
{
	while (line.len > 0 && strchr(WHITE_SPACE, line.ptr[line.len - 1]) != NULL)
		line.len--;
	return line;
}

static bool
is_body_converted(const struct diff_body *body)
{
	return body->is_converted;
}

static bool
is_footer(const struct diff_body *body)
{
	return body->signed_rest.len == 0;
}

static bool
is_body_cut(const struct diff_body *body)
{
	return body->received_rest.len == 0;
}

static bool
is_line_broken_up(const struct diff_body *body)
{
	struct slice line = first_line(body->signed_rest);
	size_t len = text_broken_len(line, body->received_rest);

	return line.len >= LONG_LINE_MIN && len > 0 && is_line_end_at(body->received_rest, len);
}

static bool
is_trailing_space(const struct diff_body *body)
{
	return slice_equal(without_trailing_space(first_line(body->signed_rest)),
	    without_trailing_space(first_line(body->received_rest)));
}

static bool
is_spacing(const struct diff_body *body)
{
	return text_equal_without(
	    first_line(body->signed_rest), first_line(body->received_rest), " \t");
}

/* A bare CR that has become a line end, or a space, or nothing. */
static bool
is_line_end(const struct diff_body *body)
{
	struct slice line = first_line(body->signed_rest);
	size_t at = text_common(line, body->received_rest);

	return (at < line.len && line.ptr[at] == '\r') || (at > 0 && line.ptr[at - 1] == '\r') ||
	    text_equal_without(line, first_line(body->received_rest), "\r\n");
}

static bool
is_escape_of(struct slice longer, struct slice line)
{
	return longer.len == line.len + 1 && (longer.ptr[0] == '>' || longer.ptr[0] == '.') &&
	    slice_equal(slice_after(longer, 1), line);
}

static bool
is_escaped(const struct diff_body *body)
{
	struct slice line = first_line(body->signed_rest);
	struct slice received = first_line(body->received_rest);

	return is_escape_of(line, received) || is_escape_of(received, line);
}

/* Whether the line that rest begins with stands further down in text: an empty one would prove nothing. */
static bool
comes_later(struct slice text, struct slice rest)
{
	struct slice line = first_line(rest);

	while (line.len > 0 && text.len > 0) {
		(void)slice_cut(&text, '\n');
		if (slice_equal(first_line(text), line))
			return true;
	}
	return false;
}

static bool
has_more_lines(const struct diff_body *body)
{
	return comes_later(body->received_rest, body->signed_rest);
}

static bool
has_fewer_lines(const struct diff_body *body)
{
	return comes_later(body->signed_rest, body->received_rest);
}

static const struct {
	bool (*fits)(const struct diff_body *body);
	enum cause cause;
} body_rules[] = {
	{ is_body_converted, CAUSE_CONVERTED },
	{ is_footer, CAUSE_FOOTER },
	{ is_body_cut, CAUSE_BODY_CUT },
	{ is_line_broken_up, CAUSE_LONG_LINE },
	{ is_trailing_space, CAUSE_TRAILING_SPACE },
	{ is_spacing, CAUSE_SPACING },
	{ is_line_end, CAUSE_LINE_END },
	{ is_escaped, CAUSE_ESCAPED },
	{ has_more_lines, CAUSE_LINES_ADDED },
	{ has_fewer_lines, CAUSE_LINES_REMOVED },
};

enum cause
cause_of_body(const struct diff_body *body)
{
	for (size_t i = 0; i < sizeof(body_rules) / sizeof(body_rules[0]); i++) {
		if (body_rules[i].fits(body))
			return body_rules[i].cause;
	}
	return CAUSE_CHANGED;
}
