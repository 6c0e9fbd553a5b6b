/* SPDX-License-Identifier: ISC */
/*
 * One call of a method, from its message to its answer. Whoever holds it
 * answers it exactly once, now or later; answering frees it. Its connection
 * may be gone by then: the answer is dropped, the work stays done.
 */
#ifndef KEEPER_CALL_H
#define KEEPER_CALL_H

#include "keeper/keeper.h"
#include "keeper/methods/params.h"
#include "varlink/json.h"

#define CALL_ERROR_NOT_FOUND "org.signetd.control.NotFound"
#define CALL_ERROR_INVALID_INPUT "org.signetd.control.InvalidInput"
#define CALL_ERROR_REFUSED "org.signetd.control.Refused"
#define CALL_ERROR_CONFLICT "org.signetd.control.Conflict"
#define CALL_ERROR_UNAVAILABLE "org.signetd.control.Unavailable"
#define CALL_ERROR_FAILED "org.signetd.control.Failed"

struct call {
	struct keeper *keeper;
	struct connection *connection; /* NULL once it is gone */
	struct edition *edition;       /* of the settings: that of its beginning */
	struct peer peer;
	json_t *request;
	const char *name;   /* of the method; in request */
	json_t *parameters; /* in request; NULL when there are none */
	bool is_oneway;
	json_t *answer;    /* while it waits for the views */
	struct call *next; /* of those that wait */
};

/* Takes over request. NULL when memory is out; request is then freed. */
struct call *call_new(struct keeper *keeper, struct connection *connection, json_t *request);

/*
 * Reads the parameters by table into values (params.h). False when they are
 * wrong: the call has been answered then.
 */
MUST_CHECK bool call_read(struct call *call, const struct param *table, void *values);

/* parameters are stolen; NULL stands for memory that is out. */
void call_answer(struct call *call, json_t *parameters);

/* An error with parameters (stolen). */
void call_fail(struct call *call, const char *error, json_t *parameters);

/* An error with a sentence: {message}. */
void call_fail_message(struct call *call, const char *error, const char *message);

/* Wrong input: {field, message}. */
void call_fail_field(struct call *call, const char *field, const char *message);

/* The error that stands for a status of the layers below; field may be NULL. */
void call_fail_status(
    struct call *call, enum status status, const char *field, const struct error *err);

/*
 * Lets signing see what the call has changed, then answers with parameters
 * (stolen), or says that the change is stored but not seen yet.
 */
void call_answer_published(struct call *call, json_t *parameters);

/* What has come of it, for keeper.c. */
void call_published(struct call *call, enum status status, const struct error *err);

/* The settings it goes by, from its beginning to its answer. */
const struct settings *call_settings(const struct call *call);

/* Who asks, for the audit row. */
struct lifecycle_by call_by(const struct call *call);

#endif
