/* SPDX-License-Identifier: ISC */
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

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "vault/import.h"
#include "vault/pem.h"
#include "vault/seal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- keys, as other programs write them ---- */

/* Made once each: RSA takes its time. */
enum kind { RSA_1024, RSA_1536, RSA_2048, RSA_4096, RSA_PSS, EC, ED25519, X25519, KIND_COUNT };

static EVP_PKEY *keys[KIND_COUNT];

/* type: "RSA" or "RSA-PSS" */
static EVP_PKEY *
rsa_with_exponent(const char *type, unsigned long e)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *exponent = BN_new();

	assert_int_equal(BN_set_word(exponent, e), 1);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, exponent), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	BN_free(exponent);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static int
make_keys(void **state)
{
	(void)state;
	keys[RSA_1024] = EVP_RSA_gen(1024);
	keys[RSA_1536] = EVP_RSA_gen(1536);
	keys[RSA_2048] = EVP_RSA_gen(2048);
	keys[RSA_4096] = EVP_RSA_gen(4096);
	keys[RSA_PSS] = rsa_with_exponent("RSA-PSS", 65537);
	keys[EC] = EVP_EC_gen("P-256");
	keys[ED25519] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	keys[X25519] = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (keys[i] == NULL)
			return -1;
	}
	return 0;
}

static int
free_keys(void **state)
{
	(void)state;
	for (size_t i = 0; i < KIND_COUNT; i++)
		EVP_PKEY_free(keys[i]);
	return 0;
}

typedef void writer(BIO *out, EVP_PKEY *key);

static void
pkcs8(BIO *out, EVP_PKEY *key)
{
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
}

static void
traditional(BIO *out, EVP_PKEY *key)
{
	assert_int_equal(
	    PEM_write_bio_PrivateKey_traditional(out, key, NULL, NULL, 0, NULL, NULL), 1);
}

static void
encrypted_pkcs8(BIO *out, EVP_PKEY *key)
{
	assert_int_equal(
	    PEM_write_bio_PKCS8PrivateKey(out, key, EVP_aes_256_cbc(), "geheim", 6, NULL, NULL), 1);
}

static void
encrypted_traditional(BIO *out, EVP_PKEY *key)
{
	unsigned char secret[] = "geheim";

	assert_int_equal(PEM_write_bio_PrivateKey_traditional(
	                     out, key, EVP_aes_128_cbc(), secret, 6, NULL, NULL), 1);
}

static void
public_only(BIO *out, EVP_PKEY *key)
{
	assert_int_equal(PEM_write_bio_PUBKEY(out, key), 1);
}

static void
two_keys(BIO *out, EVP_PKEY *key)
{
	pkcs8(out, key);
	pkcs8(out, keys[ED25519]);
}

static void
key_and_encrypted_key(BIO *out, EVP_PKEY *key)
{
	pkcs8(out, key);
	encrypted_pkcs8(out, key);
}

static void
nothing(BIO *out, EVP_PKEY *key)
{
	(void)out;
	(void)key;
}

static void
garbage(BIO *out, EVP_PKEY *key)
{
	(void)key;
	assert_true(BIO_puts(out, "\x7f" "ELF is no key\n\n\xff\n") > 0);
}

static void
der_without_pem(BIO *out, EVP_PKEY *key)
{
	assert_int_equal(i2d_PrivateKey_bio(out, key), 1);
}

/* Anything under a label. */
static void
labelled(BIO *out, const char *label, const void *octets, size_t len)
{
	assert_true(PEM_write_bio(out, label, "", octets, (long)len) > 0);
}

static void
certificate(BIO *out, EVP_PKEY *key)
{
	(void)key;
	labelled(out, "CERTIFICATE", "0", 1);
}

static void
key_with_certificates(BIO *out, EVP_PKEY *key)
{
	certificate(out, key);
	pkcs8(out, key);
	certificate(out, key);
}

static void
openssh(BIO *out, EVP_PKEY *key)
{
	(void)key;
	labelled(out, "OPENSSH PRIVATE KEY", "openssh-key-v1", sizeof("openssh-key-v1"));
}

static void
no_der_in_pkcs1(BIO *out, EVP_PKEY *key)
{
	(void)key;
	labelled(out, "RSA PRIVATE KEY", "abc", 3);
}

static void
no_der_in_pkcs8(BIO *out, EVP_PKEY *key)
{
	(void)key;
	labelled(out, "PRIVATE KEY", "abc", 3);
}

