/* SPDX-License-Identifier: ISC */
/*
 * The key of a TXT text, as far as it can be made out, however broken the
 * rest is: a failure is easier to mend when it says whose key it was.
 */
#ifndef VERDICT_KEY_SEEN_H
#define VERDICT_KEY_SEEN_H

#include "dkim/digest.h"
#include "dkim/key_record.h"

struct key_seen {
	bool is_found;       /* there is a p= */
	struct slice value;  /* its text, within the text looked at */
	size_t bad_at;       /* offset in value of the first octet that base64 has not; value.len: none */
	size_t digit_count;  /* characters of base64 before that, padding included */
	size_t len;          /* octets of the whole groups of four before that */
	uint8_t bytes[KEY_RECORD_KEY_MAX];
};

/* Always fills *ret_seen, which points into text. */
void key_seen_find(struct slice text, struct key_seen *ret_seen);

/* Is value base64 from end to end, and not empty? */
bool key_seen_is_whole(const struct key_seen *seen);

/* Octets that the DER of an RSA key announces; 0 for what does not begin as one. */
size_t key_seen_announced(const struct key_seen *seen);

/* SHA-256 of a whole key. STATUS_NOT_FOUND without one; STATUS_NO_MEMORY, STATUS_SYSTEM. */
MUST_CHECK enum status key_seen_hash(const struct key_seen *seen, uint8_t ret_hash[DIGEST_SIZE]);

#endif
