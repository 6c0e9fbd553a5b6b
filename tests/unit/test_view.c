/* SPDX-License-Identifier: ISC */
#include "view_place.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define RSA_SEALED_LEN 340

static void
must_write_sealed(struct view *view, const struct handle *handle, const uint8_t *sealed, size_t len)
{
	struct view_write *write = NULL;

	assert_int_equal(view_write_begin(view, &write, NULL), STATUS_OK);
	assert_int_equal(view_keyring_put(write, handle, sealed, len, NULL), STATUS_OK);
	assert_int_equal(view_write_commit(&write, &first_position, NULL), STATUS_OK);
}

static void
view__finds_what_was_put(void **state)
{
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct match_list list;

	list_must_write(view, LIT("example.com"), 5);
	assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_OK);
	assert_true(list_is_whole(&list));
	assert_string_equal(list.entries[0].selector, "sel5");
	view_close(&view);
	assert_null(view);
}

static void
view__finds_nothing_else(void **state)
{
	static const struct {
		struct slice org;
		struct slice domain;
	} others[] = {
		{ LIT("other"), LIT("example.com") },
		{ LIT("main"), LIT("example.co") },
		{ LIT("main"), LIT("xample.com") },
		{ LIT("main"), LIT("a.example.com") },
		{ LIT("main"), LIT("com") },
		{ LIT(""), LIT("example.com") },
		{ LIT("main"), LIT("") },
		{ LIT("position"), LIT("") },
	};
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct match_list list;

	list_must_write(view, LIT("example.com"), 5);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(view_table_find(view, others[i].org, others[i].domain, &list),
		    STATUS_NOT_FOUND);
	view_close(&view);
}

static void
view__empty_list_removes_entry(void **state)
{
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct match_list none = { .count = 0 };
	struct match_list list;

	list_must_write(view, LIT("example.com"), 5);
	assert_int_equal(list_write(view, LIT("example.com"), &none, 2), STATUS_OK);
	assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_NOT_FOUND);
	assert_int_equal(list_write(view, LIT("example.com"), &none, 3), STATUS_OK);
	view_close(&view);
}

static void
view__keeps_sealed_keys_of_any_size(void **state)
{
	static const size_t sizes[] = { 1, 80, RSA_SEALED_LEN, SEALED_MAX };
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct handle handle = { { 0 } };
	uint8_t sealed[SEALED_MAX];
	uint8_t found[SEALED_MAX];
	size_t len;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		memset(sealed, (int)(i + 1), sizeof(sealed));
		handle.bytes[0] = (uint8_t)i;
		must_write_sealed(view, &handle, sealed, sizes[i]);
		assert_int_equal(view_keyring_find(view, &handle, found, &len), STATUS_OK);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(found, sealed, len);
		must_write_sealed(view, &handle, NULL, 0);
		assert_int_equal(view_keyring_find(view, &handle, found, &len), STATUS_NOT_FOUND);
	}
	view_close(&view);
}

static void
view__refuses_too_large_sealed_key(void **state)
{
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct handle handle = { { 0 } };
	uint8_t sealed[SEALED_MAX + 1] = { 0 };
	struct view_write *write = NULL;

	assert_int_equal(view_write_begin(view, &write, NULL), STATUS_OK);
	assert_int_equal(view_keyring_put(write, &handle, sealed, sizeof(sealed), NULL),
	    STATUS_INVALID);
	view_write_abort(&write);
	assert_null(write);
	view_close(&view);
}

static void
view__position_is_what_was_committed(void **state)
{
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct view_position position;

	assert_int_equal(view_get_position(view, &position, NULL), STATUS_NOT_FOUND);
	list_must_write(view, LIT("example.com"), 42);
	assert_int_equal(view_get_position(view, &position, NULL), STATUS_OK);
	assert_int_equal(position.change, 42);
	assert_memory_equal(position.generation, first_position.generation, VIEW_GENERATION_SIZE);
	view_close(&view);

	view = place_open_reader(*state, MAP_BYTES, 1);
	assert_int_equal(view_get_position(view, &position, NULL), STATUS_OK);
	assert_int_equal(position.change, 42);
	view_close(&view);
}

