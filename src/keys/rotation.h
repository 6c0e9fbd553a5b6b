/* SPDX-License-Identifier: ISC */
/*
 * The rotation of a key set (docs/rotation.md) as a step function: what is to
 * be done now, or when to look again. One slot signs; the other, the idle one,
 * holds the next key, published and proved before it is used. A round:
 *
 *   publishing → appearing → settling → ready → switching → retiring → publishing
 *
 * Pure and total: whatever the state, the facts, the policy and the time,
 * there is an answer. The keeper drives it, one set after another:
 *
 *   1. read state and facts; rotation_next says what to do, or when to come again;
 *   2. do it;
 *   3. in one transaction read both again, rotation_done, write the new state,
 *      and with it what the action changes in the store, and an audit row.
 *
 * The state is all that survives. Who is killed between 2 and 3 is given the
 * same order again, so doing one twice must do no more than doing it once:
 *
 *   SWITCH      is the write itself: signing_slot is a part of the state.
 *   FOLLOW      the views follow the store; replay is idempotent.
 *   GENERATE    a key counts once it is stored, by the write of 3; one that was
 *               made and not stored is forgotten, nobody ever saw it.
 *   PUBLISH     puts the record in the place of whatever is at its name.
 *   CHECK_DNS   changes nothing.
 *   MEND_CLOCK  is the write itself.
 *   QUIET       as FOLLOW.
 *
 * A deleted set goes in steps of its own (enum rotation_retirement), whatever
 * its idle slot is in:
 *
 *   leaving → emptying → emptied → removing → removed, and its rows go
 *
 * in a direct set, whose owner publishes, from leaving at once; without
 * emptying and emptied where none of its keys ever signed. EMPTY, REMOVE and
 * DELETE are the write itself; PUBLISH_EMPTY and UNPUBLISH are as PUBLISH.
 *
 * A report that comes twice, too late, for another key or out of turn is
 * refused by rotation_done, so orders may be given again without counting them.
 *
 * Times are seconds since 1970 by a clock that may be set back and forth. A
 * jump forward by more than the margin cannot be told from a time when nobody
 * looked: waits are over then that are not.
 */
#ifndef KEYS_ROTATION_H
#define KEYS_ROTATION_H

#include "base/error.h"
#include "keys/record.h"

#define ROTATION_DIGEST_SIZE 32 /* SHA-256 of the octets that p= encodes */
#define ROTATION_NEVER INT64_MAX

#define ROTATION_RETRY_MIN_S 60     /* after a failure; doubles up to */
#define ROTATION_RETRY_MAX_S 3600
#define ROTATION_ALARM_ATTEMPTS 10  /* failures in a row that somebody should look at */
#define ROTATION_ALARM_LATE_S 86400 /* a rotation this late is one, too */

/* What the idle slot is in; the store keeps the words. */
enum rotation_step {
	ROTATION_PUBLISHING = 1, /* its record is not known to be published */
	ROTATION_APPEARING = 2,  /* published, not yet seen at every name server */
	ROTATION_SETTLING = 3,   /* seen; resolvers may still remember what was there before */
	ROTATION_READY = 4,      /* proved: the next key */
	ROTATION_SWITCHING = 5,  /* it signed until the switch, and milters may not know of that yet */
	ROTATION_RETIRING = 6,   /* signs no more; its record stays for mail on its way */
};
#define ROTATION_STEP_COUNT 6
extern const struct word rotation_step_words[]; /* "publishing", … */

/* How far a deleted set has gone. */
enum rotation_retirement {
	ROTATION_STAYS = 0,    /* nobody deleted it */
	ROTATION_LEAVING = 1,  /* its records serve mail on its way */
	ROTATION_EMPTYING = 2, /* p= is to be empty at its names */
	ROTATION_EMPTIED = 3,  /* it is; resolvers may still remember the keys */
	ROTATION_REMOVING = 4, /* its records are to go from the provider zone */
	ROTATION_REMOVED = 5,  /* they have gone */
};
#define ROTATION_RETIREMENT_COUNT 5
extern const struct word rotation_retirement_words[]; /* "leaving", … */

/*
 * What the store keeps for a set. signing_slot and switched_at are
 * signing_slot and rotated_at of struct key_set.
 */