/* OneAsymmetricKey with the public key in it, as some libraries write Ed25519 keys (RFC 8410 §10.3). */
static void
second_version(BIO *out, EVP_PKEY *key)
{
	uint8_t der[83] = { 0x30, 81, 0x02, 1, 1, 0x30, 5, 0x06, 3, 0x2b, 0x65, 0x70, 0x04, 34, 0x04, 32 };
	size_t len = 32;

	assert_int_equal(EVP_PKEY_get_raw_private_key(key, der + 16, &len), 1);
	der[48] = 0x81;
	der[49] = 33;
	assert_int_equal(EVP_PKEY_get_raw_public_key(key, der + 51, &len), 1);
	labelled(out, "PRIVATE KEY", der, sizeof(der));
}

static void
empty_block(BIO *out, EVP_PKEY *key)
{
	(void)key;
	assert_true(
	    BIO_puts(out, "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n") > 0);
}

/* What write writes, changed by change, into out. */
static void
changed(BIO *out, EVP_PKEY *key, writer *write, void (*change)(char *text, long *len))
{
	BIO *whole = BIO_new(BIO_s_mem());
	char *text;
	long len;

	write(whole, key);
	len = BIO_get_mem_data(whole, &text);
	change(text, &len);
	assert_int_equal(BIO_write(out, text, (int)len), len);
	BIO_free(whole);
}

static void
cut_in_half(char *text, long *len)
{
	(void)text;
	*len /= 2;
}

static void
spoil_base64(char *text, long *len)
{
	text[*len / 2] = '!';
}

static void
cut_off(BIO *out, EVP_PKEY *key)
{
	changed(out, key, pkcs8, cut_in_half);
}

static void
spoiled(BIO *out, EVP_PKEY *key)
{
	changed(out, key, pkcs8, spoil_base64);
}

/* Behind the key's octets there are more. */
static void
trailing_octets(BIO *out, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der);
	unsigned char longer[4096] = { 0 };

	assert_in_range(len, 1, sizeof(longer) - 1);
	memcpy(longer, der, (size_t)len);
	labelled(out, "RSA PRIVATE KEY", longer, (size_t)len + 1);
	OPENSSL_free(der);
}

/* One octet of the DER is another: of the modulus, a prime, the exponent … */
static void
flipped(BIO *out, EVP_PKEY *key, int at)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der);

	assert_in_range(at, 0, len - 1);
	der[at] ^= 2;
	labelled(out, "RSA PRIVATE KEY", der, (size_t)len);
	OPENSSL_free(der);
}

static void
other_modulus(BIO *out, EVP_PKEY *key)
{
	flipped(out, key, 100);
}

/* Of RSA-2048: 4 + 3 + (4 + 257) + (2 + 3) + (4 + 256 or 257) + (3 + 129): in the middle of p. */
static void
other_prime(BIO *out, EVP_PKEY *key)
{
	flipped(out, key, 600);
}

static BIGNUM *
number_of(EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
	return number;
}

/* Writes new where old is in der; they are of one size. */
static void
replace_number(unsigned char *der, size_t len, const BIGNUM *old, const BIGNUM *new)
{
	unsigned char from[512], to[512];
	int size = BN_bn2bin(old, from);
	unsigned char *at = memmem(der, len, from, (size_t)size);

	assert_non_null(at);
	assert_int_equal(BN_bn2bin(new, to), size);
	memcpy(at, to, (size_t)size);
}

/* p and n of another key, which fit each other: n is p · q, and p is no prime. */
static void
composite_prime(BIO *out, EVP_PKEY *key)
{
	BIGNUM *n = number_of(key, OSSL_PKEY_PARAM_RSA_N);
	BIGNUM *p = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR1);
	BIGNUM *q = number_of(key, OSSL_PKEY_PARAM_RSA_FACTOR2);
	BIGNUM *other_n = BN_dup(n), *other_p = BN_dup(p);
	BN_CTX *ctx = BN_CTX_new();
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der);

	do {
		assert_int_equal(BN_sub_word(other_p, 2), 1);
	} while (BN_check_prime(other_p, ctx, NULL) == 1);
	assert_int_equal(BN_mul(other_n, other_p, q, ctx), 1);
	assert_int_equal(BN_num_bits(other_n), BN_num_bits(n));
	replace_number(der, (size_t)len, n, other_n);
	replace_number(der, (size_t)len, p, other_p);
	labelled(out, "RSA PRIVATE KEY", der, (size_t)len);
	OPENSSL_free(der);
	BN_free(n);
	BN_free(p);
	BN_free(q);
	BN_free(other_n);
	BN_free(other_p);
	BN_CTX_free(ctx);
}

