/* SPDX-License-Identifier: ISC */
/*
 * One run of signetctl: its arguments, its connection to the daemon (made when
 * first needed), and how it ends.
 */
#ifndef CTL_SESSION_H
#define CTL_SESSION_H

#include "ctl/arguments.h"
#include "varlink/client.h"

#define SESSION_INTERFACE "org.signetd.control."

/* The keeper gives key generation a minute for each of two. */
#define SESSION_TIMEOUT_MS 150000

/* The exit codes. */
enum outcome { OUTCOME_YES = 0, OUTCOME_NO = 1, OUTCOME_COULD_NOT = 2 };

struct session {
	const struct arguments *arguments;
	const char *const *operands; /* behind the command's words */
	int operand_count;
	struct client *client;
	bool is_patient;   /* the caller asks again when something passes: errors of that kind go to stderr alone */
	bool has_answered; /* this daemon, at least once */
	bool may_pass;     /* why the last call failed: the daemon, or a program of it, is away for the time being */
};

void session_done(struct session *session);

/* "unix:…": --control, or SIGNETD_CONTROL, or the system's. */
const char *session_control(const struct session *session);

bool session_wants_json(const struct session *session);

/*
 * Calls a method of org.signetd.control (parameters are stolen; NULL: none).
 * On OUTCOME_YES *ret_parameters is the answer, the caller's. Else the error
 * has been printed.
 */
MUST_CHECK enum outcome session_call(struct session *session, const char *method,
    json_t *parameters, json_t **ret_parameters);

/* As session_call, for what is only an addition: the answer, or NULL and nothing is printed. */
json_t *session_call_quietly(struct session *session, const char *method, json_t *parameters);

/* As session_call, with a descriptor beside the call; it stays the caller's. */
MUST_CHECK enum outcome session_call_passing(struct session *session, const char *method,
    json_t *parameters, int descriptor, json_t **ret_parameters);

/*
 * As session_call_passing, and prints nothing: the error is the caller's to
 * tell. descriptor is -1 for none.
 */
MUST_CHECK enum outcome session_ask(struct session *session, const char *method,
    json_t *parameters, int descriptor, json_t **ret_parameters, struct error *err);

/*
 * The id of the key that the first operand names: dk_…, or a domain that has
 * exactly one key. Else the error has been printed.
 */
MUST_CHECK enum outcome session_find_key(
    struct session *session, char *ret_id, size_t id_size);

/* A JSON flag for an option that says on or off, null where it is not given. */
MUST_CHECK enum outcome session_read_switch(
    const struct session *session, enum option_name option, json_t **ret_flag);

/*
 * What an answer with an error means: the outcome, and the sentence that the
 * daemon or we have for it (living as long as the answer).
 */
enum outcome session_read_error(const json_t *answer, const char **ret_sentence);

/* Prints "signetctl: sentence" to stderr; returns OUTCOME_COULD_NOT. */
enum outcome session_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a JSON value to stdout (stolen). */
enum outcome session_print_json(json_t *value);

#endif
