/* SPDX-License-Identifier: ISC */
/*
 * floor SOCKET rsa|ed25519
 *
 * The least a libmilter program can do for a signature: it negotiates every
 * reply away, feeds what it gets to SHA-256 as it is, does one private-key
 * operation, inserts one field. What signetd costs beyond this is signetd.
 */
#include <libmilter/mfapi.h>
#include <libmilter/mfdef.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define RSA_BITS 2048U
#define VALUE_MAX 2048U
#define NO_REPLIES \
	(SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT | SMFIP_NR_DATA | SMFIP_NR_UNKN | \
	    SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY)
#define NO_STEPS (SMFIP_NOHELO | SMFIP_NORCPT | SMFIP_NODATA | SMFIP_NOUNKNOWN)

static EVP_PKEY *key;
static EVP_MD *sha256;
static bool is_rsa;

static sfsistat
on_negotiate(SMFICTX *ctx, unsigned long actions, unsigned long steps, unsigned long unused2,
    unsigned long unused3, unsigned long *ret_actions, unsigned long *ret_steps,
    unsigned long *ret_unused2, unsigned long *ret_unused3)
{
	(void)ctx;
	(void)actions;
	(void)unused2;
	(void)unused3;
	*ret_actions = SMFIF_ADDHDRS;
	*ret_steps = steps & (NO_REPLIES | NO_STEPS | SMFIP_HDR_LEADSPC);
	*ret_unused2 = 0;
	*ret_unused3 = 0;
	return SMFIS_CONTINUE;
}

static EVP_MD_CTX *
get_digest(SMFICTX *ctx)
{
	EVP_MD_CTX *digest = smfi_getpriv(ctx);

	if (digest != NULL)
		return digest;
	digest = EVP_MD_CTX_new();
	if (digest == NULL || EVP_DigestInit_ex2(digest, sha256, NULL) != 1)
		abort();
	(void)smfi_setpriv(ctx, digest);
	return digest;
}

static sfsistat
on_connect(SMFICTX *ctx, char *host, _SOCK_ADDR *client)
{
	(void)ctx;
	(void)host;
	(void)client;
	return SMFIS_NOREPLY;
}

static sfsistat
on_mail(SMFICTX *ctx, char **arguments)
{
	(void)arguments;
	(void)get_digest(ctx);
	return SMFIS_NOREPLY;
}

static sfsistat
on_header(SMFICTX *ctx, char *name, char *value)
{
	EVP_MD_CTX *digest = get_digest(ctx);

	(void)EVP_DigestUpdate(digest, name, strlen(name));
	(void)EVP_DigestUpdate(digest, value, strlen(value));
	return SMFIS_NOREPLY;
}

static sfsistat
on_header_end(SMFICTX *ctx)
{
	(void)ctx;
	return SMFIS_NOREPLY;
}

static sfsistat
on_body(SMFICTX *ctx, unsigned char *bytes, size_t len)
{
	(void)EVP_DigestUpdate(get_digest(ctx), bytes, len);
	return SMFIS_NOREPLY;
}

static size_t
sign(const unsigned char *hash, unsigned hash_len, unsigned char *signature, size_t size)
{
	size_t len = size;

	if (is_rsa) {
		EVP_PKEY_CTX *signing = EVP_PKEY_CTX_new(key, NULL);

		if (EVP_PKEY_sign_init(signing) != 1 || EVP_PKEY_CTX_set_signature_md(signing, sha256) != 1 ||
		    EVP_PKEY_sign(signing, signature, &len, hash, hash_len) != 1)
			abort();
		EVP_PKEY_CTX_free(signing);
	} else {
		EVP_MD_CTX *signing = EVP_MD_CTX_new();

		if (EVP_DigestSignInit(signing, NULL, NULL, NULL, key) != 1 ||
		    EVP_DigestSign(signing, signature, &len, hash, hash_len) != 1)
			abort();
		EVP_MD_CTX_free(signing);
	}
	return len;
}

static sfsistat
on_end(SMFICTX *ctx)
{
	static char name[] = "DKIM-Signature";
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned char signature[512];
	unsigned hash_len = 0;
	char storage[VALUE_MAX];
	struct buf value;

	if (EVP_DigestFinal_ex(get_digest(ctx), hash, &hash_len) != 1)
		abort();
	buf_init_fixed(&value, storage, sizeof(storage));
	buf_put_text(&value,
	    " v=1; a=rsa-sha256; c=relaxed/relaxed; d=bench.example;\n\ts=s202611a-0123456789; t=1800000000; "
	    "h=From:From:Reply-To:Reply-To:\n\tSubject:Subject:To:To:Cc:Cc:Date:Date:Message-ID:Message-ID:\n\t"
	    "MIME-Version:MIME-Version:Content-Type:Content-Type;\n\tbh=");
	buf_put_base64(&value, hash, hash_len);
	buf_put_text(&value, ";\n\tb=");
	buf_put_base64(&value, signature, sign(hash, hash_len, signature, sizeof(signature)));
	buf_put_char(&value, '\0');
	if (buf_status(&value) != STATUS_OK || smfi_insheader(ctx, 0, name, value.ptr) != MI_SUCCESS)
		return SMFIS_TEMPFAIL;
	return SMFIS_ACCEPT;
}

static sfsistat
on_close(SMFICTX *ctx)
{
	EVP_MD_CTX_free(smfi_getpriv(ctx));
	(void)smfi_setpriv(ctx, NULL);
	return SMFIS_CONTINUE;
}

static bool
make_key(const char *algorithm)
{
	is_rsa = strcmp(algorithm, "rsa") == 0;
	sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	key = is_rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS) : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	return sha256 != NULL && key != NULL;
}

int
main(int argc, char **argv)
{
	static char name[] = "floor";
	struct smfiDesc description = {
		.xxfi_name = name,
		.xxfi_version = SMFI_VERSION,
		.xxfi_flags = SMFIF_ADDHDRS,
		.xxfi_connect = on_connect,
		.xxfi_envfrom = on_mail,
		.xxfi_header = on_header,
		.xxfi_eoh = on_header_end,
		.xxfi_body = on_body,
		.xxfi_eom = on_end,
		.xxfi_close = on_close,
		.xxfi_negotiate = on_negotiate,
	};

	if (argc != 3 || !make_key(argv[2]) || smfi_register(description) != MI_SUCCESS ||
	    smfi_setconn(argv[1]) != MI_SUCCESS || smfi_opensocket(true) != MI_SUCCESS) {
		(void)fprintf(stderr, "usage: floor unix:SOCKET rsa|ed25519\n");
		return 2;
	}
	return smfi_main() == MI_SUCCESS ? 0 : 1;
}
