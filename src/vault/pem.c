/* SPDX-License-Identifier: ISC */
#include "vault/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "vault/rsa_der.h"

#define ED25519_SIZE 32

/* A key on its way: its plain form, and of which algorithm. The caller wipes it. */
struct plain_key {
	enum algorithm algorithm;
	struct secret plain;
};

typedef enum status reader(struct slice der, struct plain_key *ret_plain, struct error *err);

static const char wrong_kind[] =
    "the key in the file is neither an RSA nor an Ed25519 key: DKIM has no other";
static const char encrypted[] =
    "the key in the file is encrypted: decrypt it first (openssl pkey -in FILE -out OTHER), "
    "nobody is asked for a passphrase here";

static enum status
damaged(struct error *err)
{
	return error_set(err, STATUS_INVALID, "the key in the file is damaged");
}

/* ---- PKCS#1 ---- */

static enum status
read_rsa(struct slice der, struct plain_key *ret_plain, struct error *err)
{
	ret_plain->algorithm = ALGORITHM_RSA_SHA256;
	return rsa_der_read(der, &ret_plain->plain, err);
}

/* ---- PKCS#8 ---- */

/* The seed in an OCTET STRING of its own (RFC 8410 §7). */
static enum status
read_ed25519(struct slice der, struct plain_key *ret_plain, struct error *err)
{
	static const char octet_string[] = { 0x04, ED25519_SIZE };

	if (der.len != sizeof(octet_string) + ED25519_SIZE ||
	    memcmp(der.ptr, octet_string, sizeof(octet_string)) != 0)
		return damaged(err);
	ret_plain->algorithm = ALGORITHM_ED25519_SHA256;
	ret_plain->plain.len = ED25519_SIZE;
	memcpy(ret_plain->plain.bytes, der.ptr + sizeof(octet_string), ED25519_SIZE);
	return STATUS_OK;
}

static const struct {
	int nid;
	reader *read;
} algorithms[] = {
	{ NID_rsaEncryption, read_rsa },
	{ NID_ED25519, read_ed25519 },
};

static enum status
read_inner(const PKCS8_PRIV_KEY_INFO *info, struct plain_key *ret_plain, struct error *err)
{
	const ASN1_OBJECT *algorithm;
	const unsigned char *octets;
	int len = 0;

	if (PKCS8_pkey_get0(&algorithm, &octets, &len, NULL, info) != 1)
		return damaged(err);
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].nid == OBJ_obj2nid(algorithm))
			return algorithms[i].read(
			    slice_of((const char *)octets, (size_t)len), ret_plain, err);
	}
	return error_set(err, STATUS_REFUSED, "%s", wrong_kind);
}

static enum status
read_pkcs8(struct slice der, struct plain_key *ret_plain, struct error *err)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	const unsigned char *end = at + der.len;
	PKCS8_PRIV_KEY_INFO *info = d2i_PKCS8_PRIV_KEY_INFO(NULL, &at, (long)der.len);
	enum status status = STATUS_INVALID;

	if (info != NULL && at == end)
		status = read_inner(info, ret_plain, err);
	else
		(void)error_set(err, status,
		    "the PKCS#8 in the file cannot be read: it is damaged, or of the second version "
		    "(RFC 5958), which is not taken");
	PKCS8_PRIV_KEY_INFO_free(info);
	return status;
}

/* ---- blocks ---- */

/* Blocks with a private key in them, and what is not read of them. */
static const struct key_block {
	const char *label;
	reader *read; /* or NULL */
	const char *refusal;
} key_blocks[] = {
	{ PEM_STRING_RSA, read_rsa, NULL },
	{ PEM_STRING_PKCS8INF, read_pkcs8, NULL },
	{ PEM_STRING_PKCS8, NULL, encrypted },
	{ PEM_STRING_ECPRIVATEKEY, NULL, wrong_kind },
	{ PEM_STRING_DSA, NULL, wrong_kind },
	{ "OPENSSH PRIVATE KEY", NULL,
	    "the key in the file is in OpenSSH's own format: PKCS#1 or PKCS#8 is wanted" },
};

