/* SPDX-License-Identifier: ISC */
/*
 * The gate before activation, and the verdicts that open it. A verdict is of
 * the key whose p= was seen: it says nothing about any other key that comes
 * into the slot, and serves for a day.
 */
#ifndef LIFECYCLE_GATE_H
#define LIFECYCLE_GATE_H

#include "lifecycle/lifecycle.h"

/* SHA-256 of the octets that p= encodes. */
MUST_CHECK enum status lifecycle_hash_key(
    const struct key_slot *slot, uint8_t ret_sha256[DNS_DIGEST_SIZE], struct error *err);

/*
 * Is every slot that has a key proved at now? Else *ret_slot is one that is
 * not. While the rotation replaces the idle slot, the signing slot alone counts.
 */
MUST_CHECK enum status lifecycle_is_proved(struct store *store, const struct key_set *set,
    int64_t now, bool *ret_is_proved, enum slot *ret_slot, struct error *err);

/* STATUS_REFUSED, saying why, unless the key is proved or the override is asked for and allowed. */
MUST_CHECK enum status lifecycle_pass_gate(struct store *store, const struct domain_key *key,
    const struct lifecycle_activation *how, int64_t now, struct error *err);

/*
 * Keeps what a look at DNS said of the slots of a key set; seen is as the set
 * was when the look began. A slot whose key or record has changed since, one that was
 * not looked at (code NONE), and what is nobody's failure change nothing. One
 * transaction, audited where a verdict is another than before. A record that
 * the provider zone has lost is to be published again.
 */
MUST_CHECK enum status lifecycle_note_verdicts(struct store *store, const struct lifecycle_by *by,
    const struct domain_key *seen, const struct dns_status verdicts[SLOT_COUNT],
    struct domain_key *ret_key, struct error *err);

#endif
