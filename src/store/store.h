/* SPDX-License-Identifier: ISC */
/*
 * The truth: records, constraints, audit, and the numbered list of changes the
 * views follow. One interface; sqlite.c answers it today, postgresql.c later.
 * Keeper only, one thread.
 *
 * What a schema can say of the rules it says: a broken rule comes back as
 * STATUS_CONFLICT with the rule in words, whoever forgot to look before.
 *
 * Changing functions must be called between store_begin and store_commit, and
 * each transaction carries at least one store_add_audit: a commit without one
 * is a programmer's error. Every changing function notes by itself which
 * entries of the views it concerns (store_list_changes).
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/error.h"
#include "keys/record.h"
#include "keys/match.h"

struct store;

#define STORE_GENERATION_SIZE 16
#define STORE_CHECK_SIZE 32

/*
 * Opens directory/signetd.db, creating it (0600) and migrating it forward.
 * STATUS_REFUSED: made by a newer version. STATUS_DAMAGED: not ours or broken.
 */
MUST_CHECK enum status store_open(
    const char *directory, struct store **ret_store, struct error *err);
void store_close(struct store **store);

/* Random, made with the store: two stores never share it. */
void store_generation(const struct store *store, uint8_t ret_generation[STORE_GENERATION_SIZE]);

/*
 * The check value of the master key that new keys are sealed with; NOT_FOUND
 * before the first is set. Of another one for the same keys: store/sealing.h.
 */
MUST_CHECK enum status store_get_master_check(
    struct store *store, uint8_t ret_check[STORE_CHECK_SIZE], struct error *err);
MUST_CHECK enum status store_set_master_check(
    struct store *store, const uint8_t check[STORE_CHECK_SIZE], struct error *err);

/* Nothing another writer does comes between begin and commit. A failed commit has rolled back. */
MUST_CHECK enum status store_begin(struct store *store, struct error *err);
MUST_CHECK enum status store_commit(struct store *store, struct error *err);
void store_rollback(struct store *store); /* harmless outside a transaction */

/* ---- key sets ---- */

struct store_sealed {
	size_t len; /* 0: the slot has no key */
	uint8_t bytes[SEALED_MAX];
};

/* Writes set and its sealed keys, fills in set->number. CONFLICT: (domain, selector), handle. */
MUST_CHECK enum status store_insert_set(struct store *store, struct key_set *set,
    const struct store_sealed sealed[SLOT_COUNT], struct error *err);

/* The set that owns a handle, and which slot. */
MUST_CHECK enum status store_find_set_by_handle(struct store *store, const struct handle *handle,
    struct key_set *ret_set, enum slot *ret_slot, struct error *err);

/* The verdict of a look at DNS. NOT_FOUND: no such set, or no key in the slot. */
MUST_CHECK enum status store_set_dns(struct store *store, int64_t number, enum slot slot,
    const struct dns_status *dns, struct error *err);

/*
 * The same verdict again: only its time changes, which is no change that the
 * audit must tell. Outside a transaction.
 */
MUST_CHECK enum status store_confirm_dns(struct store *store, int64_t number, enum slot slot,
    int64_t checked_at, struct error *err);

/* How the publication of a slot's record stands. NOT_FOUND as above. */
MUST_CHECK enum status store_set_publish(struct store *store, int64_t number, enum slot slot,
    const struct publish_status *publish, struct error *err);

/* As store_set_publish, when only times and counts have changed: nothing that the audit must tell. */
MUST_CHECK enum status store_keep_publish(struct store *store, int64_t number, enum slot slot,
    const struct publish_status *publish, struct error *err);

/*
 * The record of the slot cannot even be asked for: failed with sentence, to be
 * tried at next_at. *ret_is_news: that was not known before. Outside a transaction.
 */
MUST_CHECK enum status store_note_unpublishable(struct store *store, int64_t number,
    enum slot slot, int64_t next_at, const char *sentence, bool *ret_is_news, struct error *err);

/* What is to be tried later than latest was put off by a clock that has gone back since: now. Outside a transaction. */
MUST_CHECK enum status store_recall_publications(
    struct store *store, int64_t latest, struct error *err);
