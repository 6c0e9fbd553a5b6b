/* SPDX-License-Identifier: ISC */
/* Linked without libconfig, like the children that read images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/wire.h"
#include "settings/build.h"
#include "settings/image.h"
#include "settings/initial.h"
#include "settings/table.h"

#define CHECKSUM_SIZE 8
#define HEAD_SIZE 16 /* magic and hash */

static void
set_row(struct settings *settings, const struct table_row *row, unsigned listeners)
{
	bool is_in_list = table_section(row->section)->is_list;
	bool is_single = !row->is_list || is_in_list; /* of the list in a group: one element each */
	unsigned count = is_in_list ? listeners : 1;

	if (is_single)
		assert_int_equal(build_reserve(settings, row->setting, count), STATUS_OK);
	for (unsigned i = 0; i < count; i++) {
		if (row->is_required || (row->is_list && is_in_list))
			assert_int_equal(build_set(settings, row->setting, i, 0,
			    slice_from_text(row->example != NULL ? row->example : row->initial)), STATUS_OK);
		else
			assert_int_equal(initial_set(settings, row, i), STATUS_OK);
		if (is_single)
			build_place(settings, row->setting, i, is_in_list ? i : 0, 7 + i);
	}
}

/* All defaults, all examples. */
static struct settings *
make_settings(unsigned listeners)
{
	struct settings *settings = NULL;

	assert_int_equal(build_new(&settings), STATUS_OK);
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		set_row(settings, table_row(i), listeners);
	assert_int_equal(build_set_path(settings, SLICE_LITERAL("/etc/x.conf")), STATUS_OK);
	return settings;
}

static void
make_image(struct buf *image, unsigned listeners)
{
	struct settings *settings = make_settings(listeners);

	buf_init(image, IMAGE_MAX_BYTES);
	assert_int_equal(image_encode(settings, image), STATUS_OK);
	settings_free(&settings);
}

/* A copy of exactly this size on the heap, so that a sanitizer sees a step over its end. */
static enum status
decode_copy(struct slice image, struct error *err)
{
	struct settings *settings = NULL;
	char *copy = malloc(image.len > 0 ? image.len : 1);
	enum status status;

	assert_non_null(copy);
	memcpy(copy, image.ptr, image.len);
	status = image_decode(slice_of(copy, image.len), &settings, err);
	free(copy);
	assert_true((settings != NULL) == (status == STATUS_OK));
	settings_free(&settings);
	return status;
}

/* Makes the checksum right again, so that what lies behind it is tested. */
static void
fix_checksum(char *image, size_t len)
{
	struct buf b;

	buf_init_fixed(&b, image + len - CHECKSUM_SIZE, CHECKSUM_SIZE);
	wire_put(&b, checksum_of(slice_of(image, len - CHECKSUM_SIZE)), CHECKSUM_SIZE);
}

static void
settings_image__round_trip(void **state)
{
	struct settings *settings = make_settings(3);
	struct settings *copy = NULL;
	struct error err = { "" };
	struct buf first, second;

	(void)state;
	make_image(&first, 3);
	assert_int_equal(image_decode(buf_slice(&first), &copy, &err), STATUS_OK);
	for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
		assert_int_equal(settings_count(copy, setting), settings_count(settings, setting));
		for (unsigned k = 0; k < settings_count(copy, setting); k++) {
			assert_int_equal(settings_number(copy, setting, k),
			    settings_number(settings, setting, k));
			assert_string_equal(settings_text(copy, setting, k),
			    settings_text(settings, setting, k));
			assert_int_equal(settings_group(copy, setting, k),
			    settings_group(settings, setting, k));
			assert_int_equal(settings_line(copy, setting, k),
			    settings_line(settings, setting, k));
		}
	}
	assert_int_equal(settings_line(copy, SETTING_LISTENER_MODE, 2), 9);
	assert_int_equal(settings_group(copy, SETTING_LISTENER_MODE, 2), 2);
	assert_string_equal(settings_path(copy), "/etc/x.conf");
	buf_init(&second, IMAGE_MAX_BYTES);
	assert_int_equal(image_encode(copy, &second), STATUS_OK);
	assert_true(slice_equal(buf_slice(&first), buf_slice(&second)));
	buf_done(&second);
	buf_done(&first);
	settings_free(&copy);
	settings_free(&settings);
}

static void
settings_image__cut_short_is_damaged(void **state)
{
	struct buf image;

	(void)state;
	make_image(&image, 2);
	for (size_t len = 0; len < buf_slice(&image).len; len++) {
		struct error err = { "" };

		assert_int_equal(
		    decode_copy(slice_first(buf_slice(&image), len), &err), STATUS_DAMAGED);
	}
	buf_done(&image);
}

/* The same, with a checksum that fits what is left. */
static void
settings_image__cut_short_behind_its_checksum_is_damaged(void **state)
{
	struct buf image;

	(void)state;
	make_image(&image, 2);
	for (size_t len = HEAD_SIZE; len + CHECKSUM_SIZE < buf_slice(&image).len; len++) {
		char *copy = malloc(len + CHECKSUM_SIZE);

		assert_non_null(copy);
		memcpy(copy, image.ptr, len);
		fix_checksum(copy, len + CHECKSUM_SIZE);
		assert_int_equal(
		    decode_copy(slice_of(copy, len + CHECKSUM_SIZE), NULL), STATUS_DAMAGED);
		free(copy);
	}
	buf_done(&image);
}