/* ---- reading ---- */

static int
file_with(const void *octets, size_t len)
{
	int fd = memfd_create("key", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, len), len);
	return fd;
}

static int
file_of(writer *write, EVP_PKEY *key)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text;
	long len;
	int fd;

	write(out, key);
	len = BIO_get_mem_data(out, &text);
	fd = file_with(text, (size_t)len);
	BIO_free(out);
	return fd;
}

static const struct {
	writer *write;
	enum kind kind;
	enum algorithm algorithm;
	unsigned bits;
} good[] = {
	{ traditional, RSA_1024, ALGORITHM_RSA_SHA256, 1024 },
	{ traditional, RSA_2048, ALGORITHM_RSA_SHA256, 2048 },
	{ traditional, RSA_4096, ALGORITHM_RSA_SHA256, 4096 },
	{ pkcs8, RSA_1024, ALGORITHM_RSA_SHA256, 1024 },
	{ pkcs8, RSA_2048, ALGORITHM_RSA_SHA256, 2048 },
	{ pkcs8, RSA_4096, ALGORITHM_RSA_SHA256, 4096 },
	{ pkcs8, ED25519, ALGORITHM_ED25519_SHA256, 256 },
	{ key_with_certificates, RSA_2048, ALGORITHM_RSA_SHA256, 2048 },
};

/* The public key that the original has, as in p=. */
static size_t
public_of(EVP_PKEY *key, uint8_t ret_public[PUBLIC_KEY_MAX])
{
	uint8_t *at = ret_public;
	size_t len = PUBLIC_KEY_MAX;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		return (size_t)i2d_PUBKEY(key, &at);
	assert_int_equal(EVP_PKEY_get_raw_public_key(key, ret_public, &len), 1);
	return len;
}

static void
import__reads_what_others_write(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		uint8_t expected[PUBLIC_KEY_MAX], got[PUBLIC_KEY_MAX];
		size_t expected_len = public_of(keys[good[i].kind], expected);
		size_t got_len = 0;
		int fd = file_of(good[i].write, keys[good[i].kind]);
		struct error err = { "" };
		struct key *key = NULL;

		if (import_read(fd, &key, &err) != STATUS_OK)
			fail_msg("row %zu: %s", i, err.text);
		assert_int_equal(key_algorithm(key), good[i].algorithm);
		assert_int_equal(key_bits(key), good[i].bits);
		assert_int_equal(key_public(key, got, &got_len), STATUS_OK);
		assert_int_equal(got_len, expected_len);
		assert_memory_equal(got, expected, got_len);
		key_release(&key);
		(void)close(fd);
	}
}

static const struct {
	writer *write;
	enum kind kind;
	enum status status;
	const char *says;
} bad[] = {
	{ nothing, RSA_2048, STATUS_INVALID, "empty" },
	{ garbage, RSA_2048, STATUS_INVALID, "no private key in PEM" },
	{ der_without_pem, RSA_2048, STATUS_INVALID, "no private key in PEM" },
	{ public_only, RSA_2048, STATUS_INVALID, "public key only" },
	{ certificate, RSA_2048, STATUS_INVALID, "certificate only" },
	{ encrypted_pkcs8, RSA_2048, STATUS_REFUSED, "encrypted" },
	{ encrypted_pkcs8, ED25519, STATUS_REFUSED, "encrypted" },
	{ encrypted_traditional, RSA_2048, STATUS_REFUSED, "encrypted" },
	{ two_keys, RSA_2048, STATUS_INVALID, "more than one" },
	{ key_and_encrypted_key, RSA_2048, STATUS_INVALID, "more than one" },
	{ pkcs8, RSA_1536, STATUS_REFUSED, "1536 bits" },
	{ traditional, RSA_1536, STATUS_REFUSED, "1536 bits" },
	{ pkcs8, RSA_PSS, STATUS_REFUSED, "neither an RSA nor an Ed25519" },
	{ pkcs8, EC, STATUS_REFUSED, "neither an RSA nor an Ed25519" },
	{ traditional, EC, STATUS_REFUSED, "neither an RSA nor an Ed25519" },
	{ pkcs8, X25519, STATUS_REFUSED, "neither an RSA nor an Ed25519" },
	{ openssh, RSA_2048, STATUS_REFUSED, "OpenSSH" },
	{ no_der_in_pkcs1, RSA_2048, STATUS_INVALID, "damaged" },
	{ no_der_in_pkcs8, RSA_2048, STATUS_INVALID, "damaged" },
	{ empty_block, RSA_2048, STATUS_INVALID, "damaged" },
	{ cut_off, RSA_2048, STATUS_INVALID, "damaged or cut off" },
	{ spoiled, RSA_2048, STATUS_INVALID, "damaged or cut off" },
	{ trailing_octets, RSA_2048, STATUS_INVALID, "damaged" },
	{ other_modulus, RSA_2048, STATUS_INVALID, "damaged" },
	{ other_prime, RSA_2048, STATUS_INVALID, "damaged" },
	{ composite_prime, RSA_2048, STATUS_INVALID, "damaged" },
};

