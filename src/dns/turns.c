/* SPDX-License-Identifier: ISC */
#include "dns/turns.h"

#include <stdio.h>
#include <string.h>

void
turns_enter(struct turns *turns, const char *name, struct turn *ret_turn)
{
	(void)snprintf(ret_turn->name, sizeof(ret_turn->name), "%s", name);
	(void)pthread_mutex_lock(&turns->mutex);
	ret_turn->older = turns->newest;
	turns->newest = ret_turn;
	(void)pthread_mutex_unlock(&turns->mutex);
	/* whoever waits for an older one of the name is superseded now */
	(void)pthread_cond_broadcast(&turns->left);
}

/* From one turn on, down to but without another one, or NULL. */
static bool
has_name(const struct turn *from, const struct turn *to, const char *name)
{
	for (; from != to; from = from->older) {
		if (strcmp(from->name, name) == 0)
			return true;
	}
	return false;
}

bool
turns_await(struct turns *turns, const struct turn *turn)
{
	bool is_newest;

	(void)pthread_mutex_lock(&turns->mutex);
	while ((is_newest = !has_name(turns->newest, turn, turn->name)) &&
	    has_name(turn->older, NULL, turn->name))
		(void)pthread_cond_wait(&turns->left, &turns->mutex);
	(void)pthread_mutex_unlock(&turns->mutex);
	return is_newest;
}

void
turns_leave(struct turns *turns, struct turn *turn)
{
	struct turn **at = &turns->newest;

	(void)pthread_mutex_lock(&turns->mutex);
	while (*at != turn)
		at = &(*at)->older;
	*at = turn->older;
	(void)pthread_mutex_unlock(&turns->mutex);
	(void)pthread_cond_broadcast(&turns->left);
}
