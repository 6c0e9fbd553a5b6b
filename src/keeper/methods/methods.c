/* SPDX-License-Identifier: ISC */
#include "keeper/methods/methods.h"

#include "keeper/publisher.h"
#include "keeper/rotator.h"
#include "process/log.h"

#define INTERFACE "org.signetd.control."
#define SERVICE "org.varlink.service."

const struct method methods[] = {
	{ INTERFACE "CreateKey", PEER_CHANGE, create_key },
	{ INTERFACE "ImportKey", PEER_CHANGE, import_key },
	{ INTERFACE "ListKeys", PEER_READ, keys_list },
	{ INTERFACE "ShowKey", PEER_READ, keys_show },
	{ INTERFACE "CheckKey", PEER_CHANGE, check_key },
	{ INTERFACE "ActivateKey", PEER_CHANGE, activate_key },
	{ INTERFACE "UpdateKey", PEER_CHANGE, update_key },
	{ INTERFACE "DeactivateKey", PEER_CHANGE, keys_deactivate },
	{ INTERFACE "RotateKey", PEER_CHANGE, rotate_key },
	{ INTERFACE "RevokeKey", PEER_CHANGE, revoke_key },
	{ INTERFACE "DeleteKey", PEER_CHANGE, keys_delete },
	{ INTERFACE "Records", PEER_READ, keys_list_records },
	{ INTERFACE "Explain", PEER_READ, explain_message },
	{ INTERFACE "ListAudit", PEER_READ, audit_list },
	{ INTERFACE "ListZone", PEER_READ, provider_zone_list },
	{ INTERFACE "Backup", PEER_CHANGE, backup_store },
	{ INTERFACE "RekeyVault", PEER_CHANGE, rekey_vault },
	{ INTERFACE "Reload", PEER_CHANGE, reload_settings },
	{ INTERFACE "Status", PEER_READ, health_report },
	{ SERVICE "GetInfo", PEER_READ, service_get_info },
	{ SERVICE "GetInterfaceDescription", PEER_READ, service_get_description },
	{ NULL, 0, NULL },
};

static const struct method *
find_method(const char *name)
{
	for (const struct method *method = methods; method->name != NULL; method++) {
		if (strcmp(method->name, name) == 0)
			return method;
	}
	return NULL;
}

/* Which error Varlink has for a name that is in no row: is its interface ours at all? */
static void
fail_unknown(struct call *call)
{
	struct slice name = slice_from_text(call->name);
	bool is_ours = slice_starts_with(name, SLICE_LITERAL(INTERFACE)) ||
	    slice_starts_with(name, SLICE_LITERAL(SERVICE));
	size_t len = name.len;

	while (len > 0 && name.ptr[len - 1] != '.')
		len--;
	if (is_ours || len == 0)
		call_fail(call, SERVICE "MethodNotFound", json_pack("{s:s}", "method", call->name));
	else
		call_fail(call, SERVICE "InterfaceNotFound",
		    json_pack("{s:o}", "interface", json_of_slice(slice_first(name, len - 1))));
}

static void
run(struct call *call)
{
	static struct log_often denied = { .kind = "event=call-denied" };
	const struct method *method = find_method(call->name);

	if (method == NULL) {
		fail_unknown(call);
		return;
	}
	if ((call->peer.rights & method->right) == 0) {
		log_write_often(&denied, LOG_LEVEL_WARNING, "event=call-denied method=%s peer=\"%s\"",
		    method->name, call->peer.name);
		call_fail(call, SERVICE "PermissionDenied", json_object());
		return;
	}
	method->handle(call);
}

static bool
is_call(const json_t *request)
{
	const json_t *parameters = json_object_get(request, "parameters");

	return json_member_text(request, "method") != NULL &&
	    (parameters == NULL || json_is_null(parameters) || json_is_object(parameters));
}

/* What is no call has no error of Varlink's either: the connection says so and goes on. */
static void
refuse(struct connection *connection, const char *text)
{
	json_t *answer = json_pack("{s:s, s:{s:s, s:s}}", "error", CALL_ERROR_INVALID_INPUT,
	    "parameters", "field", "", "message", text);
	struct buf out;

	buf_init(&out, CONNECTION_ANSWER_MAX);
	json_write(answer, false, &out);
	connection_answer(connection, buf_slice(&out));
	buf_done(&out);
	json_decref(answer);
}

void
methods_take_message(void *context, struct connection *connection, struct slice message)
{
	json_t *request;
	struct call *call;
	struct error err;

	if (json_read_object(message, &request, &err) != STATUS_OK) {
		refuse(connection, err.text);
		return;
	}
	if (!is_call(request)) {
		refuse(connection, "no call: {\"method\": …, \"parameters\": {…}}");
		json_decref(request);
		return;
	}
	call = call_new(context, connection, request);
	if (call != NULL)
		run(call);
	else
		refuse(connection, "out of memory");
}

void
methods_forget(void *context, struct connection *connection)
{
	struct call *call = connection_call(connection);

	(void)context;
	if (call != NULL)
		call->connection = NULL;
}

void
methods_answer_changed(struct call *call, json_t *parameters)
{
	struct keeper *keeper = call->keeper;

	call_answer_published(call, parameters);
	publisher_wake(keeper->publisher);
	rotator_wake(keeper->rotator);
}
