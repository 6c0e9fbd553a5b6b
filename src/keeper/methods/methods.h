/* SPDX-License-Identifier: ISC */
/*
 * The methods of the control interface as one table {name, right, handler},
 * and the way of a message to its row. docs/control.varlink is their
 * description; a test compares the two.
 */
#ifndef KEEPER_METHODS_METHODS_H
#define KEEPER_METHODS_METHODS_H

#include "keeper/call.h"

/* Answers the call in the end, whatever happens; the parameters have not been looked at. */
typedef void method_handler(struct call *call);

struct method {
	const char *name;
	enum peer_right right;
	method_handler *handle; /* answers the call, now or later */
};

extern const struct method methods[]; /* ends with a NULL name */

/* Connection handlers of server.h; context is the struct keeper. */
void methods_take_message(void *context, struct connection *connection, struct slice message);
void methods_forget(void *context, struct connection *connection);

/* service.c: org.varlink.service */
void service_get_info(struct call *call);
void service_get_description(struct call *call);

/* create.c */
void create_key(struct call *call);

/* import.c */
void import_key(struct call *call);

/* activate.c */
void activate_key(struct call *call);

/* update.c */
void update_key(struct call *call);

/* by_hand.c */
void rotate_key(struct call *call);
void revoke_key(struct call *call);

/* check_key.c */
void check_key(struct call *call);

/* ending.c */
void keys_deactivate(struct call *call);
void keys_delete(struct call *call);

/* keys.c: the other methods on keys */
void keys_list(struct call *call);
void keys_show(struct call *call);
void keys_list_records(struct call *call);

/* explain.c */
void explain_message(struct call *call);

/* audit.c */
void audit_list(struct call *call);

/* provider_zone.c */
void provider_zone_list(struct call *call);

/* health.c */
void health_report(struct call *call);

/* backup.c */
void backup_store(struct call *call);

/* Gives up the backup that is under way, if there is one. */
void backup_forget(struct keeper *keeper);

/* rekey.c */
void rekey_vault(struct call *call);

/* reload.c */
void reload_settings(struct call *call);

/*
 * The store has changed: signing sees it first, and what follows in DNS and the
 * rotation is begun. parameters are stolen.
 */
void methods_answer_changed(struct call *call, json_t *parameters);

/* The key that the method's one parameter, id, names. False: the call has been answered. */
MUST_CHECK bool keys_find(struct call *call, struct domain_key *ret_key);

/* As keys_find, for a method that has read its parameters itself. */
MUST_CHECK bool keys_find_id(struct call *call, struct slice id, struct domain_key *ret_key);

#endif
