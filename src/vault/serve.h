/* SPDX-License-Identifier: ISC */
/*
 * The vault's answers: one table of messages, and threads that each take the
 * next frame and answer it. A request that is wrong in any way is answered
 * with an error or dropped; nothing a peer sends ends the vault.
 */
#ifndef VAULT_SERVE_H
#define VAULT_SERVE_H

#include "vault/lines.h"
#include "vault/signing.h"
#include "vault/workshop.h"

struct serve {
	struct lines *lines;
	uint32_t epoch; /* this process's */
	struct signing signing;
	struct workshop *workshop;
};

/* Serves on threads threads, the caller's included, until the supervisor says drain or is gone. */
_Noreturn void serve_run(struct serve *serve, unsigned threads);

#endif
