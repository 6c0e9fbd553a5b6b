/* SPDX-License-Identifier: ISC */
/*
 * Domain names as the record, the views and d= hold them: A-labels, lower
 * case, no final dot. Pure, and the only place that knows libidn2.
 *
 * What is let through is what DNS can carry and a mail domain can be: labels
 * of letters, digits, hyphens (not at either end) and underscores, 1 to 63
 * octets each, 253 in all. Address literals are no domains: neither
 * "[192.0.2.1]" nor a name whose last label is a number.
 *
 * A-labels ("xn--…") are taken as they are: whether a registry should have
 * accepted one is not ours to judge, and mail comes from it all the same.
 */
#ifndef KEYS_DOMAIN_H
#define KEYS_DOMAIN_H

#include "base/error.h"
#include "base/slice.h"
#include "keys/record.h"

/*
 * U-labels in UTF-8 become A-labels (IDNA2008 with the mapping of UTS #46,
 * nontransitional). STATUS_INVALID for a text that is no domain,
 * STATUS_TOO_LARGE for a name or label too long, STATUS_NO_MEMORY. Text in
 * ASCII costs no allocation.
 */
MUST_CHECK enum status domain_normalize(struct slice text, char ret_domain[DOMAIN_MAX + 1]);

/*
 * As domain_normalize, for a domain somebody wants a key for: says what is
 * wrong, and also refuses a name of one label (STATUS_INVALID), which nobody
 * who sends mail owns.
 */
MUST_CHECK enum status domain_check(
    struct slice text, char ret_domain[DOMAIN_MAX + 1], struct error *err);

/*
 * The part that selectors share: one or more labels in A-form into
 * ret_name[max + 1], whatever they mean. max is at most DOMAIN_MAX.
 */
MUST_CHECK enum status domain_normalize_labels(struct slice text, size_t max, char *ret_name);

/* As much of a wrong text as a sentence can quote: its beginning, up to what a terminal does not show. */
struct slice domain_quote(struct slice text);

/*
 * Cuts the first label off a normalized name: what is left is the parent
 * domain, empty after the last label.
 */
struct slice domain_parent(struct slice domain);

#endif
