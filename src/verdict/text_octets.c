/* SPDX-License-Identifier: ISC */
#include "base/scan.h"
#include "verdict/text_candidate.h"

/* ---- what forms and zone files leave in it ---- */

/* The longer before those that they begin with. */
static const struct {
	const char *octets;
	const char *what;
} pasted[] = {
	{ "\\;", "a backslash before the semicolon" },
	{ "\\\"", "a backslash before a quotation mark" },
	{ "\\", "a backslash" },
	{ "\"", "a quotation mark" },
	{ "\xe2\x80\x98", "a typographic quotation mark" },
	{ "\xe2\x80\x99", "a typographic quotation mark" },
	{ "\xe2\x80\x9a", "a typographic quotation mark" },
	{ "\xe2\x80\x9c", "a typographic quotation mark" },
	{ "\xe2\x80\x9d", "a typographic quotation mark" },
	{ "\xe2\x80\x9e", "a typographic quotation mark" },
	{ "\xc2\xab", "a typographic quotation mark" },
	{ "\xc2\xbb", "a typographic quotation mark" },
	{ "\xc2\xa0", "a no-break space" },
	{ "\xe2\x80\x8b", "an invisible space" },
	{ "\xef\xbb\xbf", "a byte order mark" },
};

/* What has been pasted there, or NULL. */
static const char *
pasted_at(struct slice rest)
{
	for (size_t i = 0; i < sizeof(pasted) / sizeof(pasted[0]); i++) {
		if (slice_starts_with(rest, slice_from_text(pasted[i].octets)))
			return pasted[i].what;
	}
	return NULL;
}

static bool
has_pasted(const struct text_candidate *c, struct text_fault *fault)
{
	for (size_t i = 0; i < c->text.len; i++) {
		const char *what = pasted_at(slice_after(c->text, i));

		if (what == NULL || !text_candidate_is_read(c, i))
			continue;
		SENTENCE_SET(fault->phrase, "has %s at column %zu: \"%s\"", what, i + 1,
		    text_candidate_excerpt(c, i).text);
		return true;
	}
	return false;
}

/* CRLF with a space or tab behind it is folding white space. */
static bool
is_fold(struct slice rest)
{
	return rest.len > 2 && rest.ptr[0] == '\r' && rest.ptr[1] == '\n' && scan_is_wsp(rest.ptr[2]);
}

static bool
has_line_end(const struct text_candidate *c, struct text_fault *fault)
{
	for (size_t i = 0; i < c->text.len; i++) {
		struct slice rest = slice_after(c->text, i);

		if (is_fold(rest))
			i += 2;
		else if (rest.ptr[0] == '\r' || rest.ptr[0] == '\n') {
			SENTENCE_SET(fault->phrase, "has a line end at column %zu: \"%s\"", i + 1,
			    text_candidate_excerpt(c, i).text);
			return true;
		}
	}
	return false;
}

static bool
has_odd_octet(const struct text_candidate *c, struct text_fault *fault)
{
	for (size_t i = 0; i < c->text.len; i++) {
		unsigned char octet = (unsigned char)c->text.ptr[i];

		if ((octet >= ' ' && octet <= '~') || scan_is_space((char)octet) || !text_candidate_is_read(c, i))
			continue;
		SENTENCE_SET(fault->phrase,
		    "has the octet 0x%02X at column %zu, where only ASCII may be: \"%s\"", octet, i + 1,
		    text_candidate_excerpt(c, i).text);
		return true;
	}
	return false;
}

const struct text_rule text_octet_rules[] = {
	{ has_pasted, DNS_CODE_STRINGS_WRONG, TEXT_ADVICE_AGAIN },
	{ has_line_end, DNS_CODE_STRINGS_WRONG, TEXT_ADVICE_AGAIN },
	{ has_odd_octet, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_AGAIN },
	{ NULL, DNS_CODE_NONE, NULL },
};
