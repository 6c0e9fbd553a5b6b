/* SPDX-License-Identifier: ISC */
/* What the keeper asks the vault, in terms of keys: on top of keeper/line.h. */
#ifndef KEEPER_VAULT_LINE_H
#define KEEPER_VAULT_LINE_H

#include "keeper/line.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/master.h"

/* RSA-4096 takes seconds on a slow machine, and others may wait before it. */
#define VAULT_LINE_GENERATE_MS 60000
#define VAULT_LINE_CHECK_MS 10000

/* Asks for a new key; the answer is a struct frame_generated. */
MUST_CHECK enum status vault_line_generate(struct line *vault, enum algorithm algorithm,
    unsigned key_bits, int64_t now_ms, line_answer *answer, void *context);

/*
 * What an answer to it holds. Lengths are checked here. The vault's own
 * failures come back as their status; err says what they mean.
 */
MUST_CHECK enum status vault_line_take_generated(
    const union frame *answer, struct lifecycle_generated *ret_generated, struct error *err);

/*
 * Asks for the private key in a file, whose descriptor is taken over with
 * STATUS_OK and never read here; the answer is a struct frame_imported.
 */
MUST_CHECK enum status vault_line_import(
    struct line *vault, int descriptor, int64_t now_ms, line_answer *answer, void *context);

/* A key that was made elsewhere. */
struct vault_line_imported {
	enum algorithm algorithm;
	unsigned key_bits;
	struct lifecycle_generated key;
};

/*
 * What an answer to it holds. What is wrong with the file, in the vault's words,
 * is STATUS_INVALID.
 */
MUST_CHECK enum status vault_line_take_imported(
    const union frame *answer, struct vault_line_imported *ret_imported, struct error *err);

/* What it means that no answer came (line_answer's statuses): STATUS_UNAVAILABLE, in words. */
MUST_CHECK enum status vault_line_judge(enum status status, struct error *err);

/* Asks which master keys the vault holds; the answer is a struct frame_checked. */
MUST_CHECK enum status vault_line_check(
    struct line *vault, int64_t now_ms, line_answer *answer, void *context);

/* What an answer to it holds. */
void vault_line_read_checked(const union frame *answer, struct store_masters *ret_at_hand);

/*
 * Has the store meet them (lifecycle/master.h), at now. STATUS_REFUSED: a
 * master key that the store needs is not among them.
 */
MUST_CHECK enum status vault_line_take_checked(
    const union frame *answer, struct store *store, int64_t now, struct error *err);

/* Has a key sealed with the current master key; the answer is a struct frame_resealed. */
MUST_CHECK enum status vault_line_reseal(struct line *vault, const struct handle *handle,
    const struct store_sealed *sealed, int64_t now_ms, line_answer *answer, void *context);

/* What an answer to it holds. STATUS_DAMAGED: no master key opens it. */
MUST_CHECK enum status vault_line_take_resealed(
    const union frame *answer, struct store_sealed *ret_sealed);

#endif
