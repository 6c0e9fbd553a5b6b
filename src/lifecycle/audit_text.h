/* SPDX-License-Identifier: ISC */
/*
 * The audit rows of the life cycle: what a record was and what it is, as small
 * JSON texts. Handles are left out: they are capabilities. The texts hold what
 * has been checked (domains, selectors, organizations, words, numbers), so
 * that nothing in them needs an escape. For the files of lifecycle/ alone.
 */
#ifndef LIFECYCLE_AUDIT_TEXT_H
#define LIFECYCLE_AUDIT_TEXT_H

#include "lifecycle/lifecycle.h"

/*
 * Adds the row for one record. before or after may be NULL (it did not exist,
 * it is gone); because is the key whose activation did this, or NULL.
 */
MUST_CHECK enum status audit_text_add(struct store *store, const struct lifecycle_by *by,
    const char *action, const struct domain_key *before, const struct domain_key *after,
    const struct key_id *because, struct error *err);

#endif