static void
view__abort_changes_nothing(void **state)
{
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct match_list list = list_of(9);
	struct view_write *write = NULL;

	list_must_write(view, LIT("example.com"), 5);
	assert_int_equal(view_write_begin(view, &write, NULL), STATUS_OK);
	assert_int_equal(view_write_clear(write, NULL), STATUS_OK);
	assert_int_equal(
	    view_table_put(write, LIT("main"), LIT("b.example"), &list, NULL), STATUS_OK);
	view_write_abort(&write);
	assert_int_equal(list_find(view, LIT("b.example"), &list), STATUS_NOT_FOUND);
	assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_OK);
	view_close(&view);
}

static void
view__clear_and_fill_is_one_transaction(void **state)
{
	struct view *view = place_open_writer(*state, MAP_BYTES);
	struct match_list list = list_of(9);
	struct view_write *write = NULL;

	list_must_write(view, LIT("example.com"), 5);
	assert_int_equal(view_write_begin(view, &write, NULL), STATUS_OK);
	assert_int_equal(view_write_clear(write, NULL), STATUS_OK);
	assert_int_equal(
	    view_table_put(write, LIT("main"), LIT("b.example"), &list, NULL), STATUS_OK);
	assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_OK);
	assert_int_equal(view_write_commit(&write, &first_position, NULL), STATUS_OK);
	assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_NOT_FOUND);
	assert_int_equal(list_find(view, LIT("b.example"), &list), STATUS_OK);
	view_close(&view);
}

static void
view__no_view_yet_is_not_found(void **state)
{
	const struct place *place = *state;
	struct view *view = NULL;
	struct error err;

	assert_int_equal(
	    view_open_reader(place->directory, MAP_BYTES, 1, &view, &err), STATUS_NOT_FOUND);
	assert_null(view);
}

static void
view__another_file_is_damaged(void **state)
{
	const struct place *place = *state;
	struct view *view = NULL;
	struct error err = { "" };
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/data.mdb", place->directory);
	file = fopen(path, "w");
	assert_non_null(file);
	for (int i = 0; i < 4096; i++)
		assert_true(fputs("no view", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(
	    view_open_writer(place->directory, MAP_BYTES, &view, &err), STATUS_DAMAGED);
	assert_non_null(strstr(err.text, place->directory));
	assert_int_equal(view_discard(place->directory, &err), STATUS_OK);
	view = place_open_writer(place, MAP_BYTES);
	view_close(&view);
}

static void
assert_mode(const struct place *place, const char *name, unsigned mode)
{
	struct stat st;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, mode);
	if (geteuid() == 0)
		assert_int_equal(st.st_gid, OTHER_ID);
}

/* A reader that writes to a hole in its lock file when the disk is full dies of it. */
static void
view__the_lock_file_has_no_holes(void **state)
{
	const struct place *place = *state;
	struct view *view = place_open_writer(place, MAP_BYTES);
	struct stat st;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/lock.mdb", place->directory);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > 0);
	assert_true(st.st_blocks * 512 >= st.st_size);
	view_close(&view);
}

static void
view__modes_do_not_follow_umask(void **state)
{
	static const mode_t masks[] = { 0, 022, 077, 0777 };

	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		const struct place *place = *state;
		mode_t old = umask(masks[i]);
		struct view *view = place_open_writer(place, MAP_BYTES);

		umask(old);
		assert_mode(place, "data.mdb", 0640);
		assert_mode(place, "lock.mdb", 0660);
		view_close(&view);
		assert_int_equal(view_discard(place->directory, NULL), STATUS_OK);
	}
}

static void
view__flipped_byte_is_damaged(void **state)
{
	const struct place *place = *state;
	struct view *view = place_open_writer(place, MAP_BYTES);
	struct match_list list = list_of(123456);
	char path[128];
	char page[8 * 4096];
	ssize_t len;
	char *hit;
	int fd;

	list_must_write(view, LIT("example.com"), 123456);
	view_close(&view);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", place->directory);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	len = pread(fd, page, sizeof(page), 0);
	assert_true(len > 0);
	hit = memmem(page, (size_t)len, "sel123456", 9);
	assert_non_null(hit);
	assert_int_equal(pwrite(fd, "x", 1, hit + 8 - page), 1);
	close(fd);

	view = place_open_reader(place, MAP_BYTES, 1);
	assert_int_equal(list_find(view, LIT("example.com"), &list), STATUS_DAMAGED);
	assert_string_equal(list.entries[0].selector, "sel123456");
	view_close(&view);
}

