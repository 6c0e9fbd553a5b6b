/* SPDX-License-Identifier: ISC */
#include "verdict/dmarc.h"

#include "dkim/tag_list.h"

/* Others are discarded, §6.6.3. */
static bool
is_dmarc(struct slice text)
{
	size_t equals = slice_find(text, '=');
	struct slice value = slice_after(text, equals + 1);

	return slice_equal(slice_trim(slice_first(text, equals)), SLICE_LITERAL("v")) &&
	    slice_equal(slice_trim(slice_first(value, slice_find(value, ';'))), SLICE_LITERAL("DMARC1"));
}

static bool
is_policy(struct slice value)
{
	return slice_equal_nocase(value, SLICE_LITERAL("none")) ||
	    slice_equal_nocase(value, SLICE_LITERAL("quarantine")) ||
	    slice_equal_nocase(value, SLICE_LITERAL("reject"));
}

static struct slice
value_of(const struct tag_list *list, const char *name)
{
	const struct tag *tag = tag_list_find(list, slice_from_text(name));

	return tag != NULL ? tag->value : SLICE_EMPTY;
}

static void
read_text(struct slice text, struct dmarc *dmarc)
{
	struct tag_list list;

	if (tag_list_parse(text, &list) != STATUS_OK)
		return;
	dmarc->policy = value_of(&list, "p");
	dmarc->subdomain_policy = value_of(&list, "sp");
	dmarc->is_strict = slice_equal_nocase(value_of(&list, "adkim"), SLICE_LITERAL("s"));
	dmarc->is_spf_strict = slice_equal_nocase(value_of(&list, "aspf"), SLICE_LITERAL("s"));
	dmarc->is_readable = is_policy(dmarc->policy);
}

static enum dmarc_presence
presence_of(const struct sight *sight, unsigned count)
{
	if (!sight_is_answer(sight) || sight->chain != SIGHT_CHAIN_ENDS)
		return DMARC_UNKNOWN;
	if (count > 1)
		return DMARC_SEVERAL;
	if (!sight_has_all_versions(sight))
		return DMARC_UNKNOWN;
	return count == 1 ? DMARC_PRESENT : DMARC_ABSENT;
}

void
dmarc_read(const struct sight *sight, struct dmarc *ret_dmarc)
{
	struct dmarc dmarc = { .name = sight->asked };

	for (unsigned i = 0; i < sight_kept(sight); i++) {
		struct slice text = slice_of(sight->texts[i].bytes, sight->texts[i].len);

		if (!is_dmarc(text))
			continue;
		if (dmarc.count++ == 0)
			read_text(text, &dmarc);
	}
	dmarc.presence = presence_of(sight, dmarc.count);
	*ret_dmarc = dmarc;
}