struct rotation_state {
	enum rotation_step step;
	enum slot signing_slot;
	int64_t began_at;    /* when rotation began: the first is due a period later; 0: no key ever signed */
	int64_t switched_at; /* 0: never */
	int64_t since;       /* when the step began */
	unsigned attempts;   /* failures in a row */
	int64_t tried_at;    /* the last of them */
	int64_t proved_at;   /* of the proof of SETTLING or READY; 0: none */
	uint8_t seen_key_sha256[ROTATION_DIGEST_SIZE]; /* since SETTLING: the key seen in DNS */
	bool is_revoked[SLOT_COUNT]; /* p= is empty at its name, until another key is there */
	int64_t activated_at; /* the last time that an organization began to sign with it */
	int64_t quiet_since;  /* nobody does any more, and no milter can choose it; 0: not known yet */
	enum rotation_retirement retirement; /* since is when this began, once it is not STAYS */
};

/* What is true of the set besides, read together with its state. */
struct rotation_facts {
	enum publication publication;
	bool is_active;           /* some organization signs with it */
	bool has_key[SLOT_COUNT];
	uint8_t key_sha256[SLOT_COUNT][ROTATION_DIGEST_SIZE];
	int64_t seen_ttl_s[SLOT_COUNT]; /* the longest TTL seen at its name, of this key's record or of
	                                   the one before; 0: unknown */
	bool can_publish; /* its names are in the provider zone (delegated) */
};

struct rotation_policy {
	int64_t every_s;          /* from switch to switch; 0: only by hand */
	int64_t retire_after_s;   /* how long mail may be on its way to its verifier */
	int64_t ttl_s;            /* of our records */
	int64_t margin_s;         /* how wrong the clock may be plus the longest message */
	int64_t proof_life_s;     /* a proof older than this is none */
	int64_t queue_life_s;     /* of the MTA */
	int64_t signature_life_s;
	const char *zone;         /* the provider zone; "" or NULL: there is none */
};

/* ---- what to do ---- */

enum rotation_action {
	ROTATION_WAIT = 1,       /* come again at order.at */
	ROTATION_REST = 2,       /* nothing, until something else of the set changes */
	ROTATION_SWITCH = 3,     /* sign with order.slot: write the new state */
	ROTATION_FOLLOW = 4,     /* have the views follow; done when no milter can choose the old key */
	ROTATION_GENERATE = 5,   /* a new key into order.slot, dns_state unchecked, in-progress */
	ROTATION_PUBLISH = 6,    /* see to it that the record of order.slot is published; direct: tell the owner */
	ROTATION_CHECK_DNS = 7,  /* ask for the verdict on order.slot and its key */
	ROTATION_MEND_CLOCK = 8, /* write the new state, report: the clock went back */
	ROTATION_QUIET = 9,      /* have the views follow; done when no milter can choose a key of the set */
	ROTATION_EMPTY = 10,     /* write: the records of both slots are to be an empty p= */
	ROTATION_PUBLISH_EMPTY = 11, /* see to it that they are */
	ROTATION_REMOVE = 12,    /* write: the records are to go from the provider zone */
	ROTATION_UNPUBLISH = 13, /* see to it that they are gone */
	ROTATION_DELETE = 14,    /* write: remove the set, its records and its keys */
};
#define ROTATION_ACTION_COUNT 14 /* from ROTATION_SWITCH on they are reported */
extern const struct word rotation_action_words[]; /* "wait", … */

/* Why, for `status`. */
enum rotation_reason {
	ROTATION_DAMAGED = 1,       /* the state is none */
	ROTATION_ONE_SLOT,          /* there is no other slot to rotate to */
	ROTATION_REVOKED,           /* the signing key: the set is at its end, make another */
	ROTATION_INACTIVE,          /* no organization signs with the set */
	ROTATION_CLOCK_WENT_BACK,
	ROTATION_NOT_PUBLISHED,
	ROTATION_NOT_SEEN,          /* in DNS, at every server */
	ROTATION_AWAITS_OWNER,      /* the same, where the owner publishes */
	ROTATION_AWAITS_TTL,
	ROTATION_NOT_PROVED,
	ROTATION_PROOF_TOO_OLD,
	ROTATION_NOT_DUE,
	ROTATION_OFF,               /* every is 0: only by hand */
	ROTATION_DUE,
	ROTATION_AWAITS_VIEWS,
	ROTATION_AWAITS_MAIL,       /* signed with the old key, on its way */
	ROTATION_RETIRED,           /* its place is free for another key; a deleted set can go on */
	ROTATION_NO_ZONE,           /* there is no provider zone any more in which to publish */
};
#define ROTATION_REASON_COUNT 18
extern const struct word rotation_reason_words[]; /* "damaged", … */

