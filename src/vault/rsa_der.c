/* SPDX-License-Identifier: ISC */
#include "vault/rsa_der.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <stdbool.h>

#include "vault/rsa_parts.h"

/* The members of an RSAPrivateKey with two primes, as far as they are looked at. */
enum member { VERSION, N, E, D, P, Q, DP, DQ, QINV, MEMBER_COUNT };

#define TWO_PRIMES 0 /* as the version says it */

/* 1024: too weak by RFC 8301 §3.2; the keeper warns. */
static const int sizes[] = { 1024, 2048, 3072, 4096 };

#define EXPONENT_BITS_MAX 32

static enum status
damaged(struct error *err)
{
	return error_set(err, STATUS_INVALID, "the RSA key in the file is damaged");
}

static BIGNUM *
number_of(const ASN1_TYPE *value)
{
	BIGNUM *number = BN_secure_new();

	if (number != NULL && ASN1_TYPE_get(value) == V_ASN1_INTEGER &&
	    ASN1_INTEGER_to_BN(value->value.integer, number) != NULL && BN_is_negative(number) == 0)
		return number;
	BN_clear_free(number);
	return NULL;
}

static enum status
check_size(const BIGNUM *n, struct error *err)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (BN_num_bits(n) == sizes[i])
			return STATUS_OK;
	}
	return error_set(err, STATUS_REFUSED,
	    "the RSA key has %d bits: keys of 2048, 3072 and 4096 are taken, with a warning of 1024",
	    BN_num_bits(n));
}

static enum status
check_exponent(const BIGNUM *e, struct error *err)
{
	if (BN_is_odd(e) == 1 && BN_is_one(e) == 0 && BN_num_bits(e) <= EXPONENT_BITS_MAX)
		return STATUS_OK;
	return error_set(err, STATUS_REFUSED,
	    "the RSA key has an unusual public exponent: an odd number from 3 to 32 bits is wanted");
}

/* Before the numbers are put to work: then their sizes are known. */
static enum status
check_product(BIGNUM *const numbers[MEMBER_COUNT], struct error *err)
{
	BN_CTX *ctx = BN_CTX_secure_new();
	BIGNUM *product = BN_secure_new();
	bool is_right = ctx != NULL && product != NULL &&
	    BN_mul(product, numbers[P], numbers[Q], ctx) == 1 &&
	    BN_cmp(product, numbers[N]) == 0;

	BN_clear_free(product);
	BN_CTX_free(ctx);
	return is_right ? STATUS_OK : damaged(err);
}

static enum status
take_numbers(BIGNUM *const numbers[MEMBER_COUNT], struct secret *ret_plain, struct error *err)
{
	enum status status = check_size(numbers[N], err);

	if (status == STATUS_OK)
		status = check_exponent(numbers[E], err);
	if (status == STATUS_OK)
		status = check_product(numbers, err);
	if (status == STATUS_OK &&
	    rsa_parts_put(numbers[P], numbers[Q], numbers[E], ret_plain) != STATUS_OK)
		status = damaged(err);
	return status;
}

static enum status
read_members(const ASN1_SEQUENCE_ANY *members, struct secret *ret_plain, struct error *err)
{
	BIGNUM *numbers[MEMBER_COUNT] = { NULL };
	bool is_complete = sk_ASN1_TYPE_num(members) == MEMBER_COUNT;
	enum status status = STATUS_INVALID;

	for (int i = 0; i < MEMBER_COUNT && is_complete; i++) {
		numbers[i] = number_of(sk_ASN1_TYPE_value(members, i));
		is_complete = numbers[i] != NULL;
	}
	if (is_complete && BN_is_word(numbers[VERSION], TWO_PRIMES))
		status = take_numbers(numbers, ret_plain, err);
	else
		status = damaged(err);
	for (int i = 0; i < MEMBER_COUNT; i++)
		BN_clear_free(numbers[i]);
	return status;
}

enum status
rsa_der_read(struct slice der, struct secret *ret_plain, struct error *err)
{
	const unsigned char *at = (const unsigned char *)der.ptr;
	const unsigned char *end = at + der.len;
	ASN1_SEQUENCE_ANY *members = d2i_ASN1_SEQUENCE_ANY(NULL, &at, (long)der.len);
	enum status status = members != NULL && at == end
	    ? read_members(members, ret_plain, err) : damaged(err);

	/* what it frees is wiped: memory_prepare */
	sk_ASN1_TYPE_pop_free(members, ASN1_TYPE_free);
	return status;
}
