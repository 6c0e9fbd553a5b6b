/* SPDX-License-Identifier: ISC */
/*
 * The pages that all processes count in (process/counters.h): made before
 * there are processes, kept when they die. And what the supervisor itself
 * counts, which is the children.
 */
#ifndef SUPERVISOR_PAGES_H
#define SUPERVISOR_PAGES_H

#include "supervisor/children.h"

/* The supervisor's own, in which it counts from now on; now: seconds since 1970. */
MUST_CHECK enum status pages_begin(struct children *children, int64_t now, struct error *err);

/* A child's. */
MUST_CHECK enum status pages_add(struct child *child, struct error *err);

/* Adds to a child's start its own page, and to that of signetd-http, to be read, everybody's. */
void pages_give(const struct child *child, struct spawn *spawn);

/* After a child started, was ready or ended. */
void pages_count(const struct children *children);

#endif