struct rotation_order {
	enum rotation_action action;
	enum rotation_reason reason;
	enum slot slot;    /* the idle one */
	uint8_t key_sha256[ROTATION_DIGEST_SIZE]; /* of the key in it */
	int64_t asked_at;  /* now */
	int64_t at;        /* always later: come again, when no report came before; at least daily
	                      all the same, since the clock may be set */
	bool is_alarm;     /* somebody should look */
};

void rotation_next(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, int64_t now, struct rotation_order *ret_order);

/* ---- what came of it ---- */

enum rotation_outcome {
	ROTATION_DONE = 1,      /* CHECK_DNS: verified at every name server and through the resolvers */
	ROTATION_FAILED = 2,    /* CHECK_DNS: the verdict is that something else is there */
	ROTATION_TEMPORARY = 3, /* CHECK_DNS: no verdict; elsewhere the same as FAILED */
};
#define ROTATION_OUTCOME_COUNT 3

/*
 * The state after order came out so; facts as before the action. The verdict
 * of a check nobody ordered here is reported as an order, too: slot, digest,
 * asked_at and CHECK_DNS. STATUS_CONFLICT: not what the state waits for, so
 * nothing changes and the report is to be forgotten.
 */
MUST_CHECK enum status rotation_done(const struct rotation_state *state,
    const struct rotation_facts *facts, const struct rotation_policy *policy,
    const struct rotation_order *order, enum rotation_outcome outcome, int64_t now,
    struct rotation_state *ret_state);

/* The state to begin with, when a set is activated for the first time. */
void rotation_begin(enum slot signing_slot, int64_t now, struct rotation_state *ret_state);

/* The state of a set that no organization ever signed with, to be deleted. */
void rotation_begin_unused(enum slot signing_slot, int64_t now, struct rotation_state *ret_state);

/* Another organization signs with it, or one does again. */
void rotation_activate(struct rotation_state *state, int64_t now);

/* When the next switch is due (next_rotation_at); 0 when rotation is off. */
int64_t rotation_due_at(
    const struct rotation_state *state, const struct rotation_policy *policy);

/* ---- by hand ---- */

/*
 * Switches now: ret_state is to be written. STATUS_REFUSED, in words, when the
 * idle slot is not proved, the last switch is not retire_after ago, or the set
 * cannot rotate.
 */
MUST_CHECK enum status rotation_ask(const struct rotation_state *state,
    const struct rotation_facts *facts, const struct rotation_policy *policy, int64_t now,
    struct rotation_state *ret_state, struct error *err);

struct rotation_revocation {
	struct rotation_state state; /* to be written */
	bool deactivates;  /* every key of the set, in the same transaction: nothing else can sign */
	bool was_revoked;  /* already: nothing new */
};

/*
 * Revokes the key in slot, in an emergency: from the write on an empty p= is
 * to be published at its name, at once (direct: by the owner, who is told). The
 * signing key is switched away from where the next key is proved, else the
 * set stops to sign. Asked twice it does it once, since the slot names the key.
 * STATUS_INVALID: there is no key in slot, or the state is none.
 */
MUST_CHECK enum status rotation_revoke(const struct rotation_state *state,
    const struct rotation_facts *facts, const struct rotation_policy *policy, enum slot slot,
    int64_t now, struct rotation_revocation *ret_revocation, struct error *err);

/* ---- deleting ---- */

struct rotation_end {
	struct rotation_state state; /* to be written, unless is_over */
	bool is_over;      /* there is nothing to wait for: the set is to be removed in the same transaction */
	bool was_retiring; /* already, and nothing is new */
};

/*
 * The last record of the set is deleted. at_once gives up the mail on its way
 * and what resolvers remember, also later, of a set that is retiring already;
 * and the records in a provider zone that is no more.
 */
void rotation_retire(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy, bool at_once, int64_t now, struct rotation_end *ret_end);

/* From when on no mail needs the records any more; 0: not known, or it still signs. */
int64_t rotation_safe_at(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy);

/* Before this a retiring set is not gone; 0: it stays. */
int64_t rotation_gone_at(const struct rotation_state *state, const struct rotation_facts *facts,
    const struct rotation_policy *policy);

/* ---- policy ---- */

/*
 * STATUS_INVALID, in words, for a policy by which a round does not fit into
 * its period, or by which records go before the mail that needs them.
 */
MUST_CHECK enum status rotation_check_policy(
    const struct rotation_policy *policy, struct error *err);

#endif
