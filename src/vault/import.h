/* SPDX-License-Identifier: ISC */
/*
 * Keys from elsewhere, for the workshop's thread: a file that somebody else
 * opened with his own rights, of whom we know nothing but the descriptor.
 */
#ifndef VAULT_IMPORT_H
#define VAULT_IMPORT_H

#include "ipc/messages.h"
#include "vault/key.h"
#include "vault/master.h"

#define IMPORT_FILE_MAX (16U << 10) /* octets; an RSA-4096 key takes 3,300 */

/*
 * Reads the private key in a regular file (vault/pem.h), from its start,
 * whatever its offset; fd stays the caller's. Statuses with a sentence in err
 * that holds nothing of the file: STATUS_INVALID and STATUS_TOO_LARGE the
 * file's fault, STATUS_REFUSED a key that DKIM or we have no use for.
 */
MUST_CHECK enum status import_read(int fd, struct key **ret_key, struct error *err);

/* One key: read from fd (-1: none came along), sealed under a new handle. */
void import_answer(const struct master *master, const struct frame_head *request, int fd,
    struct frame_imported *ret_answer);

#endif
