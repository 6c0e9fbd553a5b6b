/* SPDX-License-Identifier: ISC */
/*
 * The master keys at hand: the one that new keys are sealed with, and, while
 * one is being replaced by another (docs/master-key.md), the one before it.
 * Immutable: any thread.
 */
#ifndef VAULT_MASTERS_H
#define VAULT_MASTERS_H

#include "ipc/messages.h"
#include "vault/seal.h"

struct masters {
	struct master *current;
	struct master *previous; /* NULL: there is none */
};

/* Each descriptor as master_read has it; previous_fd -1: there is none. */
MUST_CHECK enum status masters_read(
    int current_fd, int previous_fd, struct masters *ret_masters, struct error *err);
void masters_free(struct masters *masters);

/*
 * seal_open with whichever fits. A sealed key does not say which: the wrong one
 * fails like any other damage, and costs a few microseconds.
 */
MUST_CHECK enum status masters_unseal(const struct masters *masters, const struct handle *handle,
    struct slice sealed, struct seal_label *ret_label, struct secret *ret_plain);

/* What names them, for the keeper. */
MUST_CHECK enum status masters_name(
    const struct masters *masters, struct frame_checked *ret_answer);

/*
 * The same private key under the same handle, sealed with current: whichever
 * it was sealed with. The plain octets live here alone, and no longer than this.
 */
void masters_reseal(const struct masters *masters, const struct frame_reseal *request,
    struct frame_resealed *ret_answer);

#endif
