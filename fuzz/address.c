/* SPDX-License-Identifier: ISC */
/* dkim/address.h: the octets are the value of a From field, and a path. */
#include "dkim/address.h"

#include <stdlib.h>

#include "base/buf.h"
#include "dkim/address_scan.h"
#include "scarce.h"
#include "target.h"

#define ARENA_BYTES (64U << 20)

/* ---- linear time: the octets that the scanner went over, counted ---- */

static size_t scanned;

void __real_address_scan_next(struct address_scan *scan);
void __wrap_address_scan_next(struct address_scan *scan);

void
__wrap_address_scan_next(struct address_scan *scan)
{
	size_t before = scan->rest.len;

	if (scan->token == TOKEN_BAD)
		return;
	__real_address_scan_next(scan);
	/* what is unclosed was looked for up to the end */
	scanned += scan->token == TOKEN_BAD ? before : before - scan->rest.len;
}

/* Each element is read at most twice: to see whether it is a bare address, and again when it is not. */
static void
check_work(struct slice value)
{
	TARGET_CHECK(scanned <= 2 * value.len);
	scanned = 0;
}

/* ---- what is promised of a domain ---- */

static bool
is_special(char c)
{
	unsigned char octet = (unsigned char)c;

	return octet <= 0x20 || octet == 0x7f || memchr("()<>[]:;@\\,\"", c, 12) != NULL;
}

static void
check_labels(struct slice domain)
{
	TARGET_CHECK(domain.ptr[0] != '.');
	for (size_t i = 0; i < domain.len; i++) {
		TARGET_CHECK(!is_special(domain.ptr[i]));
		TARGET_CHECK(i == 0 || domain.ptr[i] != '.' || domain.ptr[i - 1] != '.');
	}
}

static void
check_domain(struct slice domain)
{
	TARGET_CHECK(domain.len > 0 && domain.len <= ADDRESS_DOMAIN_MAX);
	if (domain.ptr[0] == '[')
		TARGET_CHECK(domain.len >= 2 && domain.ptr[domain.len - 1] == ']');
	else
		check_labels(domain);
}

/* ---- lists ---- */

static bool
is_same_list(const struct address_list *a, const struct address_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		if (!slice_equal(a->domains[i], b->domains[i]))
			return false;
	}
	return true;
}

static void
check_list(struct slice value, const struct arena *arena, const struct address_list *list)
{
	/* as the header says, and what rounding each piece for its alignment adds */
	size_t bound = 4 * list->count * sizeof(struct slice) + 2 * value.len + 32 * (list->count + 4);

	TARGET_CHECK(list->count <= ADDRESS_LIST_MAX);
	TARGET_CHECK(arena->used_bytes <= bound);
	for (size_t i = 0; i < list->count; i++)
		check_domain(list->domains[i]);
}

/* Whatever way the text is written another time, it must be read as the same. */
static void
check_same(struct slice text, const struct address_list *list)
{
	struct arena arena;
	struct address_list again;

	arena_init(&arena, ARENA_BYTES);
	TARGET_CHECK(address_parse_list(text, &arena, &again) == STATUS_OK);
	TARGET_CHECK(is_same_list(list, &again));
	arena_done(&arena);
}

/* Comments and white space may stand between any two tokens (RFC 5322 §3.2.2, §4.4). */
static void
check_commented(struct slice value, const struct address_list *list)
{
	struct address_scan scan;
	struct buf text;

	buf_init(&text, ARENA_BYTES);
	for (address_scan_init(&scan, value); scan.token != TOKEN_END; address_scan_next(&scan)) {
		buf_put_text(&text, "(c, <x@evil.example> (\\)) \xc3\xa9)\r\n ");
		buf_put(&text, scan.text);
	}
	buf_put_text(&text, "(end)");
	check_same(buf_slice(&text), list);
	buf_done(&text);
}

