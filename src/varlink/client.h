/* SPDX-License-Identifier: ISC */
/*
 * The asking end of the control interface: one connection, one call at a time,
 * blocking with a deadline. signetctl's; one thread.
 */
#ifndef VARLINK_CLIENT_H
#define VARLINK_CLIENT_H

#include "varlink/framer.h"
#include "varlink/json.h"

struct client;

/*
 * Connects to address, "unix:PATH". timeout_ms bounds the connect and every
 * answer. Errors name the address and the remedy.
 */
MUST_CHECK enum status client_connect(
    const char *address, unsigned timeout_ms, struct client **ret_client, struct error *err);
void client_close(struct client **client);

/*
 * Calls method ("org.signetd.control.ListKeys") with parameters (stolen; NULL
 * for none) and, unless it is -1, a descriptor beside it, which stays the
 * caller's. *ret_answer is the whole answer object, the caller's: "parameters"
 * and, when the method failed, "error". A status other than OK means that
 * there is no answer.
 */
MUST_CHECK enum status client_call(struct client *client, const char *method,
    json_t *parameters, int descriptor, json_t **ret_answer, struct error *err);

/*
 * The two halves of client_call, for who watches many connections at once: when
 * client_fd is readable the answer has begun to come.
 */
MUST_CHECK enum status client_send(
    struct client *client, const char *method, json_t *parameters, struct error *err);
MUST_CHECK enum status client_receive(
    struct client *client, json_t **ret_answer, struct error *err);
int client_fd(const struct client *client);

#endif
