/* SPDX-License-Identifier: ISC */
#include "verdict/text_candidate.h"

#define EXCERPT_BEFORE 12
#define EXCERPT_BYTES 32

size_t
text_candidate_column(const struct text_candidate *c, const char *at)
{
	return (size_t)(at - c->text.ptr) + 1;
}

struct sentence_part
text_candidate_excerpt(const struct text_candidate *c, size_t offset)
{
	size_t from = offset > EXCERPT_BEFORE ? offset - EXCERPT_BEFORE : 0;

	return sentence_value(slice_first(slice_after(c->text, from), EXCERPT_BYTES));
}

static bool
is_known(struct slice name)
{
	struct slice known = SLICE_LITERAL("vhkstp");

	return name.len == 1 && slice_find(known, name.ptr[0]) < known.len;
}

bool
text_candidate_is_read(const struct text_candidate *c, size_t offset)
{
	const char *at = c->text.ptr + offset;

	for (size_t i = 0; c->is_list && i < c->list.count; i++) {
		const struct tag *tag = &c->list.tags[i];

		if (at >= tag->value.ptr && at < tag->value.ptr + tag->value.len)
			return is_known(tag->name);
	}
	return true;
}
