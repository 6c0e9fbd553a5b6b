/* SPDX-License-Identifier: ISC */
#include "verdict/spf.h"

/* "v=spf1" alone, or with a space behind it: "v=spf10" is another version. */
static bool
is_spf(struct slice text)
{
	struct slice version = slice_first(text, slice_find(text, ' '));

	return slice_equal_nocase(version, SLICE_LITERAL("v=spf1"));
}

static bool
has_term(struct slice text, const char *term)
{
	struct slice rest = text;

	while (rest.len > 0) {
		if (slice_equal_nocase(slice_cut(&rest, ' '), slice_from_text(term)))
			return true;
	}
	return false;
}

void
spf_read(const struct sight *sight, struct spf *ret_spf)
{
	struct spf spf = { .is_known = false };

	for (unsigned i = 0; i < sight_kept(sight); i++) {
		struct slice text = slice_of(sight->texts[i].bytes, sight->texts[i].len);

		if (is_spf(text) && spf.count++ == 0)
			spf.text = text;
	}
	spf.allows_everybody = has_term(spf.text, "all") || has_term(spf.text, "+all");
	spf.is_known = sight_is_answer(sight) && sight->chain == SIGHT_CHAIN_ENDS &&
	    sight_has_all_versions(sight);
	*ret_spf = spf;
}
