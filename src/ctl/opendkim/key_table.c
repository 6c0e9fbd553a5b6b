/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/key_table.h"

#include <stdlib.h>

#include "base/buf.h"
#include "keys/domain.h"
#include "keys/selector.h"

static const char incomplete[] = "is not DOMAIN:SELECTOR:FILE";
static const char inline_key[] =
    "has the private key itself: write it to a file of its own, for signetctl key import";

/* Never more of the value than the path: it may be the key. */
static bool
is_path(struct slice data)
{
	return slice_starts_with(data, SLICE_LITERAL("/")) ||
	    slice_starts_with(data, SLICE_LITERAL("./")) ||
	    slice_starts_with(data, SLICE_LITERAL("../"));
}

/* In the arena as keys know it, or why not. */
static const char *
read_domain(struct source *source, struct slice text, struct slice *ret_domain)
{
	char domain[DOMAIN_MAX + 1];
	struct error err;
	const char *kept;

	*ret_domain = text;
	if (slice_equal(text, SLICE_LITERAL("%")))
		return NULL;
	if (domain_check(text, domain, &err) != STATUS_OK)
		return source_text(source, slice_from_text(err.text));
	kept = source_text(source, slice_from_text(domain));
	if (kept == NULL)
		return "out of memory";
	*ret_domain = slice_from_text(kept);
	return NULL;
}

static const char *
check_selector(struct source *source, const struct signing_key *key)
{
	/* under %, as short as a domain can be */
	const char *domain = signing_key_is_of_sender(key) ? "a.b" : key->domain.ptr;
	char selector[SELECTOR_MAX + 1];
	struct error err;

	if (selector_check(key->selector, domain, selector, &err) == STATUS_OK)
		return NULL;
	return source_text(source, slice_from_text(err.text));
}

static void
read_key(struct source *source, const struct dataset_entry *entry, struct signing_key *key)
{
	struct slice rest = entry->value;
	struct slice domain = slice_cut(&rest, ':');

	*key = (struct signing_key){ .place = entry->place, .name = entry->key };
	key->selector = slice_cut(&rest, ':');
	key->path = is_path(rest) ? rest : SLICE_EMPTY;
	if (domain.len == 0 || key->selector.len == 0 || rest.len == 0)
		key->trouble = incomplete;
	else if (key->path.len == 0)
		key->trouble = inline_key;
	else
		key->trouble = read_domain(source, domain, &key->domain);
	if (key->trouble == NULL)
		key->trouble = check_selector(source, key);
}

static int
compare(const void *left, const void *right)
{
	const struct signing_key *a = *(struct signing_key *const *)left;
	const struct signing_key *b = *(struct signing_key *const *)right;
	int order = slice_compare(a->name, b->name);

	return order != 0 ? order : (a > b) - (a < b);
}

enum status
key_table_make(
    struct source *source, const struct dataset *dataset, struct key_table *ret_table)
{
	struct key_table table = { .count = dataset->count };

	table.keys = arena_alloc(source->arena, (table.count + 1) * sizeof(*table.keys));
	table.by_name = arena_alloc(source->arena, (table.count + 1) * sizeof(struct signing_key *));
	if (table.keys == NULL || table.by_name == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < table.count; i++) {
		read_key(source, &dataset->entries[i], &table.keys[i]);
		table.by_name[i] = &table.keys[i];
	}
	qsort(table.by_name, table.count, sizeof(struct signing_key *), compare);
	*ret_table = table;
	return STATUS_OK;
}

struct signing_key *
key_table_find(const struct key_table *table, struct slice name)
{
	size_t low = 0;
	size_t high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (slice_compare(table->by_name[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == table->count || !slice_equal(table->by_name[low]->name, name))
		return NULL;
	return table->by_name[low];
}

char *
signing_key_path(
    struct source *source, const struct signing_key *key, struct slice base, struct slice domain)
{
	char storage[4096];
	struct slice rest = key->path;
	struct buf path;

	if (rest.len == 0 || rest.ptr[0] != '/')
		return dataset_path(source, base, rest);
	buf_init_fixed(&path, storage, sizeof(storage));
	while (slice_find(rest, '%') < rest.len) {
		buf_put(&path, slice_cut(&rest, '%'));
		buf_put(&path, domain);
	}
	buf_put(&path, rest);
	return buf_status(&path) == STATUS_OK ? source_text(source, buf_slice(&path)) : NULL;
}
