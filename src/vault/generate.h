/* SPDX-License-Identifier: ISC */
/* Key generation, for the workshop's thread. */
#ifndef VAULT_GENERATE_H
#define VAULT_GENERATE_H

#include "ipc/messages.h"
#include "vault/master.h"

/* One key: generated, sealed under a new handle. */
void generate_answer(const struct master *master, const struct frame_generate *request,
    struct frame_generated *ret_answer);

#endif
