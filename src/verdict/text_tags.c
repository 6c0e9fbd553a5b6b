/* SPDX-License-Identifier: ISC */
#include "base/scan.h"
#include "verdict/text_candidate.h"

/* ---- the list of tags ---- */

/* "v=DKIM1 k=rsa": no value but that of p= and of notes has an equals sign. */
static bool
lacks_semicolon(const struct text_candidate *c, struct text_fault *fault)
{
	for (size_t i = 0; i < c->list.count; i++) {
		struct slice value = c->list.tags[i].value;
		size_t equals = slice_find(value, '=');
		size_t offset = text_candidate_column(c, value.ptr + equals) - 1;

		if (equals == value.len || slice_equal(c->list.tags[i].name, SLICE_LITERAL("p")) ||
		    !text_candidate_is_read(c, offset))
			continue;
		SENTENCE_SET(fault->phrase, "has no semicolon between two tags before column %zu: \"%s\"",
		    offset + 1, text_candidate_excerpt(c, offset).text);
		return true;
	}
	return false;
}

/* Each part of the list by itself. */
static bool
has_no_tag(const struct text_candidate *c, struct text_fault *fault)
{
	struct slice rest = c->text;

	do {
		struct slice part = slice_cut(&rest, ';');
		struct tag_list alone;

		if (tag_list_parse(part, &alone) == STATUS_OK)
			continue;
		SENTENCE_SET(fault->phrase, "has \"%s\" at column %zu where a tag like k=rsa should be",
		    sentence_value(slice_trim(part)).text, text_candidate_column(c, part.ptr));
		return true;
	} while (slice_trim(rest).len > 0);
	return false;
}

/* Of the parts before this one, has one the same name? */
static bool
is_repeated(const struct text_candidate *c, struct slice part, struct slice name)
{
	struct slice rest = slice_first(c->text, (size_t)(part.ptr - c->text.ptr));

	while (rest.len > 0) {
		struct slice earlier = slice_cut(&rest, ';');

		if (slice_equal(slice_trim(slice_first(earlier, slice_find(earlier, '='))), name))
			return true;
	}
	return false;
}

static bool
has_tag_twice(const struct text_candidate *c, struct text_fault *fault)
{
	struct slice rest = c->text;

	while (rest.len > 0) {
		struct slice part = slice_cut(&rest, ';');
		struct slice name = slice_trim(slice_first(part, slice_find(part, '=')));

		if (name.len == 0 || !is_repeated(c, part, name))
			continue;
		SENTENCE_SET(fault->phrase, "has the tag %s= twice, again at column %zu",
		    sentence_value(name).text, text_candidate_column(c, part.ptr));
		return true;
	}
	return false;
}

/* What is still no list has more tags than tag_list takes. */
static bool
has_many_tags(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->is_list)
		return false;
	SENTENCE_SET(fault->phrase, "has more than %d tags", TAG_LIST_MAX);
	return true;
}

static bool
has_no_key(const struct text_candidate *c, struct text_fault *fault)
{
	if (c->fault != KEY_RECORD_FAULT_NO_KEY)
		return false;
	SENTENCE_SET(fault->phrase, "has no p=, so no key: \"%s\"", sentence_value(c->text).text);
	return true;
}

/* ---- values ---- */

static const struct value_rule {
	enum key_record_fault fault;
	const char *name;
	enum dns_code code;
	const char *rule;
	const char *advice;
} value_rules[] = {
	{ KEY_RECORD_FAULT_VERSION, "v", DNS_CODE_BAD_SYNTAX, "v= must be DKIM1, and the first tag",
	    "begin the record with v=DKIM1, in these letters" },
	{ KEY_RECORD_FAULT_HASH, "h", DNS_CODE_WRONG_HASH, "h= names hashes, and must allow sha256",
	    "remove the tag h=, or make it h=sha256" },
	{ KEY_RECORD_FAULT_TYPE, "k", DNS_CODE_WRONG_TYPE, "k= must be rsa or ed25519",
	    "make it the k= of the record that signetctl records prints" },
	{ KEY_RECORD_FAULT_SERVICE, "s", DNS_CODE_WRONG_SERVICE, "s= must allow email or *",
	    "remove the tag s=, or make it s=email" },
};

/* An offset of white space inside one of the words, or value.len; around colons it is allowed. */
static size_t
find_torn_word(struct slice value)
{
	struct slice rest = value;

	while (rest.len > 0) {
		struct slice word = slice_trim(slice_cut(&rest, ':'));

		for (size_t i = 0; i < word.len; i++) {
			if (scan_is_space(word.ptr[i]))
				return (size_t)(word.ptr - value.ptr) + i;
		}
	}
	return value.len;
}

static void
say_value(const struct text_candidate *c, const struct value_rule *rule, struct slice value,
    struct text_fault *fault)
{
	size_t torn = find_torn_word(value);

	fault->code = rule->code;
	fault->advice = rule->advice;
	SENTENCE_SET(fault->phrase, "says %s=%s, but %s", rule->name, sentence_value(value).text,
	    rule->rule);
	if (torn == value.len)
		return;
	fault->code = DNS_CODE_STRINGS_WRONG;
	fault->advice = TEXT_ADVICE_AGAIN;
	SENTENCE_SET(fault->phrase,
	    "has white space inside %s= at column %zu, where strings may have been joined: \"%s\"",
	    rule->name, text_candidate_column(c, value.ptr + torn), sentence_value(value).text);
}

static bool
has_wrong_value(const struct text_candidate *c, struct text_fault *fault)
{
	for (size_t i = 0; i < sizeof(value_rules) / sizeof(value_rules[0]); i++) {
		const struct value_rule *rule = &value_rules[i];
		const struct tag *tag = tag_list_find(&c->list, slice_from_text(rule->name));

		if (rule->fault != c->fault || tag == NULL)
			continue;
		say_value(c, rule, tag->value, fault);
		return true;
	}
	return false;
}

const struct text_rule text_tag_rules[] = {
	{ lacks_semicolon, DNS_CODE_BAD_SYNTAX, "put a semicolon between the tags" },
	{ has_no_tag, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_AGAIN },
	{ has_tag_twice, DNS_CODE_BAD_SYNTAX, "leave one record there, with each tag once" },
	{ has_many_tags, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_ONLY },
	{ has_no_key, DNS_CODE_BAD_SYNTAX, TEXT_ADVICE_AGAIN },
	{ has_wrong_value, DNS_CODE_NONE, NULL },
	{ NULL, DNS_CODE_NONE, NULL },
};
