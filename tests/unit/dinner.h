/* SPDX-License-Identifier: ISC */
/*
 * The message and the keys of RFC 8463 appendix A, for the tests of what signs
 * it and what verifies it.
 */
#ifndef DINNER_H
#define DINNER_H

#include "dkim/signer.h"

struct message {
	const char *fields[16][2]; /* name, value after the colon */
	const char *body;
};

extern const struct message dinner;

#define DINNER_BODY_HASH "2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
#define DINNER_SIGNED_AT 1528637909
#define DINNER_RSA_PUBLIC \
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3id" \
	"Y6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/" \
	"BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3" \
	"Ip3G+2kryOTIKT+l/K4w3QIDAQAB"

/* The fields of message into a header block that is begun here. */
void dinner_put_header(
    struct header_block *header, struct arena *arena, const struct message *message);

/* The length of what base64 text, which must be good, stands for. */
size_t dinner_decode(struct slice base64, uint8_t *ret_bytes, size_t size);

void dinner_sign_ed25519(const uint8_t digest[DIGEST_SIZE], uint8_t ret_signature[64]);
bool dinner_is_ed25519_signature(const uint8_t digest[DIGEST_SIZE], const uint8_t signature[64]);

/* public_key is what p= says, in base64. */
bool dinner_is_rsa_signature(const char *public_key, const uint8_t digest[DIGEST_SIZE],
    const uint8_t *signature, size_t len);

#endif