static void
view__full_map_says_what_to_do(void **state)
{
	struct view *view = place_open_writer(*state, SMALL_MAP_BYTES);
	struct view_write *write = NULL;
	uint8_t sealed[SEALED_MAX] = { 1 };
	struct handle handle = { { 0 } };
	enum status status = STATUS_OK;
	struct error err = { "" };

	assert_int_equal(view_write_begin(view, &write, &err), STATUS_OK);
	for (unsigned n = 0; status == STATUS_OK; n++) {
		memcpy(handle.bytes, &n, sizeof(n));
		status = view_keyring_put(write, &handle, sealed, sizeof(sealed), &err);
	}
	assert_int_equal(status, STATUS_TOO_LARGE);
	assert_non_null(strstr(err.text, "raise map_size"));
	view_write_abort(&write);
	view_close(&view);
}

/* ---- sizes ---- */

#define MANY 100000

static uint64_t
mix(uint64_t n)
{
	n = (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
	n = (n ^ n >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	return n ^ n >> 27;
}

static void
put_many_lists(struct view_write *write)
{
	char text[48];

	for (unsigned n = 0; n < MANY; n++) {
		struct match_list list = list_of(n);
		int len = snprintf(text, sizeof(text), "%016llx.customer.example",
		    (unsigned long long)mix(n));

		(void)snprintf(list.entries[0].selector, SELECTOR_MAX, "s20260101-%08x", n);
		assert_int_equal(view_table_put(write, LIT("main"), slice_of(text, (size_t)len),
		    &list, NULL), STATUS_OK);
	}
}

static void
put_many_sealed(struct view_write *write)
{
	uint8_t sealed[RSA_SEALED_LEN] = { 1 };

	for (unsigned n = 0; n < MANY; n++) {
		uint64_t halves[2] = { mix(n), mix(n + MANY) };
		struct handle handle;

		memcpy(handle.bytes, halves, sizeof(handle.bytes));
		assert_int_equal(
		    view_keyring_put(write, &handle, sealed, sizeof(sealed), NULL), STATUS_OK);
	}
}

static void
assert_live_bytes(const struct place *place, void (*fill)(struct view_write *), unsigned max)
{
	struct view *view = place_open_writer(place, UINT64_C(1) << 30);
	struct view_write *write = NULL;
	struct view_usage usage;

	assert_int_equal(view_write_begin(view, &write, NULL), STATUS_OK);
	fill(write);
	assert_int_equal(view_write_commit(&write, &first_position, NULL), STATUS_OK);
	assert_int_equal(view_measure(view, &usage, NULL), STATUS_OK);
	assert_int_equal(usage.entries, MANY);
	print_message("NOTE: %u live octets per entry\n", (unsigned)(usage.live_bytes / MANY));
	assert_true(usage.live_bytes / MANY <= max);
	view_close(&view);
}

static void
view__table_needs_at_most_400_octets_a_key(void **state)
{
	assert_live_bytes(*state, put_many_lists, 400);
}

static void
view__keyring_needs_at_most_650_octets_a_handle(void **state)
{
	assert_live_bytes(*state, put_many_sealed, 650);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		VIEW_TEST(view__finds_what_was_put),
		VIEW_TEST(view__finds_nothing_else),
		VIEW_TEST(view__empty_list_removes_entry),
		VIEW_TEST(view__keeps_sealed_keys_of_any_size),
		VIEW_TEST(view__refuses_too_large_sealed_key),
		VIEW_TEST(view__position_is_what_was_committed),
		VIEW_TEST(view__abort_changes_nothing),
		VIEW_TEST(view__clear_and_fill_is_one_transaction),
		VIEW_TEST(view__no_view_yet_is_not_found),
		VIEW_TEST(view__another_file_is_damaged),
		VIEW_TEST(view__the_lock_file_has_no_holes),
		VIEW_TEST(view__modes_do_not_follow_umask),
		VIEW_TEST(view__flipped_byte_is_damaged),
		VIEW_TEST(view__full_map_says_what_to_do),
		VIEW_TEST(view__table_needs_at_most_400_octets_a_key),
		VIEW_TEST(view__keyring_needs_at_most_650_octets_a_handle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
