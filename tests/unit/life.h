/* SPDX-License-Identifier: ISC */
/*
 * What the tests on the life of a key share: operations of lifecycle/lifecycle.h
 * that succeed, or fail the test.
 */
#ifndef TESTS_LIFE_H
#define TESTS_LIFE_H

#include "store_place.h"

#include "lifecycle/gate.h"

#define ONLY MATCH_DOMAIN_ONLY
#define SUBS MATCH_SUBDOMAINS_ONLY
#define BOTH MATCH_DOMAIN_AND_SUBDOMAINS

extern const struct lifecycle_by by;             /* root, at NOW */
extern const struct lifecycle_activation forced; /* without DNS */
extern const struct rotation_policy usual_policy; /* with the provider zone of example.net */
extern const struct lifecycle_deletion gently, at_once;

/* Random octets and generated keys number n. */
void random_of(unsigned n, uint8_t ret_random[LIFECYCLE_RANDOM_SIZE]);
void generated_of(unsigned n, struct lifecycle_generated ret_keys[SLOT_COUNT]);

/* A key of number n; create_match: for example.com. */
struct domain_key create(
    struct store *store, unsigned n, const struct lifecycle_request *request);
struct domain_key create_match(struct store *store, unsigned n, enum domain_match match);

void activate(
    struct store *store, const struct domain_key *key, struct lifecycle_outcome *ret_outcome);

/* As the store has it now. */
struct domain_key again(struct store *store, const struct domain_key *key);

/* A verdict on the key that is in the slot. */
struct dns_status verdict_of(const struct key_slot *slot, enum dns_code code, int64_t at);

/* What a look showed, noted; the key afterwards. */
struct domain_key note(
    struct store *store, const struct domain_key *seen, const struct dns_status *verdicts);

#endif
