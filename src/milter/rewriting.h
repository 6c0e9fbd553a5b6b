/* SPDX-License-Identifier: ISC */
/*
 * What is changed in a message that is signed: fields that are ours to write
 * (the stamp of the organization, Sender), and the sender of its envelope. The
 * header is changed before it is hashed, so that signatures cover what leaves;
 * the MTA is told at the end.
 */
#ifndef MILTER_REWRITING_H
#define MILTER_REWRITING_H

#include "dkim/header.h"
#include "milter/options.h"
#include "milter/session.h"

#define REWRITING_FIELDS_MAX 2

struct rewriting {
	struct {
		const char *name;
		size_t removed; /* fields of this name that the message came with */
	} fields[REWRITING_FIELDS_MAX];
	size_t field_count;
	const char *envelope_sender; /* NULL: as it is */
};

/* Is the right to change or remove header fields needed at all? To change the sender? */
bool rewriting_needs_header(const struct options *options);
bool rewriting_needs_sender(const struct options *options);

/* Changes the header of a message that will be signed. STATUS_NO_MEMORY. */
MUST_CHECK enum status rewriting_begin(struct rewriting *rewriting, const struct options *options,
    const struct verdict *verdict, struct header_block *header);

/* May the MTA be asked for all of that? A field is put in place of none without a right. */
bool rewriting_is_allowed(const struct rewriting *rewriting, const struct session_rights *rights);

/* Has the MTA do the same; header is the one that was changed. */
MUST_CHECK enum status rewriting_end(const struct rewriting *rewriting,
    const struct header_block *header, const struct session_editor *editor);

#endif
