/* SPDX-License-Identifier: ISC */
/*
 * The master key, from which every sealing key is derived (HKDF-SHA256,
 * RFC 5869). Read once at start, held for the life of the vault, immutable:
 * any thread.
 */
#ifndef VAULT_MASTER_H
#define VAULT_MASTER_H

#include "base/error.h"
#include "keys/record.h"
#include "vault/secret.h"

#define MASTER_KEY_SIZE 32
#define MASTER_CHECK_SIZE 32
#define SEALING_KEY_SIZE 32

struct master;

/* Reads exactly MASTER_KEY_SIZE octets from the start of fd (a regular file), whatever its offset. */
MUST_CHECK enum status master_read(int fd, struct master **ret_master, struct error *err);
void master_free(struct master **master);

/* A value that names this master key and says nothing about it. */
MUST_CHECK enum status master_check_value(
    const struct master *master, uint8_t ret_value[MASTER_CHECK_SIZE]);

/* The AES-256 key under which the private key of handle is sealed; the caller wipes it. */
MUST_CHECK enum status master_sealing_key(
    const struct master *master, const struct handle *handle, struct secret *ret_key);

#endif
