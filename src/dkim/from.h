/* SPDX-License-Identifier: ISC */
/*
 * Who a message says it is from: its From field, of which there should be one
 * (RFC 5322 §3.6). The milter reads live mail with it, signetctl a file.
 */
#ifndef DKIM_FROM_H
#define DKIM_FROM_H

#include "dkim/address.h"
#include "dkim/header.h"

struct from {
	size_t count;                /* From fields */
	bool is_valid;               /* there is one, and it could be parsed */
	struct address_list senders; /* its mailboxes; in the arena */
};

/* STATUS_NO_MEMORY; what it could read is there then, too. */
MUST_CHECK enum status from_read(
    const struct header_block *header, struct arena *arena, struct from *ret_from);

#endif
