/* SPDX-License-Identifier: ISC */
#include "ipc/role.h"

const struct word role_words[] = {
	{ ROLE_SUPERVISOR, "supervisor" },
	{ ROLE_MILTER, "milter" },
	{ ROLE_VAULT, "vault" },
	{ ROLE_KEEPER, "keeper" },
	{ ROLE_DNS, "dns" },
	{ ROLE_HTTP, "http" },
	{ 0, NULL },
};
