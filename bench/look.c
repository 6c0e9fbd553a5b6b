/* SPDX-License-Identifier: ISC */
/*
 * look STATE_DIR COUNT
 *
 * Looks into the views of a daemon whose store bench/fill has filled with
 * COUNT records, as a milter and a vault do, at once and warm. Prints one
 * figure a line: octets of live pages for each entry of the two views, and
 * nanoseconds of CPU of a match (match_find of a sender at a record's domain), over
 * all domains in random order and over a thousand of them, and of a look-up in
 * the keyring of each handle found so.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/scan.h"
#include "keys/match.h"
#include "view/view.h"

#define MAP_BYTES (UINT64_C(64) << 30) /* the default of map_size */
#define BUSY 1000
#define LOOKS_MIN 1000000
#define HANDLES 100000
#define PATH_SIZE 4096

static _Noreturn void
give_up(const char *what, const char *why)
{
	(void)fprintf(stderr, "look: %s: %s\n", what, why);
	exit(1);
}

static struct view *
open_view(const char *directory, const char *name)
{
	struct view *view = NULL;
	char path[PATH_SIZE];
	struct error err = { "" };

	(void)snprintf(path, sizeof(path), "%s/view/%s", directory, name);
	if (view_open_reader(path, MAP_BYTES, 1, &view, &err) != STATUS_OK)
		give_up(path, err.text);
	return view;
}

static void
print_usage(struct view *view, const char *name)
{
	struct view_usage usage;
	struct error err = { "" };

	if (view_measure(view, &usage, &err) != STATUS_OK)
		give_up(name, err.text);
	(void)printf("%s_entries %" PRIu64 "\n", name, usage.entries);
	(void)printf("%s_octets %.1f\n", name, (double)usage.live_bytes / (double)usage.entries);
	(void)printf("%s_file %" PRIu64 "\n", name, usage.file_bytes);
}

/* ---- matching ---- */

/* Of CPU: what else the machine does is no cost of a look. */
static int64_t
now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static enum status
find_in_view(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	return view_table_find(context, org, domain, ret_list);
}

static struct handle
match(struct view *table, uint32_t n)
{
	struct match_source source = { find_in_view, table };
	struct match_choices choices = { .count = 0 };
	char domain[64];

	(void)snprintf(domain, sizeof(domain), "d%" PRIu32 ".example.com", n);
	if (match_find(&source, SLICE_LITERAL("main"), slice_from_text(domain), &choices) != STATUS_OK)
		give_up(domain, "no key");
	return choices.choices[0].entry.handle;
}

/* A fixed order that is none: every number below count once, when step and count have no common part. */
static uint32_t
scatter(uint64_t i, uint32_t count)
{
	return (uint32_t)(i * UINT64_C(2654435761) % count);
}

static void
time_matches(struct view *table, uint32_t count, uint32_t looks, const char *name)
{
	int64_t started_ns;

	for (uint64_t i = 0; i < count; i++)
		(void)match(table, scatter(i, count));
	started_ns = now_ns();
	for (uint64_t i = 0; i < looks; i++)
		(void)match(table, scatter(i, count));
	(void)printf("%s %.0f\n", name, (double)(now_ns() - started_ns) / looks);
}

/* ---- the keyring ---- */

static void
find_handles(struct view *keyring, const struct handle *handles, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		uint8_t sealed[SEALED_MAX];
		size_t len;

		if (view_keyring_find(keyring, &handles[i], sealed, &len) != STATUS_OK)
			give_up("keyring", "a handle of the table is not in it");
	}
}

static void
time_handles(struct view *table, struct view *keyring, uint32_t count)
{
	uint32_t looks = count < HANDLES ? count : HANDLES;
	struct handle *handles = calloc(looks, sizeof(*handles));
	int64_t started_ns;

	if (handles == NULL)
		give_up("keyring", "out of memory");
	for (uint32_t i = 0; i < looks; i++)
		handles[i] = match(table, scatter(i, count));
	find_handles(keyring, handles, looks);
	started_ns = now_ns();
	find_handles(keyring, handles, looks);
	(void)printf("keyring_ns %.0f\n", (double)(now_ns() - started_ns) / looks);
	free(handles);
}

int
main(int argc, char **argv)
{
	struct view *table, *keyring;
	uint64_t count = 0;

	if (argc != 3 || scan_u64(slice_from_text(argv[2]), UINT32_MAX, &count) != STATUS_OK || count == 0)
		give_up("usage", "look STATE_DIR COUNT");
	table = open_view(argv[1], "table");
	keyring = open_view(argv[1], "keyring");
	print_usage(table, "table");
	print_usage(keyring, "keyring");
	time_matches(table, (uint32_t)count, count < LOOKS_MIN ? LOOKS_MIN : (uint32_t)count, "match_ns");
	time_matches(table, count < BUSY ? (uint32_t)count : BUSY, LOOKS_MIN, "busy_match_ns");
	time_handles(table, keyring, (uint32_t)count);
	view_close(&table);
	view_close(&keyring);
	return 0;
}
