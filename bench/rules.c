/* SPDX-License-Identifier: ISC */
/*
 * rules [COUNT]
 *
 * Whose is it? Asks COUNT rules of organizations (as many of logins, domains
 * of logins, daemon names and networks), one after the other and by their
 * index, for messages of which half are the last organization's and half
 * nobody's. Prints nanoseconds of CPU of each, and how much sooner the index
 * knows: the best of several rounds that alternate.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/scan.h"
#include "policy/rule.h"
#include "policy/rule_index.h"

#define COUNT_DEFAULT 16384
#define COUNT_MAX 1000000
#define ROUNDS 7
#define MESSAGES 2000
#define ARENA_MAX (256U << 20)

static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct slice
name(struct arena *arena, const char *before, uint64_t n, const char *behind)
{
	char text[64];
	struct slice copy = SLICE_EMPTY;

	(void)snprintf(text, sizeof(text), "%s%" PRIu64 "%s", before, n, behind);
	if (arena_copy(arena, slice_from_text(text), &copy) != STATUS_OK)
		abort();
	return copy;
}

static struct decide_rule
make_rule(struct arena *arena, uint32_t n)
{
	struct decide_rule rule = { .kind = RULE_LOGIN };

	switch (n % 4) {
	case 0:
		rule.text = name(arena, "login", n, "");
		break;
	case 1:
		rule.text = name(arena, "*@d", n, ".example");
		break;
	case 2:
		rule.kind = RULE_DAEMON_NAME;
		rule.text = name(arena, "DAEMON", n, "");
		break;
	default:
		rule.kind = RULE_NETWORK;
		rule.network = (struct network){ .address = { 0x20, 0x01, 0x0d, 0xb8 }, .bits = 64 };
		memcpy(rule.network.address + 4, &n, sizeof(n));
	}
	return rule;
}

static int64_t
time_rules(const struct decide_rules *rules, const struct decide_facts facts[2])
{
	int64_t started_ns = now_ns();
	size_t found = 0;

	for (unsigned i = 0; i < MESSAGES; i++)
		found += rule_find(rules, &facts[i % 2]) != NULL;
	if (found != MESSAGES / 2)
		abort();
	return (now_ns() - started_ns) / MESSAGES;
}

static struct decide_rules
make_rules(struct arena *arena, size_t count)
{
	struct decide_rule *rules = arena_alloc(arena, count * sizeof(*rules));

	if (rules == NULL)
		abort();
	for (uint32_t i = 0; i < count; i++)
		rules[i] = make_rule(arena, i);
	return (struct decide_rules){ rules, count, NULL };
}

/* The last group of four is the last organization's. */
static void
compare(struct arena *arena, const struct decide_rules *plain, const struct decide_rules *indexed)
{
	struct network client = { .address = { 0x20, 0x01, 0x0d, 0xb9 }, .bits = 128 };
	struct decide_facts facts[2] = { { .daemon_name = SLICE_LITERAL("smtpd"), .client = &client } };
	int64_t plain_ns = INT64_MAX, indexed_ns = INT64_MAX;

	facts[1] = facts[0];
	facts[0].login = SLICE_LITERAL("nobody@nowhere.example");
	facts[1].login = name(arena, "x@d", (plain->count - 4) / 4 * 4 + 1, ".example");
	for (unsigned i = 0; i < ROUNDS; i++) {
		int64_t one_ns = time_rules(plain, facts);
		int64_t other_ns = time_rules(indexed, facts);

		plain_ns = one_ns < plain_ns ? one_ns : plain_ns;
		indexed_ns = other_ns < indexed_ns ? other_ns : indexed_ns;
	}
	(void)printf("rules %zu\nplain_ns %" PRId64 "\nindexed_ns %" PRId64 "\nratio %.1f\n", plain->count,
	    plain_ns, indexed_ns, (double)plain_ns / (double)indexed_ns);
}

int
main(int argc, char **argv)
{
	struct decide_rules plain, indexed;
	struct arena arena;
	uint64_t count = COUNT_DEFAULT;

	if (argc > 2 || (argc == 2 && scan_u64(slice_from_text(argv[1]), COUNT_MAX, &count) != STATUS_OK) ||
	    count < 4) {
		(void)fprintf(stderr, "usage: rules [COUNT], of at least 4\n");
		return 2;
	}
	arena_init(&arena, ARENA_MAX);
	plain = make_rules(&arena, count);
	indexed = plain;
	if (rule_index_make(plain.rules, plain.count, &arena, &indexed.index) != STATUS_OK)
		abort();
	compare(&arena, &plain, &indexed);
	arena_done(&arena);
	return 0;
}
