/* SPDX-License-Identifier: ISC */
/* vault/pem.h: the octets are a key file, and the DER in the blocks of others. */
#include "vault/pem.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "target.h"

#define FILE_MAX 4096

static const char *const labels[] = { PEM_STRING_RSA, PEM_STRING_PKCS8INF };

/* ---- what is promised ---- */

static void
check_sentence(const struct error *err)
{
	size_t len = strlen(err->text);

	TARGET_CHECK(len > 0);
	for (size_t i = 0; i < len; i++)
		TARGET_CHECK((unsigned char)err->text[i] >= ' ' && err->text[i] < 0x7f);
}

static void
check_size(const struct key *key)
{
	unsigned bits = key_bits(key);

	if (key_algorithm(key) == ALGORITHM_ED25519_SHA256)
		TARGET_CHECK(bits == 256);
	else
		TARGET_CHECK(bits == 1024 || bits == 2048 || bits == 3072 || bits == 4096);
}

/* What was taken can be sealed, and is the same key when it is opened again. */
static void
check_survival(const struct key *key)
{
	uint8_t before[PUBLIC_KEY_MAX], after[PUBLIC_KEY_MAX];
	size_t before_len = 0, after_len = 0;
	struct secret plain = { 0 };
	struct key *again = NULL;

	TARGET_CHECK(key_to_plain(key, &plain) == STATUS_OK);
	TARGET_CHECK(key_from_plain(key_algorithm(key), &plain, &again) == STATUS_OK);
	TARGET_CHECK(key_public(key, before, &before_len) == STATUS_OK);
	TARGET_CHECK(key_public(again, after, &after_len) == STATUS_OK);
	TARGET_CHECK(before_len == after_len && memcmp(before, after, after_len) == 0);
	secret_wipe(&plain);
	key_release(&again);
}

/* ---- all of it ---- */

static enum status
try_text(struct slice text)
{
	struct error err = { "" };
	struct key *key = NULL;
	enum status status = pem_read(text, &key, &err);

	if (status == STATUS_OK) {
		check_size(key);
		check_survival(key);
	} else {
		TARGET_CHECK(status == STATUS_INVALID || status == STATUS_REFUSED);
		TARGET_CHECK(key == NULL);
		check_sentence(&err);
	}
	key_release(&key);
	return status;
}

/* The file with another file behind it: a second key is too many, anything else changes nothing. */
static void
try_twice(struct slice text, enum status once)
{
	char *twice = malloc(2 * text.len + 1);

	TARGET_CHECK(twice != NULL);
	memcpy(twice, text.ptr, text.len);
	twice[text.len] = '\n';
	memcpy(twice + text.len + 1, text.ptr, text.len);
	if (once == STATUS_OK)
		TARGET_CHECK(try_text(slice_of(twice, 2 * text.len + 1)) == STATUS_INVALID);
	free(twice);
}

static void
try_der(const char *label, struct slice der)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	TARGET_CHECK(bio != NULL);
	TARGET_CHECK(PEM_write_bio(bio, label, "", (const unsigned char *)der.ptr, (long)der.len) > 0);
	len = BIO_get_mem_data(bio, &text);
	(void)!try_text(slice_of(text, (size_t)len));
	BIO_free(bio);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_first(slice_of(data, size), FILE_MAX);
	char *copy = target_copy(bytes);
	struct slice text = slice_of(copy, bytes.len);

	try_twice(text, try_text(text));
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && text.len > 0; i++)
		try_der(labels[i], text);
	free(copy);
	return 0;
}