static void
settings_image__too_long_is_damaged(void **state)
{
	struct buf image;

	(void)state;
	make_image(&image, 1);
	assert_non_null(buf_extend(&image, 1));
	fix_checksum(image.ptr, image.len);
	assert_int_equal(decode_copy(buf_slice(&image), NULL), STATUS_DAMAGED);
	buf_done(&image);
}

static void
settings_image__flipped_bit_is_refused(void **state)
{
	struct buf image;

	(void)state;
	make_image(&image, 2);
	for (size_t bit = 0; bit < 8 * image.len; bit++) {
		image.ptr[bit / 8] = (char)(image.ptr[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(decode_copy(buf_slice(&image), NULL), STATUS_DAMAGED);
		image.ptr[bit / 8] = (char)(image.ptr[bit / 8] ^ 1 << bit % 8);
	}
	assert_int_equal(decode_copy(buf_slice(&image), NULL), STATUS_OK);
	buf_done(&image);
}

/* Every octet set to values that lengths and counts do not like: refused, or read in full. */
static void
settings_image__flipped_octet_behind_its_checksum_does_no_harm(void **state)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xfe, 0xff };
	unsigned refused = 0;
	struct buf image;

	(void)state;
	make_image(&image, 2);
	for (size_t i = 0; i < image.len - CHECKSUM_SIZE; i++) {
		char old = image.ptr[i];

		for (size_t k = 0; k < sizeof(values); k++) {
			image.ptr[i] = (char)values[k];
			fix_checksum(image.ptr, image.len);
			refused += decode_copy(buf_slice(&image), NULL) != STATUS_OK;
		}
		image.ptr[i] = old;
	}
	assert_true(refused > image.len);
	buf_done(&image);
}

/* Written by us, so that everything but the one fault is right. */
static enum status
decode_with_fault(enum setting setting, unsigned count, uint64_t number)
{
	struct settings *settings = make_settings(2);
	enum status status;
	struct buf image;

	assert_int_equal(build_reserve(settings, setting, count), STATUS_OK);
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(build_set(settings, setting, i, number, SLICE_EMPTY), STATUS_OK);
		if (table_section(table_row(setting)->section)->is_list)
			build_place(settings, setting, i, i, 0);
	}
	buf_init(&image, IMAGE_MAX_BYTES);
	assert_int_equal(image_encode(settings, &image), STATUS_OK);
	status = decode_copy(buf_slice(&image), NULL);
	buf_done(&image);
	settings_free(&settings);
	return status;
}

