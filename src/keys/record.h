/* SPDX-License-Identifier: ISC */
/*
 * The record: a domain key belongs to an organization and says when to sign;
 * the key set beneath it belongs to a domain and says with what. Several
 * domain keys may point to one key set. Plain values, no pointers: copied
 * freely, owned by whoever holds them.
 *
 * Domains and selectors are A-labels, lower case, without a final dot,
 * NUL-terminated. Times are seconds since 1970, 0 for "never".
 */
#ifndef KEYS_RECORD_H
#define KEYS_RECORD_H

#include <stdint.h>

#include "base/words.h"
#include "keys/dns_code.h"

#define DOMAIN_MAX 253   /* octets of a domain name in text, RFC 1035 §2.3.4 */
#define LABEL_MAX 63     /* octets of one label */
#define SELECTOR_MAX 127 /* octets of a selector; its labels obey LABEL_MAX */
#define ORG_MAX 63       /* octets of an organization's name */

/* The SubjectPublicKeyInfo of RSA-4096 in DER is 550 octets. */
#define PUBLIC_KEY_MAX 560
/* A sealed RSA-4096 key (docs/sealed.md) is below this. */
#define SEALED_MAX 1024

#define ID_SIZE 16                    /* 128 random bits */
#define ID_TEXT_SIZE (3 + 2 * ID_SIZE + 1) /* "dk_", hex, NUL */

enum algorithm { ALGORITHM_RSA_SHA256 = 1, ALGORITHM_ED25519_SHA256 = 2 };
#define ALGORITHM_COUNT 2

enum domain_match {
	MATCH_DOMAIN_ONLY = 1,
	MATCH_SUBDOMAINS_ONLY = 2,
	MATCH_DOMAIN_AND_SUBDOMAINS = 3,
};
#define DOMAIN_MATCH_COUNT 3

enum slot { SLOT_PRIMARY = 0, SLOT_ALTERNATE = 1 };
#define SLOT_COUNT 2

enum publication { PUBLICATION_DIRECT = 1, PUBLICATION_DELEGATED = 2 };

enum publish_state {
	PUBLISH_IN_PROGRESS = 1,
	PUBLISH_PUBLISHED = 2,
	PUBLISH_FAILED = 3,
};

extern const struct word algorithm_words[];     /* "rsa-sha256", "ed25519-sha256" */
extern const struct word domain_match_words[];  /* "DomainOnly", … */
extern const struct word slot_words[];          /* "primary", "alternate" */
extern const struct word publication_words[];   /* "direct", "delegated" */
extern const struct word publish_state_words[]; /* "in-progress", … */

/* The name of a domain key: "dk_" and 32 hex digits. Not secret. */
struct key_id {
	uint8_t bytes[ID_SIZE];
};

/*
 * The name of a private key: "sk_" and 32 hex digits. A capability: never in a
 * log, a metric or another tenant's view.
 */
struct handle {
	uint8_t bytes[ID_SIZE];
};

void key_id_print(const struct key_id *id, char ret_text[ID_TEXT_SIZE]);
void handle_print(const struct handle *handle, char ret_text[ID_TEXT_SIZE]);
MUST_CHECK enum status key_id_parse(struct slice text, struct key_id *ret_id);
MUST_CHECK enum status handle_parse(struct slice text, struct handle *ret_handle);

#define PUBLISH_SENTENCE_SIZE 512 /* with its NUL */

struct publish_status {
	enum publish_state state;
	unsigned attempts; /* failures in a row */
	int64_t next_at;   /* when to try (again) */
	char sentence[PUBLISH_SENTENCE_SIZE]; /* why it failed, or "" */
};

/* One of the two places of a key set. Without a key the rest is meaningless. */
struct key_slot {
	bool has_key;
	char selector[SELECTOR_MAX + 1];
	struct handle handle;
	uint8_t public_key[PUBLIC_KEY_MAX]; /* as in p=: SPKI DER for RSA, 32 octets for Ed25519 */
	size_t public_key_len;
	char txt_record_name[DOMAIN_MAX + 1]; /* delegated: in the provider zone; else empty */
	struct publish_status publish;        /* delegated: of the record there */
	struct dns_status dns;
	bool is_revoked;                      /* its record is an empty p= */
	int64_t seen_ttl_s;                   /* the longest TTL seen at its name; 0: unknown */
};

struct key_set {
	int64_t number; /* the store's */
	char owner_org[ORG_MAX + 1];
	char domain[DOMAIN_MAX + 1];
	enum algorithm algorithm;
	unsigned key_bits; /* 2048, 3072, 4096; 256 for Ed25519 */
	enum slot signing_slot;
	enum publication publication;
	enum publish_state publish_state; /* delegated: of both slots, the worse one */
	bool test_mode;
	struct key_slot slots[SLOT_COUNT];
	int64_t created_at;
	int64_t rotated_at;
	int64_t next_rotation_at;
	int64_t safe_to_remove_at; /* from then on no mail needs its records; 0: not known, or it signs */
	bool is_retiring;  /* deleted: it goes when no mail needs it */
	bool is_withdrawn; /* it is so far that its records are to go from the provider zone */
	int64_t gone_at;   /* retiring: not before */
};

struct domain_key {
	struct key_id id;
	char org[ORG_MAX + 1];
	enum domain_match domain_match;
	bool is_active;
	int64_t created_at;
	int64_t activated_at;
	int64_t deactivated_at;
	struct key_set set; /* its domain is the record's domain */
};

#endif
