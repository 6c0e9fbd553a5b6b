/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vault/seal.h"

static const struct handle handle = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };
static const struct seal_label label = { ALGORITHM_RSA_SHA256, { 9, 9, 9 } };

static struct master *
make_master(uint8_t fill)
{
	uint8_t key[MASTER_KEY_SIZE];
	struct master *master;
	int fd = memfd_create("master", MFD_CLOEXEC);

	memset(key, fill, sizeof(key));
	assert_int_equal(write(fd, key, sizeof(key)), sizeof(key));
	assert_int_equal(master_read(fd, &master, NULL), STATUS_OK);
	(void)close(fd);
	return master;
}

struct sealed {
	struct master *master;
	struct secret plain;
	uint8_t bytes[SEALED_MAX];
	size_t len;
};

static int
seal_something(void **state)
{
	struct sealed *sealed = calloc(1, sizeof(*sealed));

	sealed->master = make_master(7);
	sealed->plain.len = 300;
	memset(sealed->plain.bytes, 0x5a, sealed->plain.len);
	if (seal_close(sealed->master, &handle, &label, &sealed->plain, sealed->bytes,
	        &sealed->len) != STATUS_OK)
		return -1;
	*state = sealed;
	return 0;
}

static int
free_sealed(void **state)
{
	struct sealed *sealed = *state;

	master_free(&sealed->master);
	free(sealed);
	return 0;
}

static enum status
open_with(const struct sealed *sealed, const struct master *master, const struct handle *name,
    struct secret *ret_plain)
{
	struct seal_label got;

	return seal_open(master, name, slice_of(sealed->bytes, sealed->len), &got, ret_plain);
}

static void
seal__opens_what_it_closed(void **state)
{
	const struct sealed *sealed = *state;
	struct seal_label got;
	struct secret plain;

	assert_int_equal(sealed->len, sealed->plain.len + SEAL_OVERHEAD);
	assert_int_equal(seal_open(sealed->master, &handle, slice_of(sealed->bytes, sealed->len), &got,
	                     &plain),
	    STATUS_OK);
	assert_int_equal(plain.len, sealed->plain.len);
	assert_memory_equal(plain.bytes, sealed->plain.bytes, plain.len);
	assert_int_equal(got.algorithm, label.algorithm);
	assert_memory_equal(got.public_digest, label.public_digest, sizeof(got.public_digest));
}

static void
seal__shows_nothing_of_the_plain_octets(void **state)
{
	const struct sealed *sealed = *state;

	assert_null(memmem(sealed->bytes, sealed->len, sealed->plain.bytes, 8));
}

static void
seal__notices_every_changed_octet(void **state)
{
	struct sealed *sealed = *state;
	struct secret plain;

	for (size_t i = 0; i < sealed->len; i++) {
		sealed->bytes[i] ^= 1;
		assert_int_equal(
		    open_with(sealed, sealed->master, &handle, &plain), STATUS_DAMAGED);
		sealed->bytes[i] ^= 1;
	}
}

static void
seal__notices_every_cut(void **state)
{
	struct sealed *sealed = *state;
	struct secret plain;

	for (size_t len = sealed->len; len-- > 0;) {
		sealed->len = len;
		assert_int_equal(
		    open_with(sealed, sealed->master, &handle, &plain), STATUS_DAMAGED);
	}
}

static void
seal__is_bound_to_handle_and_master_key(void **state)
{
	const struct sealed *sealed = *state;
	struct handle other = handle;
	struct master *master = make_master(8);
	struct secret plain;

	other.bytes[15] ^= 1;
	assert_int_equal(open_with(sealed, sealed->master, &other, &plain), STATUS_DAMAGED);
	assert_int_equal(open_with(sealed, master, &handle, &plain), STATUS_DAMAGED);
	master_free(&master);
}

static void
seal__never_gives_the_same_octets_twice(void **state)
{
	const struct sealed *sealed = *state;
	uint8_t again[SEALED_MAX];
	size_t len;

	assert_int_equal(
	    seal_close(sealed->master, &handle, &label, &sealed->plain, again, &len), STATUS_OK);
	assert_memory_not_equal(again, sealed->bytes, len);
}

static void
master__check_value_names_the_key(void **state)
{
	struct master *one = make_master(1);
	struct master *same = make_master(1);
	struct master *other = make_master(2);
	uint8_t values[3][MASTER_CHECK_SIZE];

	(void)state;
	assert_int_equal(master_check_value(one, values[0]), STATUS_OK);
	assert_int_equal(master_check_value(same, values[1]), STATUS_OK);
	assert_int_equal(master_check_value(other, values[2]), STATUS_OK);
	assert_memory_equal(values[0], values[1], MASTER_CHECK_SIZE);
	assert_memory_not_equal(values[0], values[2], MASTER_CHECK_SIZE);
	master_free(&one);
	master_free(&same);
	master_free(&other);
}

static void
master__of_another_size_is_refused(void **state)
{
	static const size_t sizes[] = { 0, 1, 31, 33, 64 };
	static const uint8_t bytes[64];
	struct master *master;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int fd = memfd_create("master", MFD_CLOEXEC);

		assert_int_equal(write(fd, bytes, sizes[i]), sizes[i]);
		assert_int_equal(master_read(fd, &master, &err), STATUS_REFUSED);
		(void)close(fd);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(seal__opens_what_it_closed, seal_something, free_sealed),
		cmocka_unit_test_setup_teardown(
		    seal__shows_nothing_of_the_plain_octets, seal_something, free_sealed),
		cmocka_unit_test_setup_teardown(
		    seal__notices_every_changed_octet, seal_something, free_sealed),
		cmocka_unit_test_setup_teardown(seal__notices_every_cut, seal_something, free_sealed),
		cmocka_unit_test_setup_teardown(
		    seal__is_bound_to_handle_and_master_key, seal_something, free_sealed),
		cmocka_unit_test_setup_teardown(
		    seal__never_gives_the_same_octets_twice, seal_something, free_sealed),
		cmocka_unit_test(master__check_value_names_the_key),
		cmocka_unit_test(master__of_another_size_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
