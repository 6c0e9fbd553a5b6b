/* SPDX-License-Identifier: ISC */
/*
 * Where a secret lies: at a path, or with what systemd passes to the service
 * (LoadCredential=, LoadCredentialEncrypted=; systemd.exec(5)), for which the
 * configuration says "credential:NAME".
 */
#ifndef SUPERVISOR_CREDENTIAL_H
#define SUPERVISOR_CREDENTIAL_H

#include <limits.h>

#include "base/error.h"

/* The path of what is configured. STATUS_REFUSED: no such credential was passed; who started us decides that. */
MUST_CHECK enum status credential_path(
    const char *configured, char ret_path[PATH_MAX], struct error *err);

#endif
