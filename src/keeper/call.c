/* SPDX-License-Identifier: ISC */
#include "keeper/call.h"

#include <stdlib.h>

#include "process/clock.h"
#include "process/log.h"

struct call *
call_new(struct keeper *keeper, struct connection *connection, json_t *request)
{
	struct call *call = calloc(1, sizeof(*call));

	if (call == NULL) {
		json_decref(request);
		return NULL;
	}
	call->keeper = keeper;
	call->connection = connection;
	call->edition = edition_hold(keeper->edition);
	call->peer = *connection_peer(connection);
	call->request = request;
	call->name = json_member_text(request, "method");
	call->parameters = json_object_get(request, "parameters");
	call->is_oneway = json_member_flag(request, "oneway", false);
	connection_set_call(connection, call);
	return call;
}

static void
send_answer(struct connection *connection, const json_t *answer)
{
	struct buf text;

	buf_init(&text, CONNECTION_ANSWER_MAX);
	json_write(answer, false, &text);
	if (buf_status(&text) == STATUS_OK)
		connection_answer(connection, buf_slice(&text));
	else
		connection_answer(
		    connection, SLICE_LITERAL("{\"error\":\"" CALL_ERROR_FAILED
		                              "\",\"parameters\":{\"message\":\"out of memory\"}}"));
	buf_done(&text);
}

/* Steals answer; NULL: memory is out. */
static void
end(struct call *call, json_t *answer)
{
	if (call->connection != NULL && call->is_oneway)
		connection_answer(call->connection, SLICE_EMPTY);
	else if (call->connection != NULL)
		send_answer(call->connection, answer);
	json_decref(answer);
	json_decref(call->request);
	edition_release(&call->edition);
	free(call);
}

void
call_answer(struct call *call, json_t *parameters)
{
	end(call, json_pack("{s:o}", "parameters", parameters));
}

void
call_fail(struct call *call, const char *error, json_t *parameters)
{
	end(call, json_pack("{s:s, s:o}", "error", error, "parameters", parameters));
}

void
call_fail_message(struct call *call, const char *error, const char *message)
{
	call_fail(call, error, json_pack("{s:s}", "message", message));
}

void
call_fail_field(struct call *call, const char *field, const char *message)
{
	call_fail(call, CALL_ERROR_INVALID_INPUT,
	    json_pack("{s:s, s:s}", "field", field, "message", message));
}

static const struct {
	enum status status;
	const char *error;
} errors[] = {
	{ STATUS_NOT_FOUND, CALL_ERROR_NOT_FOUND },
	{ STATUS_REFUSED, CALL_ERROR_REFUSED },
	{ STATUS_CONFLICT, CALL_ERROR_CONFLICT },
	{ STATUS_UNAVAILABLE, CALL_ERROR_UNAVAILABLE },
	{ STATUS_TIMEOUT, CALL_ERROR_UNAVAILABLE },
};

static const char *
error_of(enum status status)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (errors[i].status == status)
			return errors[i].error;
	}
	return CALL_ERROR_FAILED;
}

void
call_answer_published(struct call *call, json_t *parameters)
{
	call->answer = parameters;
	keeper_publish(call->keeper, call);
}

void
call_published(struct call *call, enum status status, const struct error *err)
{
	struct error told = *err;

	if (status == STATUS_OK) {
		call_answer(call, call->answer);
		return;
	}
	json_decref(call->answer);
	(void)error_prepend(&told, STATUS_UNAVAILABLE,
	    "the change is stored, but signing does not see it yet (it will be tried again)");
	call_fail_message(call, CALL_ERROR_UNAVAILABLE, told.text);
}

void
call_fail_status(
    struct call *call, enum status status, const char *field, const struct error *err)
{
	static struct log_often failed = { .kind = "event=call-failed" };
	const char *error = error_of(status);

	if (status == STATUS_INVALID || status == STATUS_TOO_LARGE) {
		call_fail_field(call, field != NULL ? field : "", err->text);
		return;
	}
	/* what is nobody's input is for whoever runs the daemon, too */
	if (strcmp(error, CALL_ERROR_FAILED) == 0)
		log_write_often(&failed, LOG_LEVEL_ERROR,
		    "event=call-failed method=%s status=%s error=\"%s\"", call->name, status_name(status), err->text);
	call_fail_message(call, error, err->text);
}

bool
call_read(struct call *call, const struct param *table, void *values)
{
	const char *name = "";
	struct error err;
	enum status status = params_read(table, call->parameters, values, &name, &err);

	if (status == STATUS_OK)
		return true;
	if (status == STATUS_INVALID)
		call_fail(call, "org.varlink.service.InvalidParameter",
		    json_pack("{s:s}", "parameter", name));
	else
		call_fail_field(call, name, err.text);
	return false;
}

const struct settings *
call_settings(const struct call *call)
{
	return call->edition->settings;
}

struct lifecycle_by
call_by(const struct call *call)
{
	return (struct lifecycle_by){
		.now = clock_wall_s(),
		.actor = call->peer.name,
		.on_behalf_of = "",
	};
}