static void
import__says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		int fd = file_of(bad[i].write, keys[bad[i].kind]);
		struct error err = { "" };
		struct key *key = NULL;
		enum status status = import_read(fd, &key, &err);

		if (status != bad[i].status || strstr(err.text, bad[i].says) == NULL)
			fail_msg("row %zu: %s: %s", i, status_name(status), err.text);
		assert_null(key);
		(void)close(fd);
	}
}

/* OpenSSL 3.5 reads it, 3.0 does not: then the sentence says what it is. */
static void
import__reads_the_second_version_or_names_it(void **state)
{
	int fd = file_of(second_version, keys[ED25519]);
	struct error err = { "" };
	struct key *key = NULL;
	enum status status = import_read(fd, &key, &err);

	(void)state;
	if (status == STATUS_OK) {
		uint8_t expected[PUBLIC_KEY_MAX], got[PUBLIC_KEY_MAX];
		size_t expected_len = public_of(keys[ED25519], expected);
		size_t got_len = 0;

		assert_int_equal(key_public(key, got, &got_len), STATUS_OK);
		assert_int_equal(got_len, expected_len);
		assert_memory_equal(got, expected, got_len);
		key_release(&key);
	} else {
		assert_int_equal(status, STATUS_INVALID);
		assert_non_null(strstr(err.text, "RFC 5958"));
		assert_null(key);
	}
	(void)close(fd);
}

