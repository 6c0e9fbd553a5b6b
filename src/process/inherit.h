/* SPDX-License-Identifier: ISC */
/*
 * What a role is given at exec: an argument list of name=number, each either a
 * descriptor or a plain number. The supervisor writes it, the role reads it;
 * a name that is not there is a fault of the supervisor.
 *
 *   signetd-milter instance=0 epoch=3 uid=993 gid=990 supervisor=3 settings=4 …
 */
#ifndef PROCESS_INHERIT_H
#define PROCESS_INHERIT_H

#include <stdint.h>

#include "base/error.h"

struct inherit {
	int argc;
	char **argv;
};

/* The number behind name=. STATUS_NOT_FOUND or STATUS_INVALID, with the sentence. */
MUST_CHECK enum status inherit_number(
    const struct inherit *inherit, const char *name, uint32_t *ret_number, struct error *err);

/* As inherit_number, for an open descriptor, which becomes close-on-exec. */
MUST_CHECK enum status inherit_fd(
    const struct inherit *inherit, const char *name, int *ret_fd, struct error *err);

/* As inherit_fd; -1 when the name is not given. */
int inherit_optional_fd(const struct inherit *inherit, const char *name);

#endif