/* Do the records of the set say t=y? NOT_FOUND: no such set. */
MUST_CHECK enum status store_set_test_mode(
    struct store *store, int64_t number, bool test_mode, struct error *err);

/* Slots of delegated sets whose record is not known to be published, what is due first first. */
typedef enum status store_publish_visitor(
    void *context, int64_t number, enum slot slot, int64_t next_at);
MUST_CHECK enum status store_list_to_publish(struct store *store, unsigned limit,
    store_publish_visitor *visit, void *context, struct error *err);

/* Delegated sets in the order of their numbers, those above after, at most limit. */
typedef enum status store_set_visitor(void *context, const struct key_set *set);
MUST_CHECK enum status store_list_delegated(struct store *store, int64_t after, unsigned limit,
    store_set_visitor *visit, void *context, struct error *err);

/* A set with its slots; NOT_FOUND. */
MUST_CHECK enum status store_find_set(
    struct store *store, int64_t number, struct key_set *ret_set, struct error *err);

/* Is (domain, selector) used by any set? */
MUST_CHECK enum status store_find_selector(
    struct store *store, const char *domain, const char *selector, struct error *err);

/* The selector of the slot with this public key at domain, whatever its set. NOT_FOUND. */
MUST_CHECK enum status store_find_public_key(struct store *store, const char *domain,
    const uint8_t *public_key, size_t public_key_len, char ret_selector[SELECTOR_MAX + 1],
    struct error *err);

/* Removes a set and its sealed keys. CONFLICT while a domain key points to it; NOT_FOUND. */
MUST_CHECK enum status store_delete_set(struct store *store, int64_t number, struct error *err);

/* ---- domain keys ---- */

/*
 * key->set.number names an existing set. CONFLICT: (org, set, domain_match) is
 * taken, or the place of the one active key.
 */
MUST_CHECK enum status store_insert_key(
    struct store *store, const struct domain_key *key, struct error *err);

/* Writes domain_match, is_active and the times of an existing key. */
MUST_CHECK enum status store_update_key(
    struct store *store, const struct domain_key *key, struct error *err);

MUST_CHECK enum status store_delete_key(
    struct store *store, const struct key_id *id, struct error *err);

MUST_CHECK enum status store_find_key(struct store *store, const struct key_id *id,
    struct domain_key *ret_key, struct error *err);

/*
 * Any text field left NULL does not restrict. Ordered by domain, org, id.
 * STATUS_NOT_FOUND, with a sentence, when after is no longer there.
 */
struct store_filter {
	const char *org;
	const char *domain;
	int64_t set_number;         /* 0: any */
	bool only_active;
	const struct key_id *after; /* page: the last key of the page before, or NULL */
	unsigned limit;             /* 0: no limit */
};

typedef enum status store_key_visitor(void *context, const struct domain_key *key);

/* Calls visit for each key; a status other than OK from it ends the list and is returned. */
MUST_CHECK enum status store_list_keys(struct store *store, const struct store_filter *filter,
    store_key_visitor *visit, void *context, struct error *err);

struct store_counts {
	uint64_t keys;
	uint64_t active_keys;
	uint64_t sets;
	uint64_t retiring_sets; /* deleted, and not gone yet */
	int64_t next_gone_at;   /* the first of them, not before; 0: none */
};
MUST_CHECK enum status store_count(
    struct store *store, struct store_counts *ret_counts, struct error *err);

/* ---- trouble ---- */

enum store_trouble_kind {
	STORE_TROUBLE_DNS = 1,     /* the record of a key that signs is not what it should be */
	STORE_TROUBLE_PUBLICATION, /* a record could not be published in the provider zone */
	STORE_TROUBLE_ROTATION,    /* a rotation is stuck */
};
extern const struct word store_trouble_words[]; /* "dns", "publication", "rotation" */

/* The texts live until the visitor returns. */
struct store_trouble {
	enum store_trouble_kind kind;
	const char *domain;
	const char *name;     /* of the record or its selector; "" for a rotation */
	const char *sentence; /* what is wrong */
};