/* What people take for a private key, said when there is none. */
static const struct {
	const char *label;
	const char *text;
} other_blocks[] = {
	{ PEM_STRING_PUBLIC, "the file has a public key only: the private one is wanted" },
	{ PEM_STRING_RSA_PUBLIC, "the file has a public key only: the private one is wanted" },
	{ PEM_STRING_X509, "the file has a certificate only: its private key is wanted" },
	{ PEM_STRING_X509_REQ, "the file has a certificate request only: a private key is wanted" },
};

/* One PEM block, as OpenSSL gives it. */
struct block {
	char *label;
	char *header;
	unsigned char *der;
	long len;
};

static void
block_done(struct block *block)
{
	OPENSSL_free(block->label);
	OPENSSL_clear_free(block->header, block->header != NULL ? strlen(block->header) : 0);
	OPENSSL_clear_free(block->der, (size_t)block->len);
}

/* What has been found so far. */
struct search {
	const char *other; /* what was there instead of a key */
	bool has_key;
};

static const struct key_block *
find_key_block(const char *label)
{
	for (size_t i = 0; i < sizeof(key_blocks) / sizeof(key_blocks[0]); i++) {
		if (strcmp(key_blocks[i].label, label) == 0)
			return &key_blocks[i];
	}
	return NULL;
}

static void
note_other(struct search *search, const char *label)
{
	for (size_t i = 0; i < sizeof(other_blocks) / sizeof(other_blocks[0]); i++) {
		if (strcmp(other_blocks[i].label, label) == 0)
			search->other = other_blocks[i].text;
	}
}

static enum status
take_block(struct search *search, const struct block *block, struct plain_key *ret_plain,
    struct error *err)
{
	const struct key_block *kind = find_key_block(block->label);

	if (kind == NULL) {
		note_other(search, block->label);
		return STATUS_OK;
	}
	if (search->has_key)
		return error_set(err, STATUS_INVALID,
		    "the file has more than one private key: put the one into a file of its own");
	search->has_key = true;
	/* RFC 1421's way to encrypt */
	if (strstr(block->header, "ENCRYPTED") != NULL)
		return error_set(err, STATUS_REFUSED, "%s", encrypted);
	if (kind->read == NULL)
		return error_set(err, STATUS_REFUSED, "%s", kind->refusal);
	return kind->read(
	    slice_of((const char *)block->der, (size_t)block->len), ret_plain, err);
}

/* No further block, or one that is broken? */
static enum status
judge_end(const struct search *search, struct error *err)
{
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return error_set(err, STATUS_INVALID, "the PEM in the file is damaged or cut off");
	if (search->has_key)
		return STATUS_OK;
	return error_set(err, STATUS_INVALID, "%s",
	    search->other != NULL ? search->other : "the file has no private key in PEM format");
}

static enum status
read_blocks(BIO *bio, struct plain_key *ret_plain, struct error *err)
{
	struct search search = { .has_key = false };
	enum status status = STATUS_OK;
	struct block block;

	while (status == STATUS_OK) {
		block = (struct block){ .len = 0 };
		ERR_clear_error();
		if (PEM_read_bio_ex(bio, &block.label, &block.header, &block.der, &block.len,
		        PEM_FLAG_SECURE | PEM_FLAG_EAY_COMPATIBLE) != 1)
			return judge_end(&search, err);
		status = take_block(&search, &block, ret_plain, err);
		block_done(&block);
	}
	return status;
}

static enum status
make_key(const struct plain_key *plain, struct key **ret_key, struct error *err)
{
	struct key *key = NULL;

	if (key_from_plain(plain->algorithm, &plain->plain, &key) != STATUS_OK ||
	    !key_is_sound(key)) {
		key_release(&key);
		return damaged(err);
	}
	*ret_key = key;
	return STATUS_OK;
}

enum status
pem_read(struct slice text, struct key **ret_key, struct error *err)
{
	BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
	struct plain_key plain = { .plain = { 0 } };
	enum status status = STATUS_NO_MEMORY;

	if (bio != NULL)
		status = read_blocks(bio, &plain, err);
	if (status == STATUS_OK)
		status = make_key(&plain, ret_key, err);
	secret_wipe(&plain.plain);
	BIO_free(bio);
	ERR_clear_error();
	return bio != NULL ? status : error_set(err, status, "no memory to read the file");
}
