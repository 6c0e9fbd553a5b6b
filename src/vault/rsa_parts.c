/* SPDX-License-Identifier: ISC */
#include "vault/rsa_parts.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <stdbool.h>

/* Every number of an RSA private key, in the order they are worked out. */
enum part { P, Q, E, N, D, DP, DQ, QINV, PART_COUNT };

static const char *const part_names[PART_COUNT] = {
	[P] = OSSL_PKEY_PARAM_RSA_FACTOR1,
	[Q] = OSSL_PKEY_PARAM_RSA_FACTOR2,
	[E] = OSSL_PKEY_PARAM_RSA_E,
	[N] = OSSL_PKEY_PARAM_RSA_N,
	[D] = OSSL_PKEY_PARAM_RSA_D,
	[DP] = OSSL_PKEY_PARAM_RSA_EXPONENT1,
	[DQ] = OSSL_PKEY_PARAM_RSA_EXPONENT2,
	[QINV] = OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
};

#define STORED_PARTS 3 /* P, Q, E */

static enum status
put_part(struct secret *plain, const BIGNUM *number)
{
	int size = BN_num_bytes(number);

	if (SECRET_MAX - plain->len < (size_t)size + 2)
		return STATUS_TOO_LARGE;
	plain->bytes[plain->len] = (uint8_t)(size >> 8);
	plain->bytes[plain->len + 1] = (uint8_t)size;
	(void)BN_bn2bin(number, plain->bytes + plain->len + 2);
	plain->len += (size_t)size + 2;
	return STATUS_OK;
}

enum status
rsa_parts_from_pkey(const EVP_PKEY *pkey, struct secret *ret_plain)
{
	enum status status = STATUS_OK;

	ret_plain->len = 0;
	for (int part = 0; part < STORED_PARTS && status == STATUS_OK; part++) {
		BIGNUM *number = NULL;

		if (EVP_PKEY_get_bn_param(pkey, part_names[part], &number) == 1)
			status = put_part(ret_plain, number);
		else
			status = STATUS_SYSTEM;
		BN_clear_free(number);
	}
	return status;
}

enum status
rsa_parts_put(
    const BIGNUM *p, const BIGNUM *q, const BIGNUM *e, struct secret *ret_plain)
{
	const BIGNUM *const stored[STORED_PARTS] = { p, q, e };
	enum status status = STATUS_OK;

	ret_plain->len = 0;
	for (int part = 0; part < STORED_PARTS && status == STATUS_OK; part++)
		status = put_part(ret_plain, stored[part]);
	return status;
}

/* Reads the stored parts; nothing may be left over. */
static bool
take_parts(const struct secret *plain, BIGNUM *parts[PART_COUNT])
{
	size_t at = 0;

	for (int part = 0; part < STORED_PARTS; part++) {
		size_t size;

		if (plain->len - at < 2)
			return false;
		size = (size_t)plain->bytes[at] << 8 | plain->bytes[at + 1];
		at += 2;
		if (size == 0 || plain->len - at < size ||
		    BN_bin2bn(plain->bytes + at, (int)size, parts[part]) == NULL)
			return false;
		at += size;
	}
	return at == plain->len;
}

/* n, d, d mod p-1, d mod q-1 and 1/q mod p from p, q and e (RFC 8017 §3.2). */
static bool
work_out(BIGNUM *parts[PART_COUNT], BN_CTX *ctx)
{
	BIGNUM *p1 = BN_CTX_get(ctx);
	BIGNUM *q1 = BN_CTX_get(ctx);
	BIGNUM *phi = BN_CTX_get(ctx);

	if (phi == NULL)
		return false;
	BN_set_flags(p1, BN_FLG_CONSTTIME);
	BN_set_flags(q1, BN_FLG_CONSTTIME);
	BN_set_flags(phi, BN_FLG_CONSTTIME);
	return BN_sub(p1, parts[P], BN_value_one()) == 1 &&
	    BN_sub(q1, parts[Q], BN_value_one()) == 1 && BN_mul(phi, p1, q1, ctx) == 1 &&
	    BN_mul(parts[N], parts[P], parts[Q], ctx) == 1 &&
	    BN_mod_inverse(parts[D], parts[E], phi, ctx) != NULL &&
	    BN_mod(parts[DP], parts[D], p1, ctx) == 1 &&
	    BN_mod(parts[DQ], parts[D], q1, ctx) == 1 &&
	    BN_mod_inverse(parts[QINV], parts[Q], parts[P], ctx) != NULL;
}

static OSSL_PARAM *
to_params(BIGNUM *parts[PART_COUNT])
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	bool is_complete = builder != NULL;

	for (int part = 0; part < PART_COUNT && is_complete; part++)
		is_complete = OSSL_PARAM_BLD_push_BN(builder, part_names[part], parts[part]) == 1;
	if (is_complete)
		params = OSSL_PARAM_BLD_to_param(builder);
	OSSL_PARAM_BLD_free(builder);
	return params;
}

/* OSSL_PARAM_free does not wipe ordinary memory: the numbers are wiped first. */
static void
wipe_params(OSSL_PARAM *params)
{
	for (OSSL_PARAM *param = params; param != NULL && param->key != NULL; param++)
		OPENSSL_cleanse(param->data, param->data_size);
	OSSL_PARAM_free(params);
}

static EVP_PKEY *
from_params(OSSL_PARAM *params)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

EVP_PKEY *
rsa_parts_to_pkey(const struct secret *plain)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *parts[PART_COUNT] = { NULL };
	OSSL_PARAM *params = NULL;
	EVP_PKEY *pkey = NULL;
	bool has_room = ctx != NULL;

	for (int part = 0; part < PART_COUNT; part++) {
		parts[part] = BN_secure_new();
		has_room = has_room && parts[part] != NULL;
	}
	if (has_room) {
		BN_CTX_start(ctx);
		if (take_parts(plain, parts) && work_out(parts, ctx))
			params = to_params(parts);
		BN_CTX_end(ctx);
	}
	if (params != NULL)
		pkey = from_params(params);
	wipe_params(params);
	for (int part = 0; part < PART_COUNT; part++)
		BN_clear_free(parts[part]);
	BN_CTX_free(ctx);
	return pkey;
}
