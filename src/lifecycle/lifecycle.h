/* SPDX-License-Identifier: ISC */
/*
 * The life of a key, as operations on the store: create → activate →
 * deactivate → delete. No JSON, no sockets, no clock, no randomness: `now` and
 * random octets are arguments. Each changing operation is one transaction with
 * its audit row; on failure nothing has changed and err says why. Keeper only,
 * its one thread, no transaction open. Afterwards the caller lets the views
 * follow (follow/publish.h) and then answers.
 *
 * Statuses, besides those of the store: STATUS_NOT_FOUND no such key,
 * STATUS_INVALID the request is wrong in itself, STATUS_REFUSED a rule forbids
 * it, STATUS_CONFLICT something else has that place already. Every one of them
 * has a sentence in err.
 */
#ifndef LIFECYCLE_LIFECYCLE_H
#define LIFECYCLE_LIFECYCLE_H

#include "base/error.h"
#include "base/slice.h"
#include "keys/conflict.h"
#include "keys/record.h"
#include "keys/rotation.h"
#include "keys/selector.h"
#include "keys/target.h"
#include "store/store.h"

/* Who asks, and when: goes into the audit row. */
struct lifecycle_by {
	int64_t now;              /* seconds since 1970 */
	const char *actor;        /* "uid 0 (root)" */
	const char *on_behalf_of; /* an organization, or "" */
};

/* ---- create: prepare, have the vault make the keys, create ---- */

/* As it was asked for. Empty slices and zeros mean the default. */
struct lifecycle_request {
	struct slice org;                  /* ORG_DEFAULT */
	struct slice domain;               /* U-labels are fine; required */
	struct slice selectors[SLOT_COUNT]; /* made up */
	enum domain_match domain_match;    /* MATCH_DOMAIN_ONLY */
	enum algorithm algorithm;          /* ALGORITHM_RSA_SHA256 */
	unsigned key_bits;                 /* 2048; 256 for Ed25519 */
	bool test_mode;
	enum publication publication;      /* delegated where there is a provider zone, else direct */
	const char *provider_zone;         /* the zone's name; "" or NULL: there is none */
	bool dry_run;                      /* lifecycle_join: do it and undo it */
};

#define LIFECYCLE_RANDOM_SIZE \
	(ID_SIZE + SLOT_COUNT * (SELECTOR_RANDOM_SIZE + TARGET_RANDOM_SIZE))

/*
 * Checks a request against itself and the store and fills in what is not
 * given: a whole record but for its keys (no slot has_key; the selectors are
 * there). Changes nothing, so that the vault is asked only for what can be
 * used. With STATUS_INVALID, STATUS_TOO_LARGE and STATUS_CONFLICT *ret_field,
 * if wanted, is the record's field at fault ("domain", "alternate_selector",
 * …; static storage).
 */
MUST_CHECK enum status lifecycle_prepare(struct store *store,
    const struct lifecycle_request *request, int64_t now,
    const uint8_t random[LIFECYCLE_RANDOM_SIZE], struct domain_key *ret_key,
    const char **ret_field, struct error *err);

/* What the vault made for one slot (the fields of frame_generated). */
struct lifecycle_generated {
	struct handle handle;
	struct store_sealed sealed;
	uint8_t public_key[PUBLIC_KEY_MAX];
	size_t public_key_len;
};

/*
 * Creates the prepared record, inactive, with a key in both slots; on success
 * key is completed (slots, set.number, set.created_at …), on failure untouched.
 */
MUST_CHECK enum status lifecycle_create(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_generated keys[SLOT_COUNT], struct domain_key *key,
    struct error *err);

/*
 * Creates a record that uses an existing key set ("use the same key for
 * multiple organizations"): request->domain must be the set's, selectors and
 * key_bits are not used. A handle nobody issued is STATUS_NOT_FOUND, one of
 * another domain STATUS_INVALID.
 */
MUST_CHECK enum status lifecycle_join(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_request *request, const struct handle *handle,
    const uint8_t random[ID_SIZE], struct domain_key *ret_key, struct error *err);

/* ---- import: prepare, have the vault read the file, import ---- */

/*
 * As lifecycle_prepare for a key that exists already: one slot, whose selector
 * must be given, published by the owner. What the file will tell, algorithm and
 * key_bits, is left open.
 */
MUST_CHECK enum status lifecycle_prepare_import(struct store *store,
    const struct lifecycle_request *request, int64_t now, const uint8_t random[ID_SIZE],
    struct domain_key *ret_key, const char **ret_field, struct error *err);

/*
 * Creates the prepared record, inactive, with made in its one slot; key has its
 * algorithm and key_bits, and is completed as by lifecycle_create.
 * STATUS_CONFLICT: the domain has this very key already.
 */
MUST_CHECK enum status lifecycle_import(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_generated *made, struct domain_key *key, struct error *err);

/* ---- activate, deactivate, delete ---- */