/* What somebody should look at, by domain; at most limit. */
typedef enum status store_trouble_visitor(void *context, const struct store_trouble *trouble);
MUST_CHECK enum status store_list_troubles(struct store *store, unsigned limit,
    store_trouble_visitor *visit, void *context, struct error *err);

/* ---- audit ---- */

struct store_audit {
	int64_t number;           /* given by the store */
	int64_t at;               /* seconds since 1970 */
	const char *actor;        /* "uid 0 (root)" */
	const char *on_behalf_of; /* organization or "" */
	const char *action;       /* "key create", "key activate --without-dns-check", … */
	const char *object;       /* "dk_…" */
	const char *before;       /* JSON text or "" */
	const char *after;        /* JSON text or "" */
};

MUST_CHECK enum status store_add_audit(
    struct store *store, const struct store_audit *entry, struct error *err);

struct store_audit_filter {
	const char *object; /* NULL: any */
	int64_t before;     /* page: the lowest number of the page before; 0: from the newest */
	unsigned limit;     /* 0: no limit */
};

/* The texts live until the visitor returns. Newest first. */
typedef enum status store_audit_visitor(void *context, const struct store_audit *entry);
MUST_CHECK enum status store_list_audit(struct store *store,
    const struct store_audit_filter *filter, store_audit_visitor *visit, void *context,
    struct error *err);

/* ---- changes, for the views ---- */

enum store_change_kind { STORE_CHANGE_TABLE = 1, STORE_CHANGE_KEYRING = 2 };

/* What changed, never how: who replays it reads the present truth, so replay is idempotent. */
struct store_change {
	uint64_t number;
	enum store_change_kind kind;
	char org[ORG_MAX + 1];       /* TABLE */
	char domain[DOMAIN_MAX + 1]; /* TABLE */
	struct handle handle;        /* KEYRING */
};

typedef enum status store_change_visitor(void *context, const struct store_change *change);

/* Changes of one kind with a number above after, in order, at most limit. */
MUST_CHECK enum status store_list_changes(struct store *store, enum store_change_kind kind,
    uint64_t after, unsigned limit, store_change_visitor *visit, void *context,
    struct error *err);

/* The highest number given so far, of any kind; 0 for a new store. */
MUST_CHECK enum status store_last_change(
    struct store *store, uint64_t *ret_number, struct error *err);

/* Forgets changes up to and including number: both views have them. Outside a transaction. */
MUST_CHECK enum status store_forget_changes(
    struct store *store, uint64_t number, struct error *err);

/* The highest number ever forgotten: a view below it cannot be replayed, only rebuilt. */
MUST_CHECK enum status store_forgotten_change(
    struct store *store, uint64_t *ret_number, struct error *err);

/* The present truth for one entry: an empty list when nothing is active there. */
MUST_CHECK enum status store_active_at(struct store *store, const char *org, const char *domain,
    struct match_list *ret_list, struct error *err);

/*
 * At which of a domain and those above it an organization has keys, active or
 * not. A name's length says which of them it is: has_keys[11] for example.com
 * of www.example.com. One statement, however many labels there are.
 */
struct store_above {
	bool has_keys[DOMAIN_MAX + 1];
};
MUST_CHECK enum status store_keys_above(struct store *store, const char *org, const char *domain,
    struct store_above *ret_above, struct error *err);

/* The sealed key of a handle; NOT_FOUND when it is gone. */
MUST_CHECK enum status store_find_sealed(struct store *store, const struct handle *handle,
    struct store_sealed *ret_sealed, struct error *err);

/* For a rebuild: every (org, domain) with an active key; every handle with its sealed key. */
typedef enum status store_place_visitor(void *context, const char *org, const char *domain);
typedef enum status store_sealed_visitor(
    void *context, const struct handle *handle, const struct store_sealed *sealed);
MUST_CHECK enum status store_list_places(
    struct store *store, store_place_visitor *visit, void *context, struct error *err);
MUST_CHECK enum status store_list_sealed(
    struct store *store, store_sealed_visitor *visit, void *context, struct error *err);

#endif