/* Two lists with a comma between are one. */
static void
check_joined(struct slice value, const struct address_list *list)
{
	struct arena arena;
	struct address_list joined;
	struct buf text;

	if (list->count > ADDRESS_LIST_MAX / 2)
		return;
	arena_init(&arena, ARENA_BYTES);
	buf_init(&text, ARENA_BYTES);
	buf_put(&text, value);
	buf_put_text(&text, ", ");
	buf_put(&text, value);
	TARGET_CHECK(address_parse_list(buf_slice(&text), &arena, &joined) == STATUS_OK);
	TARGET_CHECK(joined.count == 2 * list->count);
	for (size_t i = 0; i < joined.count; i++)
		TARGET_CHECK(slice_equal(joined.domains[i], list->domains[i % list->count]));
	buf_done(&text);
	arena_done(&arena);
}

/* What was found, as a list of bare addresses. */
static void
check_written(const struct address_list *list)
{
	struct buf text;

	buf_init(&text, ARENA_BYTES);
	for (size_t i = 0; i < list->count; i++) {
		buf_put_text(&text, i > 0 ? ", x@" : "x@");
		buf_put(&text, list->domains[i]);
	}
	if (list->count > 0)
		check_same(buf_slice(&text), list);
	buf_done(&text);
}

/* An arena of just the size that was needed is enough; with one octet less there is no list. */
static void
check_full_arena(struct slice value, size_t needed)
{
	struct arena arena;
	struct address_list list;

	if (needed == 0)
		return;
	arena_init(&arena, needed);
	TARGET_CHECK(address_parse_list(value, &arena, &list) == STATUS_OK);
	arena_done(&arena);
	arena_init(&arena, needed - 1);
	TARGET_CHECK(address_parse_list(value, &arena, &list) == STATUS_NO_MEMORY);
	arena_done(&arena);
}

static enum status
read_list(void *context)
{
	const struct slice *value = context;
	struct arena arena;
	struct address_list list;
	enum status status;

	arena_init(&arena, ARENA_BYTES);
	status = address_parse_list(*value, &arena, &list);
	arena_done(&arena);
	return status;
}

static void
try_list(struct slice value)
{
	struct arena arena;
	struct address_list list;
	enum status status;

	arena_init(&arena, ARENA_BYTES);
	scanned = 0;
	status = address_parse_list(value, &arena, &list);
	check_work(value);
	TARGET_CHECK(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_TOO_LARGE);
	TARGET_CHECK(scarce_try(read_list, &value) == status);
	if (status == STATUS_OK) {
		check_list(value, &arena, &list);
		check_same(value, &list);
		check_commented(value, &list);
		check_joined(value, &list);
		check_written(&list);
		check_full_arena(value, arena.used_bytes);
	}
	arena_done(&arena);
}

/* ---- paths ---- */

/* A domain that came out of a path comes out again. */
static void
check_path(struct slice domain)
{
	struct arena arena;
	struct slice again;
	struct buf path;

	check_domain(domain);
	arena_init(&arena, ARENA_BYTES);
	buf_init(&path, ARENA_BYTES);
	buf_put_text(&path, "<@hop.example:x@");
	buf_put(&path, domain);
	buf_put_text(&path, "> SIZE=1");
	TARGET_CHECK(address_parse_path(buf_slice(&path), &arena, &again) == STATUS_OK);
	TARGET_CHECK(slice_equal(domain, again));
	buf_done(&path);
	arena_done(&arena);
}

static void
try_path(struct slice path)
{
	struct arena arena;
	struct slice domain;
	enum status status;

	arena_init(&arena, ARENA_BYTES);
	scanned = 0;
	status = address_parse_path(path, &arena, &domain);
	check_work(path);
	TARGET_CHECK(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_NOT_FOUND);
	if (status == STATUS_OK)
		check_path(domain);
	arena_done(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = target_copy(slice_of(data, size));

	try_list(slice_of(copy, size));
	try_path(slice_of(copy, size));
	free(copy);
	return 0;
}