/* Nothing longer than a word of the text is in a sentence, whatever was wrong with it. */
static void
import__repeats_nothing_of_the_file(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		BIO *out = BIO_new(BIO_s_mem());
		struct error err = { "" };
		struct key *key = NULL;
		char *text;
		long len;

		bad[i].write(out, keys[bad[i].kind]);
		len = BIO_get_mem_data(out, &text);
		assert_int_not_equal(
		    pem_read(slice_of(text, (size_t)len), &key, &err), STATUS_OK);
		for (long at = 0; at + 16 <= len; at++) {
			char piece[17] = "";

			memcpy(piece, text + at, 16);
			if (strspn(piece, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") == 16)
				assert_null(strstr(err.text, piece));
		}
		BIO_free(out);
	}
}

static void
import__takes_small_odd_exponents(void **state)
{
	static const struct {
		unsigned long e;
		enum status status;
	} rows[] = { { 3, STATUS_OK }, { 65537, STATUS_OK }, { 4294967291UL, STATUS_OK },
		{ 4294967311UL, STATUS_REFUSED } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		EVP_PKEY *pkey = rsa_with_exponent("RSA", rows[i].e);
		int fd = file_of(traditional, pkey);
		struct key *key = NULL;
		struct error err;

		assert_int_equal(import_read(fd, &key, &err), rows[i].status);
		key_release(&key);
		(void)close(fd);
		EVP_PKEY_free(pkey);
	}
}

static void
assert_file_says(int fd, enum status expected, const char *says)
{
	struct key *key = NULL;
	struct error err = { "" };

	assert_int_equal(import_read(fd, &key, &err), expected);
	if (strstr(err.text, says) == NULL)
		fail_msg("%s", err.text);
	assert_null(key);
	(void)close(fd);
}

static void
import__reads_regular_files_of_a_sane_size_only(void **state)
{
	static const char octets[IMPORT_FILE_MAX + 1];
	int ends[2];

	(void)state;
	assert_file_says(file_with(octets, IMPORT_FILE_MAX + 1), STATUS_TOO_LARGE, "16 KiB");
	assert_file_says(file_with(octets, IMPORT_FILE_MAX), STATUS_INVALID, "no private key");
	assert_file_says(open("/dev/zero", O_RDONLY | O_CLOEXEC), STATUS_INVALID, "regular");
	assert_file_says(open("/tmp", O_RDONLY | O_CLOEXEC), STATUS_INVALID, "regular");
	assert_int_equal(pipe(ends), 0);
	(void)close(ends[1]);
	assert_file_says(ends[0], STATUS_INVALID, "regular");
}

static void
import__cannot_read_what_was_opened_for_writing(void **state)
{
	char path[] = "/tmp/signetd-import-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	(void)unlink(path);
	assert_file_says(fd, STATUS_INVALID, "cannot be read");
}

static void
import__begins_at_the_start_whatever_the_offset(void **state)
{
	int fd = file_of(pkcs8, keys[ED25519]);
	struct key *key = NULL;

	(void)state;
	assert_true(lseek(fd, 0, SEEK_END) > 0);
	assert_int_equal(import_read(fd, &key, NULL), STATUS_OK);
	key_release(&key);
	(void)close(fd);
}

/* ---- the answer ---- */

static struct master *
fixed_master(void)
{
	uint8_t octets[MASTER_KEY_SIZE] = { 7 };
	int fd = file_with(octets, sizeof(octets));
	struct master *master;

	assert_int_equal(master_read(fd, &master, NULL), STATUS_OK);
	(void)close(fd);
	return master;
}

static void
import__seals_the_key_under_a_new_handle(void **state)
{
	struct master *master = fixed_master();
	struct frame_head request = { .epoch = 5, .id = 99 };
	struct frame_imported first, second;
	int fd = file_of(pkcs8, keys[RSA_1024]);
	struct handle handle;
	struct seal_label label;
	struct secret plain = { 0 };

	(void)state;
	import_answer(master, &request, fd, &first);
	import_answer(master, &request, fd, &second);
	assert_int_equal(first.status, STATUS_OK);
	assert_int_equal(first.head.type, FRAME_IMPORTED);
	assert_int_equal(first.head.epoch, 5);
	assert_int_equal(first.head.id, 99);
	assert_int_equal(first.key_bits, 1024);
	assert_memory_not_equal(first.handle, second.handle, sizeof(first.handle));
	memcpy(handle.bytes, first.handle, sizeof(handle.bytes));
	assert_int_equal(seal_open(master, &handle,
	                     slice_of((const char *)first.sealed, first.sealed_len), &label, &plain),
	    STATUS_OK);
	assert_int_equal(label.algorithm, ALGORITHM_RSA_SHA256);
	secret_wipe(&plain);
	(void)close(fd);
	master_free(&master);
}

static void
import__answers_with_a_sentence_and_nothing_else(void **state)
{
	static const uint8_t zeros[FRAME_SEALED_MAX];
	struct master *master = fixed_master();
	struct frame_head request = { .epoch = 5, .id = 99 };
	struct frame_imported answer;
	int fd = file_of(encrypted_pkcs8, keys[RSA_2048]);

	(void)state;
	import_answer(master, &request, fd, &answer);
	assert_int_equal(answer.status, STATUS_REFUSED);
	assert_non_null(strstr(answer.sentence, "encrypted"));
	assert_int_equal(answer.sealed_len, 0);
	assert_memory_equal(answer.sealed, zeros, sizeof(answer.sealed));
	import_answer(master, &request, -1, &answer);
	assert_int_equal(answer.status, STATUS_INVALID);
	assert_non_null(strstr(answer.sentence, "no file"));
	(void)close(fd);
	master_free(&master);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(import__reads_what_others_write),
		cmocka_unit_test(import__says_what_is_wrong),
		cmocka_unit_test(import__reads_the_second_version_or_names_it),
		cmocka_unit_test(import__repeats_nothing_of_the_file),
		cmocka_unit_test(import__takes_small_odd_exponents),
		cmocka_unit_test(import__reads_regular_files_of_a_sane_size_only),
		cmocka_unit_test(import__cannot_read_what_was_opened_for_writing),
		cmocka_unit_test(import__begins_at_the_start_whatever_the_offset),
		cmocka_unit_test(import__seals_the_key_under_a_new_handle),
		cmocka_unit_test(import__answers_with_a_sentence_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, make_keys, free_keys);
}
