/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/overlap.h"

#include "keys/org.h"
#include "keys/record.h"

#define PLACE_MAX 1024

void
overlap_init(struct overlap *overlap)
{
	overlap->seen = json_object();
}

void
overlap_done(struct overlap *overlap)
{
	json_decref(overlap->seen);
}

static const char *
text_or(const json_t *parameters, const char *name, const char *otherwise)
{
	const char *text = json_member_text(parameters, name);

	return text != NULL ? text : otherwise;
}

/* Whose keys these are. The algorithm of a set that is joined only the keeper knows. */
static const char *
place_of(const json_t *parameters, struct buf *out)
{
	const char *algorithm = text_or(parameters, "algorithm", word_text(algorithm_words, ALGORITHM_RSA_SHA256));

	buf_put_format(out, "%s %s %s", text_or(parameters, "org", ORG_DEFAULT),
	    text_or(parameters, "domain", ""), text_or(parameters, "private_key", algorithm));
	return buf_text(out);
}

static int
match_of(const json_t *parameters)
{
	int match = MATCH_DOMAIN_ONLY;
	const char *text = json_member_text(parameters, "domain_match");

	if (text != NULL)
		(void)!word_value(domain_match_words, slice_from_text(text), &match);
	return match;
}

static enum status
compare(const json_t *earlier, int match, struct error *err)
{
	unsigned line = (unsigned)json_integer_value(json_array_get(earlier, 0));
	int its_match = (int)json_integer_value(json_array_get(earlier, 1));

	if (match == its_match)
		return error_set(err, STATUS_CONFLICT, "the same key as in line %u: leave one of them out", line);
	/* of the two ways to match, an enum domain_match is the set */
	if ((match & its_match) == 0)
		return STATUS_OK;
	return error_set(err, STATUS_CONFLICT,
	    "%s covers what %s in line %u does, too: write %s instead of DomainAndSubdomains",
	    word_text(domain_match_words, match), word_text(domain_match_words, its_match), line,
	    word_text(domain_match_words, match ^ its_match));
}

enum status
overlap_add(struct overlap *overlap, unsigned line, const json_t *parameters, struct error *err)
{
	char storage[PLACE_MAX];
	struct buf place;
	json_t *lines;
	const json_t *earlier;
	size_t index;
	int match = match_of(parameters);
	enum status status = STATUS_OK;

	buf_init_fixed(&place, storage, sizeof(storage));
	lines = json_object_get(overlap->seen, place_of(parameters, &place));
	json_array_foreach(lines, index, earlier) {
		status = compare(earlier, match, err);
		if (status != STATUS_OK)
			return status;
	}
	if (lines == NULL) {
		lines = json_array();
		if (json_object_set_new(overlap->seen, buf_text(&place), lines) != 0)
			return error_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	if (json_array_append_new(lines, json_pack("[i, i]", (int)line, match)) != 0)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	return STATUS_OK;
}
