/* SPDX-License-Identifier: ISC */
/*
 * Updates of one name go to the server one after the other, in the order in
 * which they were asked for, and of those that still wait only the newest. So
 * an old one, left behind by a keeper that died or has given it up, cannot
 * follow a newer one. Any thread; memory is the callers'.
 */
#ifndef DNS_TURNS_H
#define DNS_TURNS_H

#include <pthread.h>
#include <stdbool.h>

#include "keys/record.h"

/* One update, from turns_enter to turns_leave. */
struct turn {
	char name[DOMAIN_MAX + 1];
	struct turn *older; /* the one that entered before */
};

struct turns {
	pthread_mutex_t mutex;
	pthread_cond_t left;
	struct turn *newest;
};

#define TURNS_INITIALIZER { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, NULL }

/* The order of calls is the order of the updates. Never waits. */
void turns_enter(struct turns *turns, const char *name, struct turn *ret_turn);

/* Waits for all older ones of the name to leave. False at once when there is a newer one: then nothing is to be sent. */
MUST_CHECK bool turns_await(struct turns *turns, const struct turn *turn);

/* After every turns_enter, whatever turns_await said. */
void turns_leave(struct turns *turns, struct turn *turn);

#endif
