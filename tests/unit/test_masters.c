/* SPDX-License-Identifier: ISC */
/* Two master keys at a time, and a key that goes from the seal of one to that of the other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "vault/masters.h"

static const struct handle handle = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 } };
static const struct seal_label label = { ALGORITHM_ED25519_SHA256, { 9, 9, 9 } };
static const struct secret plain = { .len = 32, .bytes = "thirty-two octets, not one more." };

static int
key_file(uint8_t fill, size_t size)
{
	uint8_t key[64];
	int fd = memfd_create("master", MFD_CLOEXEC);

	memset(key, fill, sizeof(key));
	assert_int_equal(write(fd, key, size), size);
	return fd;
}

/* Master keys made of an octet each; 0: none. */
static struct masters
masters_of(uint8_t current, uint8_t previous)
{
	int fd = key_file(current, MASTER_KEY_SIZE);
	int previous_fd = previous != 0 ? key_file(previous, MASTER_KEY_SIZE) : -1;
	struct masters masters;
	struct error err = { "" };

	assert_int_equal(masters_read(fd, previous_fd, &masters, &err), STATUS_OK);
	(void)close(fd);
	if (previous_fd >= 0)
		(void)close(previous_fd);
	return masters;
}

/* The plain octets, sealed with the current one, in a request to seal them anew. */
static struct frame_reseal
sealed_with(uint8_t master)
{
	struct masters masters = masters_of(master, 0);
	struct frame_reseal request = { .head = { .epoch = 7, .id = 8 } };
	size_t len;

	memcpy(request.handle, handle.bytes, sizeof(request.handle));
	assert_int_equal(
	    seal_close(masters.current, &handle, &label, &plain, request.sealed, &len), STATUS_OK);
	request.sealed_len = (uint32_t)len;
	masters_free(&masters);
	return request;
}

static enum status
unseal_with(uint8_t current, uint8_t previous, const uint8_t *sealed, size_t len)
{
	struct masters masters = masters_of(current, previous);
	struct secret found = { 0 };
	struct seal_label seen;
	enum status status =
	    masters_unseal(&masters, &handle, slice_of(sealed, len), &seen, &found);

	if (status == STATUS_OK) {
		assert_int_equal(found.len, plain.len);
		assert_memory_equal(found.bytes, plain.bytes, plain.len);
		assert_int_equal(seen.algorithm, label.algorithm);
		assert_memory_equal(seen.public_digest, label.public_digest, SEAL_PUBLIC_DIGEST_SIZE);
	}
	masters_free(&masters);
	return status;
}

static enum status
reseal_with(uint8_t current, uint8_t previous, const struct frame_reseal *request,
    struct frame_resealed *ret_answer)
{
	struct masters masters = masters_of(current, previous);

	masters_reseal(&masters, request, ret_answer);
	masters_free(&masters);
	assert_int_equal(ret_answer->head.type, FRAME_RESEALED);
	assert_int_equal(ret_answer->head.length, sizeof(*ret_answer));
	assert_int_equal(ret_answer->head.epoch, 7);
	assert_int_equal(ret_answer->head.id, 8);
	return (enum status)ret_answer->status;
}

static void
masters__open_what_either_has_sealed(void **state)
{
	struct frame_reseal old = sealed_with(1);
	struct frame_reseal new = sealed_with(2);

	(void)state;
	assert_int_equal(unseal_with(2, 1, old.sealed, old.sealed_len), STATUS_OK);
	assert_int_equal(unseal_with(2, 1, new.sealed, new.sealed_len), STATUS_OK);
	assert_int_equal(unseal_with(2, 0, old.sealed, old.sealed_len), STATUS_DAMAGED);
	assert_int_equal(unseal_with(2, 3, old.sealed, old.sealed_len), STATUS_DAMAGED);
}

static void
masters__seal_anew_so_that_the_current_one_is_enough(void **state)
{
	struct frame_reseal old = sealed_with(1);
	struct frame_resealed answer;

	(void)state;
	assert_int_equal(reseal_with(2, 1, &old, &answer), STATUS_OK);
	assert_int_equal(answer.sealed_len, old.sealed_len);
	assert_int_equal(unseal_with(2, 0, answer.sealed, answer.sealed_len), STATUS_OK);
	assert_int_equal(unseal_with(1, 0, answer.sealed, answer.sealed_len), STATUS_DAMAGED);
}

static void
masters__seal_anew_what_was_sealed_anew_before(void **state)
{
	struct frame_reseal new = sealed_with(2);
	struct frame_resealed answer;

	(void)state;
	assert_int_equal(reseal_with(2, 1, &new, &answer), STATUS_OK);
	assert_int_equal(unseal_with(2, 0, answer.sealed, answer.sealed_len), STATUS_OK);
}

static void
masters__give_nothing_for_what_neither_opens(void **state)
{
	static const uint8_t nothing[FRAME_SEALED_MAX];
	struct frame_reseal request = sealed_with(1);
	struct frame_resealed answer;

	(void)state;
	assert_int_equal(reseal_with(2, 3, &request, &answer), STATUS_DAMAGED);
	assert_int_equal(answer.sealed_len, 0);
	assert_memory_equal(answer.sealed, nothing, sizeof(nothing));
	request.handle[0] ^= 1;
	assert_int_equal(reseal_with(2, 1, &request, &answer), STATUS_DAMAGED);
	request.handle[0] ^= 1;
	request.sealed_len = FRAME_SEALED_MAX + 1;
	assert_int_equal(reseal_with(2, 1, &request, &answer), STATUS_DAMAGED);
}

static void
masters__are_named_each(void **state)
{
	struct masters both = masters_of(2, 1);
	struct masters old = masters_of(1, 0);
	struct frame_checked names = { .has_previous = 0 };
	struct frame_checked name = { .has_previous = 1 };

	(void)state;
	assert_int_equal(masters_name(&both, &names), STATUS_OK);
	assert_int_equal(masters_name(&old, &name), STATUS_OK);
	assert_int_equal(names.has_previous, 1);
	assert_int_equal(name.has_previous, 0);
	assert_memory_equal(names.previous, name.value, FRAME_CHECK_SIZE);
	assert_memory_not_equal(names.value, name.value, FRAME_CHECK_SIZE);
	masters_free(&both);
	masters_free(&old);
}

static void
masters__say_which_of_them_cannot_be_read(void **state)
{
	int good = key_file(1, MASTER_KEY_SIZE);
	int short_one = key_file(2, MASTER_KEY_SIZE - 1);
	struct masters masters;
	struct error err = { "" };

	(void)state;
	assert_int_equal(masters_read(good, short_one, &masters, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "previous_master_key"));
	assert_int_equal(masters_read(short_one, good, &masters, &err), STATUS_REFUSED);
	assert_null(strstr(err.text, "previous_master_key"));
	(void)close(good);
	(void)close(short_one);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(masters__open_what_either_has_sealed),
		cmocka_unit_test(masters__seal_anew_so_that_the_current_one_is_enough),
		cmocka_unit_test(masters__seal_anew_what_was_sealed_anew_before),
		cmocka_unit_test(masters__give_nothing_for_what_neither_opens),
		cmocka_unit_test(masters__are_named_each),
		cmocka_unit_test(masters__say_which_of_them_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
