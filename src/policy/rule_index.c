/* SPDX-License-Identifier: ISC */
#include "policy/rule_index.h"

#include <stdlib.h>

#include "base/checksum.h"
#include "base/scan.h"
#include "policy/rule.h"

/* Where a rule stands: rules of one key, or whose keys have one sum, in their order. */
struct place {
	uint64_t sum;
	size_t number;
};

#define BITS_MAX 128

struct rule_index {
	const struct decide_rule *rules;
	struct place *places; /* by sum, then number */
	size_t count;
	bool has_bits[BITS_MAX + 1]; /* lengths of networks that there are */
	bool *has_tail;              /* likewise of what stands behind the "*" of logins */
	size_t tail_max;
};

/* ---- keys, as sums ---- */

enum key { KEY_LISTENER = 1, KEY_DAEMON_NAME, KEY_LOGIN, KEY_TAIL, KEY_LOCAL, KEY_NETWORK };

static uint64_t
sum_begin(enum key key)
{
	return checksum_add(CHECKSUM_START, (uint8_t)key);
}

static uint64_t
sum_bytes(uint64_t sum, const void *bytes, size_t len)
{
	const uint8_t *octets = bytes;

	for (size_t i = 0; i < len; i++)
		sum = checksum_add(sum, octets[i]);
	return sum;
}

/* Logins are summed from their end: on the way every tail's sum comes by. */
static uint64_t
sum_login_octet(uint64_t sum, struct slice login, size_t from_end)
{
	return checksum_add(sum, (uint8_t)scan_to_lower(login.ptr[login.len - 1 - from_end]));
}

static uint64_t
sum_login(uint64_t sum, struct slice login)
{
	for (size_t i = 0; i < login.len; i++)
		sum = sum_login_octet(sum, login, i);
	return sum;
}

static uint64_t
sum_network(const struct network *network)
{
	uint64_t sum = checksum_add(sum_begin(KEY_NETWORK), (uint8_t)network->bits);

	return sum_bytes(sum, network->address, sizeof(network->address));
}

static bool
is_tail(const struct decide_rule *rule)
{
	return rule->kind == RULE_LOGIN && slice_starts_with(rule->text, SLICE_LITERAL("*"));
}

static uint64_t
sum_rule(const struct decide_rule *rule)
{
	switch (rule->kind) {
	case RULE_LISTENER:
		return sum_bytes(sum_begin(KEY_LISTENER), &rule->listener, sizeof(rule->listener));
	case RULE_DAEMON_NAME:
		return sum_bytes(sum_begin(KEY_DAEMON_NAME), rule->text.ptr, rule->text.len);
	case RULE_LOGIN:
		return is_tail(rule) ? sum_login(sum_begin(KEY_TAIL), slice_after(rule->text, 1))
		                     : sum_login(sum_begin(KEY_LOGIN), rule->text);
	case RULE_NETWORK:
		return rule->is_local ? sum_begin(KEY_LOCAL) : sum_network(&rule->network);
	}
	return 0;
}

/* ---- making it ---- */

static int
compare_places(const void *a, const void *b)
{
	const struct place *one = a;
	const struct place *other = b;

	if (one->sum != other->sum)
		return one->sum < other->sum ? -1 : 1;
	return one->number < other->number ? -1 : one->number > other->number;
}

static void
note_rule(struct rule_index *index, size_t number)
{
	const struct decide_rule *rule = &index->rules[number];

	index->places[number] = (struct place){ sum_rule(rule), number };
	if (is_tail(rule))
		index->has_tail[rule->text.len - 1] = true;
	if (rule->kind == RULE_NETWORK && !rule->is_local)
		index->has_bits[rule->network.bits] = true;
}

static size_t
find_tail_max(const struct decide_rule *rules, size_t count)
{
	size_t max = 0;

	for (size_t i = 0; i < count; i++)
		max = is_tail(&rules[i]) && rules[i].text.len - 1 > max ? rules[i].text.len - 1 : max;
	return max;
}

enum status
rule_index_make(const struct decide_rule *rules, size_t count, struct arena *arena,
    const struct rule_index **ret_index)
{
	struct rule_index *index = arena_alloc(arena, sizeof(*index));
	size_t tail_max = find_tail_max(rules, count);
	struct place *places = arena_alloc(arena, (count + 1) * sizeof(*places));
	bool *has_tail = arena_alloc(arena, (tail_max + 1) * sizeof(*has_tail));

	if (index == NULL || places == NULL || has_tail == NULL)
		return STATUS_NO_MEMORY;
	memset(has_tail, 0, (tail_max + 1) * sizeof(*has_tail));
	*index = (struct rule_index){ .rules = rules, .places = places, .count = count,
		.has_tail = has_tail, .tail_max = tail_max };
	for (size_t i = 0; i < count; i++)
		note_rule(index, i);
	qsort(places, count, sizeof(*places), compare_places);
	*ret_index = index;
	return STATUS_OK;
}

/* ---- asking it ---- */

struct search {
	const struct rule_index *index;
	const struct decide_facts *facts;
	size_t found; /* the number of the first rule that holds so far; the count of all: none */
};

static size_t
find_place(const struct rule_index *index, uint64_t sum)
{
	size_t first = 0;
	size_t end = index->count;

	while (first < end) {
		size_t middle = first + (end - first) / 2;

		if (index->places[middle].sum < sum)
			first = middle + 1;
		else
			end = middle;
	}
	return first;
}

/* A sum is a guess: the rule itself says whether it holds. */
static void
look_up(struct search *search, uint64_t sum)
{
	const struct rule_index *index = search->index;

	for (size_t i = find_place(index, sum); i < index->count && index->places[i].sum == sum; i++) {
		size_t number = index->places[i].number;

		if (number >= search->found)
			return;
		if (rule_holds(&index->rules[number], search->facts))
			search->found = number;
	}
}

static void
look_up_login(struct search *search, struct slice login)
{
	const struct rule_index *index = search->index;
	uint64_t tail = sum_begin(KEY_TAIL);

	for (size_t len = 0; len < login.len && len <= index->tail_max; len++) {
		if (index->has_tail[len])
			look_up(search, tail);
		tail = sum_login_octet(tail, login, len);
	}
	look_up(search, sum_login(sum_begin(KEY_LOGIN), login));
}

static void
look_up_client(struct search *search, const struct network *client)
{
	if (client == NULL) {
		look_up(search, sum_begin(KEY_LOCAL));
		return;
	}
	for (unsigned bits = 0; bits <= BITS_MAX; bits++) {
		struct network network;

		if (!search->index->has_bits[bits])
			continue;
		network = network_cut(client, bits);
		look_up(search, sum_network(&network));
	}
}

const struct decide_rule *
rule_index_find(const struct rule_index *index, const struct decide_facts *facts)
{
	struct search search = { index, facts, index->count };
	struct slice name = facts->daemon_name;

	look_up(&search, sum_bytes(sum_begin(KEY_LISTENER), &facts->listener, sizeof(facts->listener)));
	look_up(&search, sum_bytes(sum_begin(KEY_DAEMON_NAME), name.ptr, name.len));
	look_up_login(&search, facts->login);
	look_up_client(&search, facts->client);
	return search.found < index->count ? &index->rules[search.found] : NULL;
}
