/* SPDX-License-Identifier: ISC */
/* The programs of the house, as they name each other. */
#ifndef IPC_ROLE_H
#define IPC_ROLE_H

#include "base/words.h"

enum role {
	ROLE_SUPERVISOR = 0,
	ROLE_MILTER = 1,
	ROLE_VAULT = 2,
	ROLE_KEEPER = 3,
	ROLE_DNS = 4,
	ROLE_HTTP = 5,
};
#define ROLE_COUNT 6

#define ROLE_BIT(role) (1U << (role))

extern const struct word role_words[]; /* "supervisor", "milter", "vault", "keeper", "dns", "http" */

#endif
