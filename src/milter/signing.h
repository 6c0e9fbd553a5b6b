/* SPDX-License-Identifier: ISC */
/*
 * The end of a message that is to be signed: each signature is asked of the
 * vault, the message changed as it was signed, and each field inserted, but for those that the message bears already
 * (dkim/earlier.h). One thread at a time.
 */
#ifndef MILTER_SIGNING_H
#define MILTER_SIGNING_H

#include "dkim/signer.h"
#include "milter/rewriting.h"

/* The message; signer has one signature for each of the verdict's, in their order, and all of the body. */
struct signing {
	struct signer *signer;
	const struct header_block *header;
	struct verdict *verdict;
	struct ask *ask;
	int vault_timeout_ms;
	const struct rewriting *rewriting; /* of the header, begun */
	const struct session_editor *editor;
};

/*
 * Signs. In the verdict remain the signatures that were made; or, when the
 * message bears all of them, it becomes already-signed. On failure *ret_reason
 * says whose it was.
 */
MUST_CHECK enum status signing_run(const struct signing *signing, enum reason *ret_reason);

#endif
