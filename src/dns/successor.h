/* SPDX-License-Identifier: ISC */
/*
 * Settings that the supervisor offers (docs/reload.md): could signetd-dns start
 * with them? It keeps nothing of them. Where they mean anything to it the
 * supervisor starts it again, since its walls let it connect only where the
 * settings of its start say. One thread.
 */
#ifndef DNS_SUCCESSOR_H
#define DNS_SUCCESSOR_H

#include "ipc/messages.h"

struct successor {
	int supervisor_fd;
	uint32_t epoch; /* this process's */
	int key_fd;     /* the next key of the provider zone, or -1 */
	uint64_t key_attempt; /* that it came with */
};

/* The key comes before the settings; *key_fd is taken over. */
void successor_take_key(
    struct successor *successor, const struct frame_settings *frame, int *key_fd);

/* Reads settings and key as at a start, and answers. The descriptor stays the caller's. */
void successor_prepare(
    struct successor *successor, const struct frame_settings *offer, int settings_fd);

/* There is nothing to change; answers. */
void successor_swap(const struct successor *successor, const struct frame_settings *order);

#endif
