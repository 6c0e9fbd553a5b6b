/* SPDX-License-Identifier: ISC */
/*
 * A connection of an MTA and the message on it: what libmilter's callbacks
 * mean, without libmilter, so that tests (and another engine) drive the same
 * code. One thread at a time; which one may change between calls.
 *
 *   connect → (mail → header … → header_end → body … → end | abort) … → free
 *
 * A message is done with the options that are in use at its mail.
 *
 * Every call may come at any time and any number of times; a message that was
 * not ended is forgotten by the next mail.
 */
#ifndef MILTER_SESSION_H
#define MILTER_SESSION_H

#include <sys/socket.h>

#include "milter/ask.h"
#include "milter/message.h"
#include "milter/shelf.h"
#include "view/view.h"

struct session;

/* What sessions share; all of it immutable or for any thread. */
struct session_house {
	struct shelf *shelf;
	struct arena_pool *pool; /* of the messages at hand, or NULL */
	struct view *table;
	struct ask *ask;
	struct work *work; /* of the callbacks that may have to wait */
};

/* What the MTA is to do with the message. */
enum session_action {
	SESSION_CONTINUE = 1, /* send the rest */
	SESSION_ACCEPT,       /* deliver it as it is now; send no more of it */
	SESSION_REJECT,
	SESSION_TEMPFAIL,
};

struct session_verdict {
	enum session_action action;
	const char *code;     /* "550"; with REJECT and TEMPFAIL, else NULL */
	const char *enhanced; /* "5.7.1" */
	const char *text; /* the session's, until its next message */
};

/* How a message is changed, at its end only. */
struct session_editor {
	/* Puts a field above all others: name, and value from the space after the colon on, folded with CRLF. */
	enum status (*insert)(void *context, const char *name, struct slice value);
	/* Takes out the field of this name that is number index of them, from 1. */
	enum status (*remove)(void *context, const char *name, size_t index);
	/* Makes this address, without brackets, the sender of the envelope. */
	enum status (*set_sender)(void *context, const char *address);
	void *context;
};

/*
 * What the MTA has agreed to beside adding fields. It is asked when it
 * connects: on a connection of before a reload it may be less than a message
 * needs, which is then put off, and its connection ended (421).
 */
struct session_rights {
	bool may_change_header; /* or remove fields */
	bool may_change_sender;
};

MUST_CHECK enum status session_new(
    const struct session_house *house, struct session **ret_session);
void session_free(struct session **session);

/* None before that. */
void session_allow(struct session *session, const struct session_rights *rights);

/*
 * client: NULL or another family than AF_INET and AF_INET6 is a local client.
 * daemon_name: {daemon_name}, or "".
 */
void session_connect(
    struct session *session, const struct sockaddr *client, const char *daemon_name);

/* What fails here and in session_header, the end of the header answers for. */
void session_mail(struct session *session, const struct message_envelope *envelope);

/* value: what follows the colon, leading white space included; line ends as LF or CRLF. */
void session_header(struct session *session, struct slice name, struct slice value);

/* A field came and there was no memory to hand it over: the message will be put off. */
void session_lose_header(struct session *session);

/* Decides. With anything but SESSION_CONTINUE the message is over, and reported. */
void session_header_end(
    struct session *session, const char *queue_id, struct session_verdict *ret_verdict);

void session_body(struct session *session, struct slice bytes);

/* Signs, has each field inserted, reports. */
void session_end(struct session *session, const char *queue_id,
    const struct session_editor *editor, struct session_verdict *ret_verdict);

/* Forgets the message. */
void session_abort(struct session *session);

#endif
