/* SPDX-License-Identifier: ISC */
/*
 * The rotation of a key set as the store keeps it, and what it changes. A part
 * of the interface of store/store.h: the same rules.
 */
#ifndef STORE_ROTATION_H
#define STORE_ROTATION_H

#include "keys/rotation.h"
#include "store/store.h"

struct store_rotation {
	struct rotation_state state; /* signing_slot and switched_at are those of the set */
	int64_t next_rotation_at;    /* 0: none is due */
	int64_t safe_to_remove_at;   /* 0: not known, or it signs */
	int64_t gone_at;             /* retiring: not before; else 0 */
	int64_t look_at;             /* when there may be something to do; ROTATION_NEVER */
	enum rotation_reason reason; /* what it waits for; 0: not looked at yet */
	bool is_alarm;
};

/* NOT_FOUND: rotation of this set has not begun, or there is no such set. */
MUST_CHECK enum status store_find_rotation(struct store *store, int64_t number,
    struct store_rotation *ret_rotation, struct error *err);

/* The whole of it, signing_slot and rotated_at of the set included. */
MUST_CHECK enum status store_set_rotation(struct store *store, int64_t number,
    const struct store_rotation *rotation, struct error *err);

/* As store_set_rotation, when only times and counts have changed: nothing that the audit must tell. */
MUST_CHECK enum status store_keep_rotation(struct store *store, int64_t number,
    const struct store_rotation *rotation, struct error *err);

/* Something of the set has changed: look now. Harmless where rotation has not begun. */
MUST_CHECK enum status store_wake_rotation(
    struct store *store, int64_t number, struct error *err);

/* Something that all sets go by has changed: look at each now, also at those that rest. Outside a transaction. */
MUST_CHECK enum status store_wake_rotations(struct store *store, struct error *err);

/* The times in rotation that a policy makes of its state, alone. Outside a transaction. */
MUST_CHECK enum status store_time_rotation(struct store *store, int64_t number,
    const struct store_rotation *rotation, struct error *err);

/* When to look again, and why: nothing has changed that the audit must tell. Outside a transaction. */
MUST_CHECK enum status store_note_rotation(struct store *store, int64_t number, int64_t look_at,
    enum rotation_reason reason, bool is_alarm, struct error *err);

/*
 * The set cannot be read: to be looked at again at look_at. *ret_is_news: that was
 * not known before. Outside a transaction.
 */
MUST_CHECK enum status store_note_damage(
    struct store *store, int64_t number, int64_t look_at, bool *ret_is_news, struct error *err);

/*
 * Whoever is to be looked at later than latest was put off by a clock that has
 * gone back since: now. Those that rest stay so. Outside a transaction.
 */
MUST_CHECK enum status store_recall_rotations(
    struct store *store, int64_t latest, struct error *err);

/* Sets whose rotation has begun, whoever is due first first. */
typedef enum status store_rotation_visitor(void *context, int64_t number, int64_t look_at);
MUST_CHECK enum status store_list_rotations(struct store *store, unsigned limit,
    store_rotation_visitor *visit, void *context, struct error *err);

/* How many are looked at now and then: neither at rest (ROTATION_NEVER), nor retiring. */
MUST_CHECK enum status store_count_watched(
    struct store *store, int64_t *ret_count, struct error *err);

/* Is there an active key on this set? Then *ret_id is one of them. NOT_FOUND: none. */
MUST_CHECK enum status store_find_active(
    struct store *store, int64_t number, struct key_id *ret_id, struct error *err);

/* Another key in the slot: unchecked, to be published, not revoked; its selector stays. */
MUST_CHECK enum status store_replace_key(struct store *store, int64_t number, enum slot slot,
    const struct key_slot *key, const struct store_sealed *sealed, struct error *err);

/* The longest TTL seen at the slot's name. Outside a transaction, as store_note_rotation. */
MUST_CHECK enum status store_note_ttl(
    struct store *store, int64_t number, enum slot slot, int64_t ttl_s, struct error *err);

#endif
