/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/signing_table.h"

#include <stdlib.h>

#include "keys/domain.h"

static void
read_rule(const struct dataset_entry *entry, bool is_glob, struct rule *rule)
{
	struct slice value = entry->value;

	*rule = (struct rule){ .place = entry->place, .text = entry->key };
	rule->key_name = slice_cut(&value, ':');
	rule->identity = value;
	pattern_read(entry->key, is_glob, &rule->pattern);
}

/* ---- the index ---- */

static int
compare(const void *left, const void *right)
{
	const struct rule_entry *a = left;
	const struct rule_entry *b = right;
	int order = slice_compare(a->domain, b->domain);

	if (order == 0)
		order = (int)a->is_below - (int)b->is_below;
	return order != 0 ? order : (a->rule > b->rule) - (a->rule < b->rule);
}

static void
put(struct signing_table *table, struct rule *rule, bool is_below)
{
	table->index[table->index_count++] =
	    (struct rule_entry){ slice_from_text(rule->pattern.domain), is_below, rule };
}

static void
put_rule(struct signing_table *table, struct rule *rule)
{
	enum pattern_kind kind = rule->pattern.kind;

	if (kind == PATTERN_DOMAIN || kind == PATTERN_ENDING)
		put(table, rule, false);
	if (kind == PATTERN_BELOW || kind == PATTERN_ENDING)
		put(table, rule, true);
}

enum status
signing_table_make(
    struct source *source, const struct dataset *dataset, struct signing_table *ret_table)
{
	struct signing_table table = {
		.is_glob = dataset->kind == DATASET_PATTERNS,
		.count = dataset->count,
	};

	table.rules = arena_alloc(source->arena, (table.count + 1) * sizeof(*table.rules));
	table.index = arena_alloc(source->arena, (2 * table.count + 1) * sizeof(*table.index));
	if (table.rules == NULL || table.index == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < table.count; i++) {
		read_rule(&dataset->entries[i], table.is_glob, &table.rules[i]);
		put_rule(&table, &table.rules[i]);
	}
	qsort(table.index, table.index_count, sizeof(*table.index), compare);
	*ret_table = table;
	return STATUS_OK;
}

/* ---- matching ---- */

struct matching {
	const struct signing_table *table;
	struct rule **rules;
	size_t count;
};

static size_t
find_first(const struct signing_table *table, const struct rule_entry *wanted)
{
	size_t low = 0;
	size_t high = table->index_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&table->index[middle], wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* A table that is no refile is asked by name, and knows the first line of a name alone. */
static void
take(struct matching *m, struct slice domain, bool is_below)
{
	struct rule_entry wanted = { domain, is_below, NULL };

	for (size_t i = find_first(m->table, &wanted); i < m->table->index_count; i++) {
		const struct rule_entry *entry = &m->table->index[i];

		if (m->count == SIGNING_TABLE_MATCH_MAX || entry->is_below != is_below ||
		    !slice_equal(entry->domain, domain))
			return;
		m->rules[m->count++] = entry->rule;
		if (!m->table->is_glob)
			return;
	}
}

static int
compare_lines(const void *left, const void *right)
{
	const struct rule *a = *(struct rule *const *)left;
	const struct rule *b = *(struct rule *const *)right;

	return (a > b) - (a < b);
}

size_t
signing_table_match(const struct signing_table *table, struct slice domain, bool is_below,
    struct rule *ret_rules[SIGNING_TABLE_MATCH_MAX])
{
	struct matching m = { table, ret_rules, 0 };

	if (is_below)
		take(&m, domain, true);
	else
		take(&m, domain, false);
	while (domain.len > 0) {
		domain = domain_parent(domain);
		take(&m, domain, true);
	}
	if (table->is_glob)
		qsort(ret_rules, m.count, sizeof(*ret_rules), compare_lines);
	return m.count;
}
