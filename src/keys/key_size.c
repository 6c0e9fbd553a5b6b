/* SPDX-License-Identifier: ISC */
#include "keys/key_size.h"

/* What may be made, the default of each algorithm first. */
static const struct {
	enum algorithm algorithm;
	unsigned bits;
} sizes[] = {
	{ ALGORITHM_RSA_SHA256, 2048 },
	{ ALGORITHM_RSA_SHA256, 3072 },
	{ ALGORITHM_RSA_SHA256, 4096 },
	{ ALGORITHM_ED25519_SHA256, 256 },
};

enum status
key_size_check(enum algorithm algorithm, uint64_t key_bits, unsigned *ret_bits, struct error *err)
{
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i].algorithm != algorithm || (key_bits != 0 && key_bits != sizes[i].bits))
			continue;
		*ret_bits = sizes[i].bits;
		return STATUS_OK;
	}
	if (algorithm == ALGORITHM_ED25519_SHA256)
		return error_set(err, STATUS_INVALID,
		    "an Ed25519 key has 256 bits, not %ju: leave the size out", (uintmax_t)key_bits);
	return error_set(err, STATUS_INVALID,
	    "RSA keys are made with 2048, 3072 or 4096 bits, not %ju", (uintmax_t)key_bits);
}
