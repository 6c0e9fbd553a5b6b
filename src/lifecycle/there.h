/* SPDX-License-Identifier: ISC */
/*
 * "Make it unless it is there": for who asks again because he does not know
 * what came of his first question, or has a list of what is to be there.
 *
 * A record is there when it is of the same organization, domain and algorithm
 * and has the same domain_match and each selector that the request names. What
 * else differs is the caller's to notice. Of several the active one counts, or
 * else the youngest. One that will never sign again is not there: its set
 * retires, or the signing key is revoked. With a handle: of the same
 * organization and key set, with the same domain_match.
 */
#ifndef LIFECYCLE_THERE_H
#define LIFECYCLE_THERE_H

#include "lifecycle/lifecycle.h"

/* STATUS_NOT_FOUND without a sentence; *ret_field as of lifecycle_prepare. */
MUST_CHECK enum status lifecycle_there_find(struct store *store,
    const struct lifecycle_request *request, struct domain_key *ret_key, const char **ret_field,
    struct error *err);

/*
 * As lifecycle_create; when the record is there meanwhile, it is *key, nothing
 * has changed, and *ret_was_there is true. Looking and making are one transaction.
 */
MUST_CHECK enum status lifecycle_there_or_create(struct store *store,
    const struct lifecycle_by *by, const struct lifecycle_request *request,
    const struct lifecycle_generated keys[SLOT_COUNT], struct domain_key *key,
    bool *ret_was_there, struct error *err);

/* As lifecycle_join, in the same way. */
MUST_CHECK enum status lifecycle_there_or_join(struct store *store,
    const struct lifecycle_by *by, const struct lifecycle_request *request,
    const struct handle *handle, const uint8_t random[ID_SIZE], struct domain_key *ret_key,
    bool *ret_was_there, struct error *err);

#endif
