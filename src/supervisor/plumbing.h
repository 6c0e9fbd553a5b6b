/* SPDX-License-Identifier: ISC */
/*
 * Every descriptor of the house: made once, before the first child, and kept
 * for ever, both ends of each channel, so that a child that died and came back
 * finds its channels open. Which role gets which is a table here.
 */
#ifndef SUPERVISOR_PLUMBING_H
#define SUPERVISOR_PLUMBING_H

#include "ipc/channel.h"
#include "settings/settings.h"
#include "supervisor/listen.h"
#include "supervisor/spawn.h"

/* The two ends of a channel. */
#define END_OF_SUPERVISOR 0
#define END_OF_CHILD 1
#define END_OF_ASKER 0
#define END_OF_ANSWERER 1

/* Beside the keeper, the vault, dns and http. */
#define PLUMBING_MILTERS_MAX (FRAME_CHILDREN_MAX - 4)

struct plumbing {
	unsigned listener_count;
	struct listen_socket listeners[FRAME_CHILDREN_MAX];
	struct listen_socket control;
	struct listen_socket metrics; /* fd -1: there are none, nor signetd-http */
	unsigned milter_count;
	unsigned listener_of_milter[FRAME_CHILDREN_MAX];
	int milter_vault[FRAME_CHILDREN_MAX][2];
	int keeper_vault[2];
	int keeper_dns[2];
	int private_fd;  /* a listening socket nobody can connect to */
	int master_fd;   /* the master key */
	int previous_master_fd; /* the one before it; -1: there is none */
	int tsig_fd;     /* the key of the provider zone; -1: there is none */
	int settings_fd; /* sealed memfd: what is in use */
	int journal_fd;  /* -1: the log goes to stderr */
};

/* Nothing is open yet: plumbing_close may come at any time after. */
void plumbing_init(struct plumbing *plumbing);

/* Milter processes that the first so many listeners of the settings come to. */
unsigned plumbing_count_milters(const struct settings *settings, unsigned listeners);

/* Opens the listening sockets, makes the channels and the settings' memfd. The other members are the caller's. */
MUST_CHECK enum status plumbing_open(
    struct plumbing *plumbing, const struct settings *settings, struct error *err);

/* Opens the key file of the provider zone; -1 where the settings name none. */
MUST_CHECK enum status plumbing_open_tsig_key(
    const struct settings *settings, int *ret_fd, struct error *err);

/* Closes and unlinks the listening sockets. */
void plumbing_close(struct plumbing *plumbing);

/* Adds what this role (and instance, of milters) is given to its start. */
void plumbing_give(
    const struct plumbing *plumbing, enum role role, unsigned instance, struct spawn *spawn);

#endif
