/* SPDX-License-Identifier: ISC */
#include "verdict/sight.h"

#include "base/slice.h"

bool
sight_is_answer(const struct sight *sight)
{
	return sight->outcome == SIGHT_ANSWERED || sight->outcome == SIGHT_NO_NAME;
}

unsigned
sight_texts(const struct sight *sight)
{
	return sight->outcome == SIGHT_ANSWERED ? sight->text_count : 0;
}

unsigned
sight_kept(const struct sight *sight)
{
	unsigned count = sight_texts(sight);

	return count < SIGHT_TEXTS_MAX ? count : SIGHT_TEXTS_MAX;
}

/* They are kept first: behind one that does not begin so there is none. */
bool
sight_has_all_versions(const struct sight *sight)
{
	const struct sight_text *last = &sight->texts[SIGHT_TEXTS_MAX - 1];

	return sight_texts(sight) <= SIGHT_TEXTS_MAX ||
	    !slice_starts_with(slice_of(last->bytes, last->len), SLICE_LITERAL("v="));
}
