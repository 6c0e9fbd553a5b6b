/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "vault/generate.h"
#include "vault/key.h"

static const uint8_t digest[KEY_DIGEST_SIZE] = { 0xde, 0xad, 0xbe, 0xef };

static EVP_PKEY *
public_of(const struct key *key)
{
	uint8_t bytes[PUBLIC_KEY_MAX];
	const uint8_t *at = bytes;
	size_t len;

	assert_int_equal(key_public(key, bytes, &len), STATUS_OK);
	if (key_algorithm(key) == ALGORITHM_ED25519_SHA256)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, len);
	return d2i_PUBKEY(NULL, &at, (long)len);
}

static bool
rsa_verifies(EVP_PKEY *public, const uint8_t *signature, size_t len)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(public, NULL);
	int result;

	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	result = EVP_PKEY_verify(ctx, signature, len, digest, sizeof(digest));
	EVP_PKEY_CTX_free(ctx);
	return result == 1;
}

static bool
ed25519_verifies(EVP_PKEY *public, const uint8_t *signature, size_t len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int result;

	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, public), 1);
	result = EVP_DigestVerify(ctx, signature, len, digest, sizeof(digest));
	EVP_MD_CTX_free(ctx);
	return result == 1;
}

/* The key and the key made of its plain form sign alike, for one public key. */
static void
assert_survives_plain_form(enum algorithm algorithm, unsigned bits)
{
	uint8_t signature[KEY_SIGNATURE_MAX];
	struct secret plain = { 0 };
	struct key *key;
	struct key *copy;
	EVP_PKEY *public;
	size_t len;

	assert_int_equal(key_generate(algorithm, bits, &key), STATUS_OK);
	public = public_of(key);
	assert_int_equal(key_to_plain(key, &plain), STATUS_OK);
	assert_int_equal(key_from_plain(algorithm, &plain, &copy), STATUS_OK);
	assert_int_equal(key_sign(copy, digest, signature, &len), STATUS_OK);
	assert_true(algorithm == ALGORITHM_RSA_SHA256 ? rsa_verifies(public, signature, len)
	                                              : ed25519_verifies(public, signature, len));
	EVP_PKEY_free(public);
	key_release(&key);
	key_release(&copy);
	secret_wipe(&plain);
}

static void
key__rsa_survives_its_plain_form(void **state)
{
	(void)state;
	assert_survives_plain_form(ALGORITHM_RSA_SHA256, 2048);
}

static void
key__ed25519_survives_its_plain_form(void **state)
{
	(void)state;
	assert_survives_plain_form(ALGORITHM_ED25519_SHA256, 0);
}

/* By threads of the vault, again and again, from what was made ready once: both algorithms know one signature. */
#define THREADS 4
#define TIMES 50

struct shared {
	const struct key *key;
	uint8_t signature[KEY_SIGNATURE_MAX];
	size_t len;
};

static void *
sign_again(void *context)
{
	const struct shared *shared = context;
	bool is_same = true;

	for (int i = 0; i < TIMES; i++) {
		uint8_t signature[KEY_SIGNATURE_MAX];
		size_t len = 0;

		is_same = is_same && key_sign(shared->key, digest, signature, &len) == STATUS_OK &&
		    len == shared->len && memcmp(signature, shared->signature, len) == 0;
	}
	return is_same ? context : NULL;
}

static void
key__signs_the_same_for_many_at_once(void **state)
{
	static const enum algorithm algorithms[] = { ALGORITHM_RSA_SHA256, ALGORITHM_ED25519_SHA256 };

	(void)state;
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		struct shared shared = { .len = 0 };
		pthread_t threads[THREADS];
		struct key *key;

		assert_int_equal(key_generate(algorithms[i], 2048, &key), STATUS_OK);
		shared.key = key;
		assert_int_equal(key_sign(key, digest, shared.signature, &shared.len), STATUS_OK);
		for (int k = 0; k < THREADS; k++)
			assert_int_equal(pthread_create(&threads[k], NULL, sign_again, &shared), 0);
		for (int k = 0; k < THREADS; k++) {
			void *result;

			assert_int_equal(pthread_join(threads[k], &result), 0);
			assert_ptr_equal(result, &shared);
		}
		key_release(&key);
	}
}

static void
key__of_no_known_kind_is_not_generated(void **state)
{
	static const struct {
		int algorithm;
		unsigned bits;
	} rows[] = { { ALGORITHM_RSA_SHA256, 1024 }, { ALGORITHM_RSA_SHA256, 0 },
		{ ALGORITHM_RSA_SHA256, 2049 }, { 0, 2048 }, { 77, 2048 } };
	struct key *key;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(key_generate((enum algorithm)rows[i].algorithm, rows[i].bits, &key),
		    STATUS_INVALID);
}

static void
key__damaged_plain_forms_make_no_key(void **state)
{
	struct secret plain = { 0 };
	struct key *key = NULL;

	(void)state;
	assert_int_not_equal(key_from_plain(ALGORITHM_RSA_SHA256, &plain, &key), STATUS_OK);
	plain.len = 2;
	assert_int_not_equal(key_from_plain(ALGORITHM_RSA_SHA256, &plain, &key), STATUS_OK);
	plain.len = 5;
	plain.bytes[1] = 200;
	assert_int_not_equal(key_from_plain(ALGORITHM_RSA_SHA256, &plain, &key), STATUS_OK);
	plain.len = 31;
	assert_int_not_equal(key_from_plain(ALGORITHM_ED25519_SHA256, &plain, &key), STATUS_OK);
	plain.len = 32;
	assert_int_not_equal(key_from_plain((enum algorithm)9, &plain, &key), STATUS_OK);
	assert_null(key);
}

static void
generate__answers_echo_the_request_and_hold_nothing_after_a_refusal(void **state)
{
	struct frame_generate request = { .algorithm = ALGORITHM_ED25519_SHA256 };
	struct frame_generated answer;
	uint8_t fixed[MASTER_KEY_SIZE] = { 3 };
	struct master *master;
	FILE *file = tmpfile();

	(void)state;
	assert_int_equal(fwrite(fixed, sizeof(fixed), 1, file), 1);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(master_read(fileno(file), &master, NULL), STATUS_OK);
	request.head.epoch = 5;
	request.head.id = 99;
	generate_answer(master, &request, &answer);
	assert_int_equal(answer.status, STATUS_OK);
	assert_int_equal(answer.head.epoch, 5);
	assert_int_equal(answer.head.id, 99);
	assert_int_equal(answer.public_key_len, 32);
	request.key_bits = 7;
	request.algorithm = ALGORITHM_RSA_SHA256;
	generate_answer(master, &request, &answer);
	assert_int_equal(answer.status, STATUS_INVALID);
	assert_int_equal(answer.sealed_len, 0);
	master_free(&master);
	(void)fclose(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key__rsa_survives_its_plain_form),
		cmocka_unit_test(key__ed25519_survives_its_plain_form),
		cmocka_unit_test(key__signs_the_same_for_many_at_once),
		cmocka_unit_test(key__of_no_known_kind_is_not_generated),
		cmocka_unit_test(key__damaged_plain_forms_make_no_key),
		cmocka_unit_test(generate__answers_echo_the_request_and_hold_nothing_after_a_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
