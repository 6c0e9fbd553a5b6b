/* SPDX-License-Identifier: ISC */
/*
 * One message as it comes in: envelope and header, byte for byte, in an arena
 * with a cap; of the body its length. One after the other in the same struct;
 * one thread at a time.
 */
#ifndef MILTER_MESSAGE_H
#define MILTER_MESSAGE_H

#include "dkim/from.h"
#include "policy/decide.h"
#include "policy/measure.h"

/* What the MTA says of a MAIL command; "" for what it does not say. */
struct message_envelope {
	const char *sender;    /* "<user@example.com>", "<>" */
	const char *login;     /* {auth_authen} */
	const char *auth_type; /* {auth_type} */
	bool is_login_xtext;   /* login is written in xtext (RFC 3461 §4) */
	bool is_smtputf8;      /* the parameter of RFC 6531 */
};

struct message {
	bool is_open;         /* between its envelope and its end */
	bool is_awaited;      /* open, and the end of the process waits for it */
	enum status failure;  /* of ours, or a limit, while it came in; then the header is not complete */
	struct arena arena;
	struct header_block header;
	struct slice login;
	struct slice auth_type;
	bool is_login_known;  /* there was room for both of them */
	struct slice envelope_domain; /* empty for the null sender, and for what is no address */
	bool is_null_sender;
	struct address_list senders;  /* of its From field, once message_fill_facts has read it */
	bool is_smtputf8;
	struct measure measure; /* from message_measure_header on */
	uint64_t body_bytes;
};

/* How large its header may be. */
struct message_limits {
	size_t header_max_bytes;
	size_t header_max_fields;
};

/* What a message of these limits may take at most. */
size_t message_max_bytes(const struct message_limits *limits);

/* pool: of all messages, or NULL. */
void message_init(struct message *message, struct arena_pool *pool);
void message_done(struct message *message);

/* Forgets the one before. What fails is kept in message->failure. */
void message_begin(struct message *message, const struct message_envelope *envelope,
    const struct message_limits *limits);

/* value: what follows the colon; line ends as LF or CRLF. Fails as message_begin. */
void message_add_header(struct message *message, struct slice name, struct slice value);

/* What policy/decide.h wants to know of the message itself; org_header: the field that names an organization, or "". */
void message_fill_facts(
    struct message *message, struct slice org_header, struct decide_facts *facts);

/* Measures the header, which is complete; lines over line_max octets are too long. What has it that may not be fit? */
flaw_set message_measure_header(struct message *message, size_t line_max);

void message_forget(struct message *message);

/* Whether it failed because other messages have taken the pool. */
bool message_is_crowded_out(const struct message *message);

/*
 * Messages open in this process now that its end waits for: all, until the
 * last call, and after it those that had begun before. Any thread.
 */
unsigned message_count_awaited(void);
void message_last_call(void);

#endif