static void
settings_image__counts_that_do_not_fit_are_damaged(void **state)
{
	static const struct {
		enum setting setting;
		unsigned count;
		enum status status;
	} rows[] = {
		{ SETTING_MASTER_KEY, 1, STATUS_OK },
		{ SETTING_MASTER_KEY, 0, STATUS_DAMAGED },
		{ SETTING_MASTER_KEY, 2, STATUS_DAMAGED },
		{ SETTING_LISTENER_ADDRESS, 0, STATUS_DAMAGED },
		{ SETTING_LISTENER_ADDRESS, TABLE_LISTENERS_MAX + 1, STATUS_DAMAGED },
		{ SETTING_LISTENER_NAME, 2, STATUS_OK },
		{ SETTING_LISTENER_NAME, 1, STATUS_DAMAGED },
		{ SETTING_LISTENER_NAME, 3, STATUS_DAMAGED },
		{ SETTING_ORG_NAME, 2, STATUS_OK },
		{ SETTING_ORG_NAME, 1, STATUS_DAMAGED }, /* its lists know a second one */
		{ SETTING_ORG_NAME, TABLE_GROUPS_MAX + 1, STATUS_DAMAGED },
		{ SETTING_ORG_LOGINS, 1, STATUS_OK },
		{ SETTING_ORG_LOGINS, 3, STATUS_DAMAGED }, /* the third is of no group */
		{ SETTING_TRUSTED_NETWORKS, 0, STATUS_OK },
		{ SETTING_TRUSTED_NETWORKS, TABLE_LIST_MAX, STATUS_OK },
		{ SETTING_TRUSTED_NETWORKS, TABLE_LIST_MAX + 1, STATUS_DAMAGED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    decode_with_fault(rows[i].setting, rows[i].count, 0), rows[i].status);
}

/* Elements of the lists in groups stand in the order of the groups. */
static void
settings_image__groups_out_of_order_are_damaged(void **state)
{
	static const struct {
		unsigned groups[2];
		enum status status;
	} rows[] = {
		{ { 0, 0 }, STATUS_OK },
		{ { 0, 1 }, STATUS_OK },
		{ { 1, 1 }, STATUS_OK },
		{ { 1, 0 }, STATUS_DAMAGED },
		{ { 0, 2 }, STATUS_DAMAGED },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings *settings = make_settings(2);
		struct buf image;

		for (unsigned k = 0; k < 2; k++)
			build_place(settings, SETTING_ORG_NETWORKS, k, rows[i].groups[k], 0);
		buf_init(&image, IMAGE_MAX_BYTES);
		assert_int_equal(image_encode(settings, &image), STATUS_OK);
		assert_int_equal(decode_copy(buf_slice(&image), NULL), rows[i].status);
		buf_done(&image);
		settings_free(&settings);
	}
}

static void
settings_image__numbers_out_of_range_are_damaged(void **state)
{
	static const struct {
		enum setting setting;
		uint64_t number;
		enum status status;
	} rows[] = {
		{ SETTING_VAULT_TIMEOUT, 100, STATUS_OK },
		{ SETTING_VAULT_TIMEOUT, 99, STATUS_DAMAGED },
		{ SETTING_VAULT_TIMEOUT, 60001, STATUS_DAMAGED },
		{ SETTING_CANONICALIZATION, CANONICALIZATION_SIMPLE_RELAXED, STATUS_OK },
		{ SETTING_CANONICALIZATION, 0, STATUS_DAMAGED },
		{ SETTING_CANONICALIZATION, 5, STATUS_DAMAGED },
		{ SETTING_CANONICALIZATION, UINT64_MAX, STATUS_DAMAGED },
		{ SETTING_ALLOW_WITHOUT_DNS_CHECK, 2, STATUS_DAMAGED },
		{ SETTING_CONTROL_MODE, 01000, STATUS_DAMAGED },
		{ SETTING_STATE_DIR, 1, STATUS_DAMAGED }, /* a text has no number */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    decode_with_fault(rows[i].setting, 1, rows[i].number), rows[i].status);
}

static void
settings_image__of_another_table_is_refused(void **state)
{
	struct error err = { "" };
	struct buf image;

	(void)state;
	make_image(&image, 1);
	image.ptr[HEAD_SIZE - 1] = (char)~image.ptr[HEAD_SIZE - 1];
	fix_checksum(image.ptr, image.len);
	assert_int_equal(decode_copy(buf_slice(&image), &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "another build"));
	buf_done(&image);
}

/* ---- the memfd ---- */

static void
settings_image__memfd_is_sealed_and_closed_on_exec(void **state)
{
	struct settings *settings = make_settings(1);
	struct error err = { "" };
	int fd = -1;

	(void)state;
	assert_int_equal(settings_to_memfd(settings, &fd, &err), STATUS_OK);
	assert_int_equal(fcntl(fd, F_GET_SEALS) &
	    (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
	    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(close(fd), 0);
	settings_free(&settings);
}

static enum status
read_memfd(struct slice content, int seals, struct error *err)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct settings *settings = NULL;
	enum status status;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content.ptr, content.len), content.len);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	status = settings_from_memfd(fd, &settings, err);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC); /* still open */
	assert_int_equal(close(fd), 0);
	settings_free(&settings);
	return status;
}

static void
settings_image__not_fully_sealed_is_refused(void **state)
{
	static const int all[] = { F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE };
	struct error err = { "" };
	struct buf image;

	(void)state;
	make_image(&image, 1);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int seals = 0;

		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			seals |= k == i ? 0 : all[k];
		assert_int_equal(read_memfd(buf_slice(&image), seals, &err), STATUS_REFUSED);
		assert_non_null(strstr(err.text, "not sealed"));
	}
	assert_int_equal(read_memfd(buf_slice(&image),
	    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE, &err), STATUS_OK);
	buf_done(&image);
}

static void
settings_image__a_file_or_nothing_is_refused(void **state)
{
	struct settings *settings = NULL;
	struct error err = { "" };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(settings_from_memfd(fd, &settings, &err), STATUS_REFUSED);
	assert_int_equal(close(fd), 0);
	assert_int_equal(settings_from_memfd(-1, &settings, &err), STATUS_REFUSED);
	assert_int_equal(read_memfd(SLICE_EMPTY,
	    F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE, &err), STATUS_DAMAGED);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_image__round_trip),
		cmocka_unit_test(settings_image__cut_short_is_damaged),
		cmocka_unit_test(settings_image__cut_short_behind_its_checksum_is_damaged),
		cmocka_unit_test(settings_image__too_long_is_damaged),
		cmocka_unit_test(settings_image__flipped_bit_is_refused),
		cmocka_unit_test(settings_image__flipped_octet_behind_its_checksum_does_no_harm),
		cmocka_unit_test(settings_image__counts_that_do_not_fit_are_damaged),
		cmocka_unit_test(settings_image__groups_out_of_order_are_damaged),
		cmocka_unit_test(settings_image__numbers_out_of_range_are_damaged),
		cmocka_unit_test(settings_image__of_another_table_is_refused),
		cmocka_unit_test(settings_image__memfd_is_sealed_and_closed_on_exec),
		cmocka_unit_test(settings_image__not_fully_sealed_is_refused),
		cmocka_unit_test(settings_image__a_file_or_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
