/* SPDX-License-Identifier: ISC */
/*
 * Landlock: from here on the process (and its threads to come) opens nothing
 * and makes TCP connections nowhere but as listed, and binds nothing. Works
 * without privilege.
 */
#ifndef PROCESS_LANDLOCK_H
#define PROCESS_LANDLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum landlock_access {
	LANDLOCK_READ = 1,  /* open for reading, list */
	LANDLOCK_WRITE = 2, /* also create, write, truncate and remove files */
};

/* A file or directory, with all beneath it. */
struct landlock_path {
	const char *path;
	enum landlock_access access;
};

struct landlock_allowed {
	const struct landlock_path *paths;
	size_t path_count;
	const uint16_t *tcp_ports; /* of other hosts, to connect to */
	size_t tcp_port_count;
};

/*
 * Confines the calling thread; needs no_new_privs. ret_abi: the kernel's
 * Landlock version, 0 when it has none (nothing is then confined: the caller
 * says so).
 */
MUST_CHECK enum status landlock_confine(
    const struct landlock_allowed *allowed, int *ret_abi, struct error *err);

#endif
