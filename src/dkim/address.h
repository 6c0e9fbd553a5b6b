/* SPDX-License-Identifier: ISC */
/*
 * The domains of the mailboxes in a header field (RFC 5322 §3.4 with §4.4, RFC
 * 6532) and of an envelope address (RFC 5321 §4.1.2). Comments may nest, words
 * and local parts may be quoted, groups are entered, obsolete routes skipped.
 *
 * Beyond the grammar, because mail has it: a display name may contain "@",
 * "[…]" and 8-bit octets of any charset unquoted, an encoded word may contain
 * specials, a local part may have dots anywhere, a domain a final dot.
 *
 * Time is linear in the length; nesting costs a counter.
 */
#ifndef DKIM_ADDRESS_H
#define DKIM_ADDRESS_H

#include "base/arena.h"

/*
 * More mailboxes in one field are STATUS_TOO_LARGE: each may be looked for at 127
 * domains. A list takes at most this many slices four times, and its text twice,
 * of the arena.
 */
#define ADDRESS_LIST_MAX 64

/* Octets of one domain; no domain name is longer, not even in U-labels. */
#define ADDRESS_DOMAIN_MAX 1024

/*
 * In the order of the field, without comments and white space, in the field's
 * own case; U-labels as they are. A domain literal keeps its brackets. In the
 * arena.
 */
struct address_list {
	const struct slice *domains;
	size_t count; /* 0 for empty groups alone */
};

/*
 * The value of From, Sender or the like. STATUS_INVALID for any text that is no
 * list of addresses, each with a domain; STATUS_TOO_LARGE; STATUS_NO_MEMORY,
 * also for a full arena.
 */
MUST_CHECK enum status address_parse_list(
    struct slice value, struct arena *arena, struct address_list *ret_list);

/*
 * The address of a MAIL command. What follows its angle brackets is ignored:
 * some versions of Sendmail pass the command's parameters along. Without
 * brackets it must be the whole text. STATUS_NOT_FOUND for the null sender,
 * STATUS_INVALID, STATUS_NO_MEMORY.
 */
MUST_CHECK enum status address_parse_path(
    struct slice path, struct arena *arena, struct slice *ret_domain);

#endif
