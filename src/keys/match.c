/* SPDX-License-Identifier: ISC */
#include "keys/match.h"

#include "keys/domain.h"

/* What has been found on the way from the sender's domain up to the root. */
struct search {
	bool has[ALGORITHM_COUNT]; /* a longer domain wins, so the first found stays */
	struct match_choice choices[ALGORITHM_COUNT];
};

/* The matches that take a sender, the more specific first: one row at the domain, one above. */
static const enum domain_match ranking[2][2] = {
	{ MATCH_DOMAIN_ONLY, MATCH_DOMAIN_AND_SUBDOMAINS },
	{ MATCH_SUBDOMAINS_ONLY, MATCH_DOMAIN_AND_SUBDOMAINS },
};

bool
match_takes(enum domain_match match, bool is_below)
{
	const enum domain_match *ranks = ranking[is_below ? 1 : 0];

	return match == ranks[0] || match == ranks[1];
}

static const struct match_entry *
find_entry(const struct match_list *list, enum algorithm algorithm, enum domain_match match)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct match_entry *entry = &list->entries[i];

		if (entry->algorithm == algorithm && entry->domain_match == match)
			return entry;
	}
	return NULL;
}

static const struct match_entry *
find_best(const struct match_list *list, enum algorithm algorithm, bool is_above)
{
	const enum domain_match *ranks = ranking[is_above ? 1 : 0];
	const struct match_entry *entry = find_entry(list, algorithm, ranks[0]);

	return entry != NULL ? entry : find_entry(list, algorithm, ranks[1]);
}

static void
take_choice(struct match_choice *choice, const struct match_entry *entry, struct slice domain)
{
	choice->entry = *entry;
	memcpy(choice->domain, domain.ptr, domain.len);
	choice->domain[domain.len] = '\0';
}

static void
take_list(struct search *search, const struct match_list *list, struct slice domain, bool is_above)
{
	for (unsigned i = 0; i < ALGORITHM_COUNT; i++) {
		const struct match_entry *entry;

		if (search->has[i])
			continue;
		entry = find_best(list, (enum algorithm)(i + 1), is_above);
		if (entry == NULL)
			continue;
		take_choice(&search->choices[i], entry, domain);
		search->has[i] = true;
	}
}

static bool
is_complete(const struct search *search)
{
	for (unsigned i = 0; i < ALGORITHM_COUNT; i++) {
		if (!search->has[i])
			return false;
	}
	return true;
}

/* Looks at the sender's domain and everything above it, the longest first. */
static enum status
walk(const struct match_source *source, struct slice org, struct slice sender,
    struct search *search)
{
	struct slice domain = sender;

	while (domain.len > 0 && !is_complete(search)) {
		struct match_list list = { 0 };
		enum status status = source->find(source->context, org, domain, &list);

		if (status != STATUS_OK && status != STATUS_NOT_FOUND)
			return status;
		if (status == STATUS_OK && list.count > MATCH_LIST_MAX)
			return STATUS_DAMAGED;
		if (status == STATUS_OK)
			take_list(search, &list, domain, domain.len < sender.len);
		domain = domain_parent(domain);
	}
	return STATUS_OK;
}

/* As the record writes it: what is merely equivalent would silently find no key. */
static bool
is_normalized(struct slice domain)
{
	char normalized[DOMAIN_MAX + 1];

	return domain_normalize(domain, normalized) == STATUS_OK &&
	    slice_equal(domain, slice_from_text(normalized));
}

enum status
match_find(const struct match_source *source, struct slice org, struct slice domain,
    struct match_choices *ret_choices)
{
	struct search search = { 0 };
	struct match_choices found = { 0 };
	enum status status;

	if (!is_normalized(domain))
		return STATUS_INVALID;
	status = walk(source, org, domain, &search);
	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < ALGORITHM_COUNT; i++) {
		if (search.has[i])
			found.choices[found.count++] = search.choices[i];
	}
	if (found.count == 0)
		return STATUS_NOT_FOUND;
	*ret_choices = found;
	return STATUS_OK;
}