struct lifecycle_activation {
	bool dry_run;                 /* do it, but for the gate, and undo it: what would happen */
	bool without_dns_check;       /* asked for */
	bool allow_without_dns_check; /* SETTING_ALLOW_WITHOUT_DNS_CHECK */
};

/* Bits; each has a sentence (lifecycle_warning_text). */
enum lifecycle_warning {
	LIFECYCLE_SHADOWED = 1,      /* two other keys cover all that this one matches */
	LIFECYCLE_ED25519_ALONE = 2, /* RFC 8301 §3.1: many verifiers know RSA only */
	LIFECYCLE_TEST_MODE = 4,     /* t=y: verifiers may treat the mail as unsigned */
	LIFECYCLE_WEAK_RSA = 8,      /* RFC 8301 §3.2: 2048 bits at least */
	LIFECYCLE_LEFT_UNSIGNED = 16, /* another match gives senders up, and no key takes them */
	LIFECYCLE_PUBLIC_SUFFIX = 32, /* the domain is one: what is below it belongs to others */
	LIFECYCLE_ORG_UNNAMED = 64,   /* no rule of the configuration leads to the organization */
};

struct lifecycle_outcome {
	struct domain_key key;     /* as it is now; with dry_run as it would be */
	struct conflict_plan plan; /* what it does to the others */
	unsigned warnings;         /* or-ed enum lifecycle_warning */
	bool was_active;           /* activate: nothing changed then */
	bool has_changed;          /* update: with dry_run, would have */
};

/*
 * Activates a key and applies what that does to the others, all or nothing.
 * STATUS_REFUSED while its slots are not verified in DNS, unless
 * without_dns_check is asked for and allowed. An active key stays as it is.
 */
MUST_CHECK enum status lifecycle_activate(struct store *store, const struct lifecycle_by *by,
    const struct key_id *id, const struct lifecycle_activation *how,
    struct lifecycle_outcome *ret_outcome, struct error *err);

/* What of a record can change. */
struct lifecycle_change {
	enum domain_match domain_match; /* 0: stays */
	bool has_test_mode;             /* or else it stays */
	bool test_mode;
};

/*
 * Changes a record. Another match of an active key is an activation: the gate,
 * and what it does to the others; of an inactive one STATUS_CONFLICT alone may
 * be in its way. Test mode is the key set's, and its owner's to change: the
 * verdicts of DNS are void then, and delegated records are to be published
 * again. What is so already changes nothing.
 */
MUST_CHECK enum status lifecycle_update(struct store *store, const struct lifecycle_by *by,
    const struct key_id *id, const struct lifecycle_change *change,
    const struct lifecycle_activation *how, struct lifecycle_outcome *ret_outcome,
    struct error *err);

/* Stops signing, keeps the record and its keys. An inactive key stays as it is. */
MUST_CHECK enum status lifecycle_deactivate(struct store *store, const struct lifecycle_by *by,
    const struct key_id *id, struct domain_key *ret_key, struct error *err);

struct lifecycle_deletion {
	const struct rotation_policy *policy;
	bool at_once; /* not waiting for the mail on its way: it loses its key */
};

struct lifecycle_deleted {
	struct domain_key key; /* as it was, or as it is now that its set retires */
	bool is_gone;          /* else its set retires: set.gone_at */
	bool was_retiring;     /* already: nothing changed */
	bool is_detached;      /* others use its set, which stays */
	bool leaves_records;   /* in a provider zone that is no more */
};

/*
 * Removes a record. The key set retires with its last one, in steps that the
 * rotation takes (keys/rotation.h); where there is nothing to wait for it goes
 * at once. STATUS_REFUSED while it is active. Deleting it again changes nothing,
 * unless at_once. ret_deleted may be NULL.
 */
MUST_CHECK enum status lifecycle_delete(struct store *store, const struct lifecycle_by *by,
    const struct key_id *id, const struct lifecycle_deletion *how,
    struct lifecycle_deleted *ret_deleted, struct error *err);

/* What is to be said of a set whenever it is taken into use: or-ed enum lifecycle_warning. */
unsigned lifecycle_set_warnings(const struct key_set *set);

/* One warning's sentence, without a final full stop. */
const char *lifecycle_warning_text(enum lifecycle_warning warning);

/* ---- looking ---- */

/* id as printed ("dk_…"): STATUS_INVALID for a text that is no id. */
MUST_CHECK enum status lifecycle_find(
    struct store *store, struct slice id, struct domain_key *ret_key, struct error *err);

/* Empty slices do not restrict. */
struct lifecycle_list {
	struct slice org;
	struct slice domain; /* exactly this one; U-labels are fine */
	struct slice after;  /* page: the id of the last key of the page before */
	bool only_active;
	unsigned limit;      /* 0: no limit */
};

/* Visits keys ordered by domain, organization and id. STATUS_NOT_FOUND: after is gone. */
MUST_CHECK enum status lifecycle_list(struct store *store, const struct lifecycle_list *list,
    store_key_visitor *visit, void *context, struct error *err);

#endif
