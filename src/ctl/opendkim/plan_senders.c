/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/planning.h"

#include <stdlib.h>

#include "keys/domain.h"

static int
compare_names(const void *left, const void *right)
{
	return slice_compare(*(const struct slice *)left, *(const struct slice *)right);
}

static bool
has_key_of_sender(const struct signing_table *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		if (slice_equal(rules->rules[i].key_name, SLICE_LITERAL("%")))
			return true;
	}
	return false;
}

/* A key found by the sender's domain names that domain. */
static bool
is_sender_name(struct slice name)
{
	char domain[DOMAIN_MAX + 1];

	return domain_normalize(name, domain) == STATUS_OK &&
	    slice_equal(slice_from_text(domain), name);
}

static size_t
collect_names(const struct tables *tables, struct slice *names)
{
	bool has_names = has_key_of_sender(&tables->rules);
	size_t count = 0;

	names[count++] = SLICE_EMPTY;
	for (size_t i = 0; i < tables->rules.index_count; i++)
		names[count++] = tables->rules.index[i].domain;
	for (size_t i = 0; i < tables->keys.count; i++) {
		const struct signing_key *key = &tables->keys.keys[i];

		if (key->trouble == NULL && !signing_key_is_of_sender(key))
			names[count++] = key->domain;
		if (has_names && is_sender_name(key->name))
			names[count++] = key->name;
	}
	return count;
}

static size_t
sort_names(struct slice *names, size_t count)
{
	size_t kept = 0;

	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || !slice_equal(names[kept - 1], names[i]))
			names[kept++] = names[i];
	}
	return kept;
}

/* Two classes a name; there are no senders at "". */
enum status
planning_find_senders(struct planning *p)
{
	size_t max = 1 + p->tables->rules.index_count + 2 * p->tables->keys.count;
	struct plan *plan = p->plan;
	struct slice *names;
	size_t count;
	enum status status = planning_room(p, max, sizeof(*names), &names);

	if (status != STATUS_OK)
		return status;
	count = sort_names(names, collect_names(p->tables, names));
	status = planning_room(p, 2 * count, sizeof(*plan->senders), &plan->senders);
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		if (names[i].len > 0)
			plan->senders[plan->sender_count++].domain = names[i];
		plan->senders[plan->sender_count].domain = names[i];
		plan->senders[plan->sender_count++].is_below = true;
	}
	return status;
}
