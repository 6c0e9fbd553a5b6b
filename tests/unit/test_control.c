/* SPDX-License-Identifier: ISC */
#include "control_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "follow/follower.h"
#include "keeper/methods/candidates.h"
#include "keeper/methods/interface.h"
#include "keeper/methods/key_source.h"
#include "keeper/methods/methods.h"
#include "process/role_start.h"
#include "store/sqlite.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* {"id":"dk_…"…} */
static const char *
with_id(const char *id, const char *more)
{
	static char text[256];

	(void)snprintf(text, sizeof(text), "{\"id\":\"%s\"%s}", id, more);
	return text;
}

static json_t *
key_of(const json_t *answer)
{
	return json_object_get(json_object_get(answer, "parameters"), "key");
}

/* ---- Varlink ---- */

static void
control__describes_every_method_it_has(void **state)
{
	const char *text = interface_description(SLICE_LITERAL(INTERFACE_CONTROL_NAME));
	size_t described = 0, served = 0;

	(void)state;
	for (const char *at = text; (at = strstr(at, "\nmethod ")) != NULL; at++)
		described++;
	for (const struct method *method = methods; method->name != NULL; method++) {
		char line[128];

		if (strncmp(method->name, INTERFACE_CONTROL_NAME, strlen(INTERFACE_CONTROL_NAME)) != 0)
			continue;
		served++;
		(void)snprintf(line, sizeof(line), "\nmethod %s(", strrchr(method->name, '.') + 1);
		assert_non_null(strstr(text, line));
	}
	assert_int_equal(described, served);
}

static void
control__introduces_itself(void **state)
{
	struct control_peer peer;
	json_t *answer;

	control_connect(*state, true, &peer);
	control_send(&peer, SLICE_LITERAL("{\"method\":\"org.varlink.service.GetInfo\"}\0"));
	answer = control_receive(&peer);
	assert_string_equal(
	    json_member_text(json_object_get(answer, "parameters"), "product"), "signetd");
	json_decref(answer);
	control_send(&peer, SLICE_LITERAL("{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	                                  "\"parameters\":{\"interface\":\"org.signetd.control\"}}\0"));
	answer = control_receive(&peer);
	assert_string_equal(json_member_text(json_object_get(answer, "parameters"), "description"),
	    interface_description(SLICE_LITERAL(INTERFACE_CONTROL_NAME)));
	json_decref(answer);
	control_hang_up(&peer);
}

static const struct {
	struct slice message;
	const char *error;
} wrong_messages[] = {
	{ SLICE_LITERAL("{\"method\":\"org.signetd.control.Frob\"}\0"),
	    "org.varlink.service.MethodNotFound" },
	{ SLICE_LITERAL("{\"method\":\"org.example.Frob\"}\0"),
	    "org.varlink.service.InterfaceNotFound" },
	{ SLICE_LITERAL("{\"method\":\"Frob\"}\0"), "org.varlink.service.MethodNotFound" },
	{ SLICE_LITERAL("{\"method\":\"\"}\0"), "org.varlink.service.MethodNotFound" },
	{ SLICE_LITERAL("{\"method\":\"org.signetd.control.ShowKey\",\"parameters\":{\"di\":1}}\0"),
	    "org.varlink.service.InvalidParameter" },
	{ SLICE_LITERAL("{\"method\":\"org.signetd.control.ShowKey\",\"parameters\":{\"id\":1}}\0"),
	    "org.varlink.service.InvalidParameter" },
	{ SLICE_LITERAL("{\"method\":\"org.signetd.control.ShowKey\"}\0"), "InvalidInput" },
	{ SLICE_LITERAL("{\"method\":\"org.signetd.control.ShowKey\",\"parameters\":7}\0"),
	    "InvalidInput" },
	{ SLICE_LITERAL("{\"method\":7}\0"), "InvalidInput" },
	{ SLICE_LITERAL("{}\0"), "InvalidInput" },
	{ SLICE_LITERAL("[]\0"), "InvalidInput" },
	{ SLICE_LITERAL("\0"), "InvalidInput" },
	{ SLICE_LITERAL("{\"method\":\"a\",\"method\":\"b\"}\0"), "InvalidInput" },
	{ SLICE_LITERAL("{\"method\":\"\xff\"}\0"), "InvalidInput" },
	{ SLICE_LITERAL("GET / HTTP/1.0\r\n\r\n\0"), "InvalidInput" },
};

static void
control__tells_what_is_wrong_and_goes_on(void **state)
{
	struct control_peer peer;

	control_connect(*state, true, &peer);
	for (size_t i = 0; i < COUNT(wrong_messages); i++) {
		control_send(&peer, wrong_messages[i].message);
		control_assert_error(control_receive(&peer), wrong_messages[i].error);
	}
	control_assert_error(control_call(&peer, "ListKeys", "{}"), NULL);
	control_hang_up(&peer);
}

static void
control__answers_calls_sent_at_once_in_order(void **state)
{
	struct control_peer peer;
	struct buf text;

	control_connect(*state, true, &peer);
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 2000; i++) {
		buf_put_format(&text, "{\"method\":\"a.b%d\"}", i);
		buf_put_char(&text, '\0');
	}
	control_send(&peer, buf_slice(&text));
	for (int i = 0; i < 2000; i++) {
		json_t *answer = control_receive(&peer);

		assert_string_equal(
		    json_member_text(json_object_get(answer, "parameters"), "interface"), "a");
		json_decref(answer);
	}
	buf_done(&text);
	control_hang_up(&peer);
}

static unsigned
count_answers(struct control_peer *peer)
{
	char bytes[65536];
	ssize_t got = recv(peer->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	unsigned count = 0;

	for (ssize_t i = 0; i < got; i++)
		count += bytes[i] == '\0';
	return count;
}

static void
control__answers_others_between_calls_sent_at_once(void **state)
{
	struct control_peer eager, modest;
	struct buf text;

	control_connect(*state, true, &eager);
	control_connect(*state, true, &modest);
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 300; i++) {
		buf_put_text(&text, "{\"method\":\"a.b\"}");
		buf_put_char(&text, '\0');
	}
	control_send(&eager, buf_slice(&text));
	while (count_answers(&eager) == 0)
		control_turn(*state);
	json_decref(control_call(&modest, "ListKeys", "{}"));
	assert_true(count_answers(&eager) < 100);
	buf_done(&text);
	control_hang_up(&modest);
	control_hang_up(&eager);
}

static void
control__takes_a_call_octet_by_octet(void **state)
{
	static const char call[] = "{\"method\":\"org.signetd.control.ListKeys\"}";
	struct control_peer peer;

	control_connect(*state, true, &peer);
	for (size_t i = 0; i < sizeof(call); i++) {
		control_send(&peer, slice_of(call + i, 1));
		control_turn(*state);
	}
	control_assert_error(control_receive(&peer), NULL);
	control_hang_up(&peer);
}

static void
control__does_not_answer_oneway_calls(void **state)
{
	struct control_peer peer;
	json_t *answer;

	control_connect(*state, true, &peer);
	control_send(&peer, SLICE_LITERAL("{\"method\":\"a.b\",\"oneway\":true}\0{\"method\":\"c.d\"}\0"));
	answer = control_receive(&peer);
	assert_string_equal(
	    json_member_text(json_object_get(answer, "parameters"), "interface"), "c");
	json_decref(answer);
	control_hang_up(&peer);
}

static void
control__drops_who_sends_too_much(void **state)
{
	struct control_peer peer;
	struct buf text;

	control_connect(*state, true, &peer);
	buf_init(&text, 2U << 20);
	memset(buf_extend(&text, CONNECTION_MESSAGE_MAX + 1), 'x', CONNECTION_MESSAGE_MAX + 1);
	control_send(&peer, buf_slice(&text));
	assert_null(control_receive(&peer));
	buf_done(&text);
	control_hang_up(&peer);
}

/* ---- rights ---- */

static void
control__lets_readers_look_and_change_nothing(void **state)
{
	struct control_peer reader;

	control_connect(*state, false, &reader);
	for (const struct method *method = methods; method->name != NULL; method++) {
		const char *name = strrchr(method->name, '.') + 1;

		if (method->right == PEER_CHANGE)
			control_assert_error(control_call(&reader, name, "{\"id\":\"dk_x\",\"domain\":\"x\"}"),
			    "org.varlink.service.PermissionDenied");
	}
	control_assert_error(control_call(&reader, "ListKeys", "{}"), NULL);
	control_hang_up(&reader);
}

static void
control__shows_handles_to_those_who_may_change(void **state)
{
	struct control_peer owner, reader;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(*state, false, &reader);
	control_connect(*state, true, &owner);
	control_create(&owner, "example.com", id);
	answer = control_call(&owner, "ShowKey", with_id(id, ""));
	assert_memory_equal(json_member_text(key_of(answer), "private_key"), "sk_", 3);
	json_decref(answer);
	answer = control_call(&reader, "ShowKey", with_id(id, ""));
	assert_true(json_is_null(json_object_get(key_of(answer), "private_key")));
	json_decref(answer);
	control_hang_up(&reader);
	control_hang_up(&owner);
}

static void
control__keeps_places_for_those_who_may_change(void **state)
{
	struct control_place *place = *state;
	struct control_peer readers[SERVER_PER_UID_MAX + 4];
	struct control_peer owner;
	json_t *answer;

	for (size_t i = 0; i < COUNT(readers); i++)
		control_connect(place, false, &readers[i]);
	for (size_t i = 0; i < COUNT(readers); i++)
		control_turn(place);
	for (size_t i = 0; i < COUNT(readers); i++) {
		control_send(&readers[i], SLICE_LITERAL("{\"method\":\"a.b\"}\0"));
		answer = control_receive(&readers[i]);
		assert_true((answer != NULL) == (i < SERVER_PER_UID_MAX));
		json_decref(answer);
	}
	assert_int_equal(server_refused(place->keeper.server), 4);
	control_connect(place, true, &owner);
	control_assert_error(control_call(&owner, "ListKeys", "{}"), NULL);
	control_hang_up(&owner);
	for (size_t i = 0; i < COUNT(readers); i++)
		control_hang_up(&readers[i]);
}

/* ---- the life of a key ---- */

static void
control__takes_a_key_through_its_life(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), "Refused");
	answer =
	    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true"));
	assert_true(json_member_flag(key_of(answer), "is_active", false));
	json_decref(answer);
	control_assert_error(control_call(&peer, "DeleteKey", with_id(id, "")), "Refused");
	answer = control_call(&peer, "DeactivateKey", with_id(id, ""));
	assert_false(json_member_flag(key_of(answer), "is_active", true));
	json_decref(answer);
	answer = control_call(&peer, "DeleteKey", with_id(id, ""));
	assert_false(json_member_flag(json_object_get(answer, "parameters"), "is_gone", true));
	assert_true(json_member_flag(key_of(answer), "is_retiring", false));
	assert_non_null(json_member_text(key_of(answer), "gone_at"));
	json_decref(answer);
	control_assert_error(
	    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true")), "Refused");
	answer = control_call(&peer, "Status", "{}");
	assert_int_equal(
	    json_member_number(json_object_get(answer, "parameters"), "retiring_key_sets", 0), 1);
	json_decref(answer);
	answer = control_call(&peer, "DeleteKey", with_id(id, ",\"now\":true"));
	assert_true(json_member_flag(json_object_get(answer, "parameters"), "is_gone", false));
	json_decref(answer);
	control_assert_error(control_call(&peer, "ShowKey", with_id(id, "")), "NotFound");
	control_hang_up(&peer);
}

static void
control__answers_an_activation_when_the_view_has_it(void **state)
{
	struct control_place *place = *state;
	struct match_list list;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	control_assert_error(
	    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true")), NULL);
	assert_int_equal(view_table_find(place->keeper.table, SLICE_LITERAL("main"),
	                     SLICE_LITERAL("example.com"), &list),
	    STATUS_OK);
	assert_int_equal(list.count, 1);
	control_assert_error(control_call(&peer, "DeactivateKey", with_id(id, "")), NULL);
	assert_int_equal(view_table_find(place->keeper.table, SLICE_LITERAL("main"),
	                     SLICE_LITERAL("example.com"), &list),
	    STATUS_NOT_FOUND);
	control_hang_up(&peer);
}

/* ---- the gate ---- */

static void
control__opens_the_gate_when_dns_shows_the_key(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	place->dns_code = DNS_CODE_UNREACHABLE;
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), "Unavailable");
	place->dns_code = DNS_CODE_OTHER_KEY;
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), "Refused");
	place->dns_code = DNS_CODE_PUBLISHED;
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), NULL);
	/* it serves for a while: another look is not needed, and would not help */
	control_assert_error(control_call(&peer, "DeactivateKey", with_id(id, "")), NULL);
	place->dns_code = DNS_CODE_NOT_PUBLISHED;
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), NULL);
	control_hang_up(&peer);
}

static void
control__tells_what_dns_shows(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;
	const json_t *parameters, *slot;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	answer = control_call(&peer, "CheckKey", with_id(id, ""));
	parameters = json_object_get(answer, "parameters");
	assert_false(json_member_flag(parameters, "is_proved", true));
	assert_int_equal(json_array_size(json_object_get(parameters, "slots")), SLOT_COUNT);
	slot = json_array_get(json_object_get(parameters, "slots"), 1);
	assert_string_equal(json_member_text(slot, "slot"), "alternate");
	assert_string_equal(json_member_text(slot, "code"), "not-published");
	assert_string_equal(json_member_text(slot, "advice"), "what to do");
	assert_int_equal(json_integer_value(json_object_get(slot, "ttl")), UINT32_MAX);
	assert_int_equal(json_array_size(json_object_get(slot, "seen")), 2);
	assert_int_equal(json_array_size(json_object_get(parameters, "notes")), 1);
	json_decref(answer);
	control_hang_up(&peer);
}

/* What is written to standard error until the second call, which ends it as a text. */
static int
divert_log(int *ret_stderr)
{
	int fd = memfd_create("log", MFD_CLOEXEC);

	*ret_stderr = dup(STDERR_FILENO);
	assert_true(fd >= 0 && *ret_stderr >= 0);
	assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
	return fd;
}

static void
take_log(int fd, int old_stderr, char *ret_text, size_t size)
{
	ssize_t len = pread(fd, ret_text, size - 1, 0);

	assert_int_equal(dup2(old_stderr, STDERR_FILENO), STDERR_FILENO);
	(void)close(old_stderr);
	(void)close(fd);
	assert_true(len >= 0);
	ret_text[len] = '\0';
}

/* An owner writes into DNS what he likes. */
static void
control__logs_a_loss_that_forges_no_field(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	char log[4096];
	int old_stderr;
	int fd;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	control_assert_error(
	    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true")), NULL);
	place->dns_sentence = "there is \"x\" event=forged y=\"";
	fd = divert_log(&old_stderr);
	control_assert_error(control_call(&peer, "CheckKey", with_id(id, "")), NULL);
	take_log(fd, old_stderr, log, sizeof(log));
	assert_non_null(strstr(log, "event=record-lost"));
	assert_non_null(strstr(log, " error=\"there is 'x' event=forged y='\"\n"));
	control_hang_up(&peer);
}

static void
control__shows_the_audit_newest_first(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	char parameters[128];
	json_t *answer;
	const json_t *entries;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	control_assert_error(control_call(&peer, "CheckKey", with_id(id, "")), NULL);
	(void)snprintf(parameters, sizeof(parameters), "{\"object\":\"%s\",\"limit\":1}", id);
	answer = control_call(&peer, "ListAudit", parameters);
	entries = json_object_get(json_object_get(answer, "parameters"), "entries");
	assert_int_equal(json_array_size(entries), 1);
	assert_string_equal(json_member_text(json_array_get(entries, 0), "action"), "key check");
	assert_true(json_is_object(json_object_get(json_array_get(entries, 0), "after")));
	assert_true(json_is_integer(json_object_get(json_object_get(answer, "parameters"), "next")));
	json_decref(answer);
	control_hang_up(&peer);
}

static void
control__shows_the_audit_of_everything(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	control_create(&peer, "example.org", id);
	answer = control_call(&peer, "ListAudit", "{}");
	/* the master key that was met first is in it, too */
	assert_int_equal(json_array_size(json_object_get(
	                     json_object_get(answer, "parameters"), "entries")),
	    3);
	json_decref(answer);
	control_hang_up(&peer);
}

static void
control__dry_run_changes_nothing(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	answer = control_call(&peer, "ActivateKey", with_id(id, ",\"dry_run\":true"));
	assert_string_equal(
	    json_member_text(json_object_get(answer, "parameters"), "gains"), "domain");
	json_decref(answer);
	answer = control_call(&peer, "ShowKey", with_id(id, ""));
	assert_false(json_member_flag(key_of(answer), "is_active", true));
	json_decref(answer);
	control_hang_up(&peer);
}

static void
control__says_what_an_activation_does_to_others(void **state)
{
	struct control_peer peer;
	char first[ID_TEXT_SIZE], second[ID_TEXT_SIZE];
	json_t *answer;
	const json_t *effect;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", first);
	control_assert_error(
	    control_call(&peer, "ActivateKey", with_id(first, ",\"without_dns_check\":true")), NULL);
	control_create(&peer, "example.com", second);
	answer =
	    control_call(&peer, "ActivateKey", with_id(second, ",\"without_dns_check\":true"));
	effect =
	    json_array_get(json_object_get(json_object_get(answer, "parameters"), "effects"), 0);
	assert_string_equal(json_member_text(effect, "id"), first);
	assert_string_equal(json_member_text(effect, "effect"), "deactivated");
	json_decref(answer);
	control_hang_up(&peer);
}

/* ---- update ---- */

static json_t *
update(struct control_peer *peer, const char *id, const char *more)
{
	json_t *answer = control_call(peer, "UpdateKey", with_id(id, more));
	json_t *parameters = json_incref(json_object_get(answer, "parameters"));

	control_assert_error(answer, NULL);
	return parameters;
}

static void
control__changes_the_match_of_a_key_that_signs(void **state)
{
	struct control_place *place = *state;
	struct match_list list;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	place->dns_code = DNS_CODE_PUBLISHED;
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), NULL);
	answer = update(&peer, id, ",\"domain_match\":\"SubdomainsOnly\",\"dry_run\":true");
	assert_true(json_member_flag(answer, "changed", false));
	assert_string_equal(json_member_text(answer, "gains"), "subdomains");
	assert_string_equal(json_member_text(answer, "loses"), "domain");
	json_decref(answer);
	answer = update(&peer, id, ",\"domain_match\":\"SubdomainsOnly\"");
	assert_string_equal(json_member_text(answer, "loses"), "domain");
	json_decref(answer);
	assert_int_equal(view_table_find(place->keeper.table, SLICE_LITERAL("main"),
	                     SLICE_LITERAL("example.com"), &list),
	    STATUS_OK);
	assert_int_equal(list.entries[0].domain_match, MATCH_SUBDOMAINS_ONLY);
	answer = update(&peer, id, ",\"domain_match\":\"SubdomainsOnly\"");
	assert_false(json_member_flag(answer, "changed", true));
	json_decref(answer);
	control_hang_up(&peer);
}

/* The gate, which test mode shuts again: what was verified was another record. */
static void
control__looks_at_dns_before_an_active_key_gets_another_match(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	place->dns_code = DNS_CODE_PUBLISHED;
	control_assert_error(control_call(&peer, "ActivateKey", with_id(id, "")), NULL);
	json_decref(update(&peer, id, ",\"test_mode\":true"));
	place->dns_code = DNS_CODE_NOT_PUBLISHED;
	control_assert_error(
	    control_call(&peer, "UpdateKey", with_id(id, ",\"domain_match\":\"SubdomainsOnly\"")),
	    "Refused");
	place->dns_code = DNS_CODE_PUBLISHED;
	json_decref(update(&peer, id, ",\"domain_match\":\"SubdomainsOnly\""));
	/* nothing that signs changes: no gate */
	control_assert_error(control_call(&peer, "DeactivateKey", with_id(id, "")), NULL);
	json_decref(update(&peer, id, ",\"test_mode\":false"));
	place->dns_code = DNS_CODE_NOT_PUBLISHED;
	json_decref(update(&peer, id, ",\"domain_match\":\"DomainOnly\""));
	control_hang_up(&peer);
}

/* ---- explain ---- */

static json_t *
explain(struct control_peer *peer, const char *facts)
{
	json_t *answer = control_call(peer, "Explain", facts);
	json_t *parameters = json_incref(json_object_get(answer, "parameters"));

	control_assert_error(answer, NULL);
	return parameters;
}

static void
control__explains_what_signs_and_why(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE], idle[ID_TEXT_SIZE];
	json_t *answer;
	const json_t *candidate;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	control_create(&peer, "example.com", idle);
	control_assert_error(
	    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true")), NULL);
	answer = explain(&peer, "{\"from\":[\"Example.COM.\"],\"client\":\"127.0.0.1\"}");
	assert_string_equal(json_member_text(answer, "decision"), "sign");
	assert_string_equal(json_member_text(answer, "sender"), "example.com");
	assert_string_equal(json_member_text(json_array_get(json_object_get(answer, "keys"), 0), "id"), id);
	candidate = json_array_get(json_object_get(answer, "candidates"), 0);
	assert_string_equal(json_member_text(candidate, "id"), id);
	assert_true(json_member_flag(candidate, "is_chosen", false));
	candidate = json_array_get(json_object_get(answer, "candidates"), 1);
	assert_string_equal(json_member_text(candidate, "id"), idle);
	assert_string_equal(json_member_text(candidate, "rule"), "inactive");
	json_decref(answer);
	answer = explain(&peer, "{\"from\":[\"example.com\"],\"client\":\"192.0.2.1\"}");
	assert_string_equal(json_member_text(answer, "reason"), "not-ours");
	assert_int_equal(json_array_size(json_object_get(answer, "keys")), 0);
	assert_int_equal(json_array_size(json_object_get(answer, "candidates")), 2);
	json_decref(answer);
	control_hang_up(&peer);
}

/* However many inactive keys there are, an answer is short, and none that could sign is missing. */
static void
control__explains_with_some_of_very_many_idle_keys(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(*state, true, &peer);
	for (int i = 0; i < CANDIDATES_IDLE_MAX + 3; i++)
		control_create(&peer, "example.com", id);
	control_assert_error(
	    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true")), NULL);
	answer = explain(&peer, "{\"from\":[\"a.example.com\"]}");
	assert_int_equal(
	    json_array_size(json_object_get(answer, "candidates")), CANDIDATES_IDLE_MAX + 1);
	assert_true(json_member_flag(answer, "has_more", false));
	json_decref(answer);
	control_hang_up(&peer);
}

#define LONG_SENDERS 64 /* as many as Explain takes */
#define LONG_LABELS 125

static int
count_statement(unsigned kind, void *context, void *statement, void *text)
{
	(void)kind;
	(void)statement;
	(void)text;
	(*(unsigned *)context)++;
	return 0;
}

/* {"from":["0.a.a.….example","1.a.…"…],"client":"127.0.0.1"} */
static void
put_long_senders(struct buf *facts)
{
	buf_put_text(facts, "{\"client\":\"127.0.0.1\",\"from\":[");
	for (int i = 0; i < LONG_SENDERS; i++) {
		buf_put_format(facts, "%s\"%c%c.", i > 0 ? "," : "", 'a' + i / 26, 'a' + i % 26);
		for (int label = 0; label < LONG_LABELS - 6; label++)
			buf_put_format(facts, "%c.", 'a' + i % 26);
		buf_put_text(facts, "example\"");
	}
	buf_put_text(facts, "]}");
}

/* The keeper's one thread serves nobody meanwhile: what it asks of the store goes by the senders, not their labels. */
static void
control__explains_long_senders_with_few_statements(void **state)
{
	struct control_place *place = *state;
	struct control_peer reader;
	unsigned statements = 0;
	struct buf facts;
	json_t *answer;

	control_connect(place, false, &reader);
	buf_init(&facts, 64 * 1024);
	put_long_senders(&facts);
	assert_int_equal(sqlite3_trace_v2(place->keeper.store->db, SQLITE_TRACE_STMT, count_statement, &statements),
	    SQLITE_OK);
	answer = explain(&reader, buf_text(&facts));
	(void)sqlite3_trace_v2(place->keeper.store->db, 0, NULL, NULL);
	assert_string_equal(json_member_text(answer, "reason"), "no-key");
	assert_in_range(statements, LONG_SENDERS, LONG_SENDERS + 16);
	json_decref(answer);
	buf_done(&facts);
	control_hang_up(&reader);
}

/* In this order: what it remembers of one must not be said of the next. */
static const struct {
	const char *org, *domain;
} places[] = {
	{ "main", "a.b.example.com" }, { "main", "b.example.com" }, { "main", "example.com" },
	{ "acme", "example.com" }, { "main", "example.com" }, { "main", "ab.example.com" },
	{ "main", "b.example.com" }, { "main", "com" }, { "main", "xb.example.com" },
	{ "main", "example.net" }, { "main", "b.example.com" },
};

static void
control__finds_keys_for_explain_where_the_store_has_them(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	struct key_source source;
	char id[ID_TEXT_SIZE];

	control_connect(place, true, &peer);
	for (int i = 0; i < 2; i++) {
		control_create(&peer, i == 0 ? "b.example.com" : "example.com", id);
		control_assert_error(
		    control_call(&peer, "ActivateKey", with_id(id, ",\"without_dns_check\":true")), NULL);
	}
	key_source_init(&source, place->keeper.store);
	for (size_t i = 0; i < COUNT(places); i++) {
		struct match_list expected = { 0 }, found = { 0 };
		enum status status = key_source_find(&source, slice_from_text(places[i].org),
		    slice_from_text(places[i].domain), &found);

		assert_int_equal(store_active_at(place->keeper.store, places[i].org, places[i].domain, &expected, NULL),
		    STATUS_OK);
		assert_int_equal(status, expected.count > 0 ? STATUS_OK : STATUS_NOT_FOUND);
		assert_memory_equal(&found, &expected, sizeof(found));
	}
	control_hang_up(&peer);
}

static const struct {
	const char *facts;
	const char *error; /* NULL: none */
	const char *reason;
} fact_cases[] = {
	{ "{}", NULL, "bad-from" },
	{ "{\"from\":null,\"from_field\":\"none\"}", NULL, "no-from" },
	{ "{\"from_field\":\"several\"}", NULL, "several-from" },
	{ "{\"from\":[\"example.com\"],\"from_field\":\"malformed\"}", NULL, "bad-from" },
	{ "{\"from\":[\"[192.0.2.1]\",\"..\"]}", NULL, "bad-from" },
	{ "{\"from\":[\"com\"]}", NULL, "no-key" },
	{ "{\"from\":[\"example.com\"],\"header_bytes\":1048577}", NULL, "header-too-large" },
	{ "{\"from\":[\"example.com\"],\"header_fields\":5001}", NULL, "header-too-large" },
	{ "{\"from\":[\"example.com\"],\"client\":\"2001:db8::1\"}", NULL, "not-ours" },
	{ "{\"from\":[\"example.com\"],\"client\":\"2001:db8::1\",\"login\":\"x\"}", NULL, "no-key" },
	{ "{\"client\":\"localhost\"}", "InvalidInput", NULL },
	{ "{\"client\":\"10.0.0.0/8\"}", "InvalidInput", NULL },
	{ "{\"listener\":\"nobody\"}", "InvalidInput", NULL },
	{ "{\"from_field\":\"two\"}", "InvalidInput", NULL },
	{ "{\"from\":\"example.com\"}", "org.varlink.service.InvalidParameter", NULL },
	{ "{\"from\":[7]}", "org.varlink.service.InvalidParameter", NULL },
};

static void
control__explains_any_facts(void **state)
{
	struct control_peer reader;

	control_connect(*state, false, &reader);
	for (size_t i = 0; i < COUNT(fact_cases); i++) {
		json_t *answer = control_call(&reader, "Explain", fact_cases[i].facts);
		const char *reason =
		    json_member_text(json_object_get(answer, "parameters"), "reason");

		if (fact_cases[i].reason != NULL)
			assert_string_equal(reason, fact_cases[i].reason);
		control_assert_error(answer, fact_cases[i].error);
	}
	control_hang_up(&reader);
}

static const struct {
	const char *parameters;
	const char *error;
	const char *field;
} bad_keys[] = {
	{ "{}", "org.signetd.control.InvalidInput", "domain" },
	{ "{\"domain\":\"no domain\"}", "org.signetd.control.InvalidInput", "domain" },
	{ "{\"domain\":\"a.example\",\"domain_match\":\"domainonly\"}",
	    "org.signetd.control.InvalidInput", "domain_match" },
	{ "{\"domain\":\"a.example\",\"selector\":\"-\"}", "org.signetd.control.InvalidInput",
	    "selector" },
	{ "{\"domain\":\"a.example\",\"key_size\":1000}", "org.signetd.control.InvalidInput",
	    "key_size" },
	{ "{\"domain\":\"a.example\",\"org\":\"a b\"}", "org.signetd.control.InvalidInput", "org" },
	{ "{\"domain\":\"a.example\",\"private_key\":\"sk_1\"}", "org.signetd.control.InvalidInput",
	    "private_key" },
	{ "{\"domain\":\"a.example\",\"private_key\":\"sk_00000000000000000000000000000000\"}",
	    "org.signetd.control.NotFound", NULL },
};

static void
control__refuses_a_bad_key_before_the_vault_is_asked(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;

	control_connect(place, true, &peer);
	for (size_t i = 0; i < COUNT(bad_keys); i++) {
		json_t *answer = control_call(&peer, "CreateKey", bad_keys[i].parameters);
		const char *field =
		    json_member_text(json_object_get(answer, "parameters"), "field");

		if (field == NULL || bad_keys[i].field == NULL)
			assert_ptr_equal(field, bad_keys[i].field);
		else
			assert_string_equal(field, bad_keys[i].field);
		assert_string_equal(json_member_text(answer, "error"), bad_keys[i].error);
		json_decref(answer);
	}
	assert_int_equal(place->generated, 0);
	control_hang_up(&peer);
}

static void
control__joins_a_key_set_by_its_handle(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE], parameters[256];
	json_t *answer;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	answer = control_call(&peer, "ShowKey", with_id(id, ""));
	(void)snprintf(parameters, sizeof(parameters),
	    "{\"domain\":\"example.com\",\"org\":\"other\",\"private_key\":\"%s\"}",
	    json_member_text(key_of(answer), "private_key"));
	json_decref(answer);
	control_assert_error(control_call(&peer, "CreateKey", parameters), NULL);
	control_assert_error(control_call(&peer, "CreateKey", parameters), "Conflict");
	assert_int_equal(place->generated, 2);
	control_hang_up(&peer);
}

static void
control__makes_no_key_with_another_master_key(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	place->master = 2;
	control_assert_error(control_call(&peer, "CreateKey", "{\"domain\":\"b.example\"}"), "Refused");
	assert_int_equal(place->generated, 2);
	control_hang_up(&peer);
}

static void
control__finishes_a_key_whose_asker_has_gone(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer, other;
	json_t *answer;

	place->is_vault_deaf = true;
	control_connect(place, true, &peer);
	control_send(&peer, SLICE_LITERAL("{\"method\":\"org.signetd.control.CreateKey\","
	                                  "\"parameters\":{\"domain\":\"example.com\"}}\0"));
	for (int i = 0; i < 5; i++)
		control_turn(place);
	control_hang_up(&peer);
	place->is_vault_deaf = false;
	for (int i = 0; i < 5; i++)
		control_turn(place);
	control_connect(place, true, &other);
	answer = control_call(&other, "ListKeys", "{}");
	assert_int_equal(
	    json_array_size(json_object_get(json_object_get(answer, "parameters"), "keys")), 1);
	json_decref(answer);
	control_hang_up(&other);
}

/* Who was killed while the vault made his key asks again at once. */
static void
control__makes_one_key_for_who_asks_again(void **state)
{
	struct control_place *place = *state;
	struct control_peer killed, other;
	struct slice call = SLICE_LITERAL("{\"method\":\"org.signetd.control.CreateKey\","
	                                  "\"parameters\":{\"domain\":\"example.com\",\"unless_there\":true}}\0");
	json_t *answer;

	place->is_vault_deaf = true;
	control_connect(place, true, &killed);
	control_connect(place, true, &other);
	control_send(&killed, call);
	for (int i = 0; i < 5; i++)
		control_turn(place);
	control_hang_up(&killed);
	control_send(&other, call);
	for (int i = 0; i < 5; i++)
		control_turn(place);
	place->is_vault_deaf = false;
	answer = control_receive(&other);
	assert_true(json_member_flag(json_object_get(answer, "parameters"), "was_there", false));
	assert_non_null(json_member_text(key_of(answer), "id"));
	json_decref(answer);
	answer = control_call(&other, "Status", "{}");
	assert_int_equal(json_member_number(json_object_get(answer, "parameters"), "keys", 0), 1);
	json_decref(answer);
	assert_int_equal(place->generated, 4);
	answer = control_call(&other, "CreateKey", "{\"domain\":\"example.com\",\"unless_there\":true}");
	assert_true(json_member_flag(json_object_get(answer, "parameters"), "was_there", false));
	json_decref(answer);
	assert_int_equal(place->generated, 4); /* the vault was not asked */
	control_hang_up(&other);
}

static void
control__says_what_it_would_make(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	answer = control_call(
	    &peer, "CreateKey", "{\"domain\":\"example.com\",\"unless_there\":true,\"dry_run\":true}");
	assert_string_equal(json_member_text(key_of(answer), "id"), id);
	json_decref(answer);
	answer = control_call(
	    &peer, "CreateKey", "{\"domain\":\"b.example\",\"unless_there\":true,\"dry_run\":true}");
	assert_true(json_is_null(key_of(answer)));
	assert_false(json_member_flag(json_object_get(answer, "parameters"), "was_there", true));
	json_decref(answer);
	control_assert_error(control_call(&peer, "CreateKey",
	                         "{\"domain\":\"b.example\",\"key_size\":1024,\"dry_run\":true}"),
	    "InvalidInput");
	assert_int_equal(place->generated, 2);
	control_hang_up(&peer);
}

static void
control__answers_what_is_under_way_when_it_ends(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;

	place->is_vault_deaf = true;
	control_connect(place, true, &peer);
	control_send(&peer, SLICE_LITERAL("{\"method\":\"org.signetd.control.CreateKey\","
	                                  "\"parameters\":{\"domain\":\"example.com\"}}\0"));
	for (int i = 0; i < 5; i++)
		control_turn(place);
	assert_true(server_is_busy(place->keeper.server));
	line_free(&place->keeper.vault);
	assert_int_equal(keeper_catch_up(&place->keeper, NULL), STATUS_OK);
	assert_false(server_is_busy(place->keeper.server));
	close(peer.fd);
	framer_done(&peer.framer);
}

/* ---- views that are behind, or damaged ---- */

/* So many changes that the views do not know of. */
static void
fall_behind(struct store *store, const char *id, unsigned changes)
{
	struct store_audit audit = { 0, 1, "test", "", "test", "", "", "" };
	struct error err = { "" };
	struct domain_key key;
	struct key_id parsed;

	assert_int_equal(key_id_parse(slice_from_text(id), &parsed), STATUS_OK);
	assert_int_equal(store_find_key(store, &parsed, &key, &err), STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	for (unsigned i = 0; i < changes; i++) {
		key.is_active = !key.is_active;
		assert_int_equal(store_update_key(store, &key, &err), STATUS_OK);
	}
	assert_int_equal(store_add_audit(store, &audit, &err), STATUS_OK);
	assert_int_equal(store_commit(store, &err), STATUS_OK);
}

/* Does not wait for the answer. */
static void
send_activation(struct control_peer *peer, const char *id)
{
	char text[512];

	(void)snprintf(text, sizeof(text),
	    "{\"method\":\"org.signetd.control.ActivateKey\",\"parameters\":%s}",
	    with_id(id, ",\"without_dns_check\":true"));
	control_send(peer, slice_of(text, strlen(text) + 1));
}

static void
await_waiting(struct control_place *place)
{
	for (int i = 0; i < 1000 && place->keeper.waiting == NULL; i++)
		control_turn(place);
	assert_non_null(place->keeper.waiting);
}

/* The change waits for the views, the look does not wait for the change. */
static void
control__answers_others_while_the_views_follow(void **state)
{
	struct control_place *place = *state;
	struct control_peer changer, looker;
	char first[ID_TEXT_SIZE], second[ID_TEXT_SIZE];
	struct match_list list;

	control_connect(place, true, &changer);
	control_connect(place, true, &looker);
	control_create(&changer, "example.com", first);
	control_create(&changer, "example.org", second);
	fall_behind(place->keeper.store, first, 20 * FOLLOWER_STEP);
	send_activation(&changer, second);
	await_waiting(place);
	control_assert_error(control_call(&looker, "ListKeys", "{}"), NULL);
	control_assert_error(control_call(&looker, "ShowKey", with_id(first, "")), NULL);
	assert_non_null(place->keeper.waiting);
	assert_int_equal(view_table_find(place->keeper.table, SLICE_LITERAL("main"),
	                     SLICE_LITERAL("example.org"), &list),
	    STATUS_NOT_FOUND);
	control_assert_error(control_receive(&changer), NULL);
	assert_int_equal(view_table_find(place->keeper.table, SLICE_LITERAL("main"),
	                     SLICE_LITERAL("example.org"), &list),
	    STATUS_OK);
	control_hang_up(&looker);
	control_hang_up(&changer);
}

static void
control__says_that_signing_does_not_see_a_change_yet_when_it_ends(void **state)
{
	struct control_place *place = *state;
	char id[ID_TEXT_SIZE], answer[512];
	struct control_peer peer;
	ssize_t got;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	fall_behind(place->keeper.store, id, 20 * FOLLOWER_STEP);
	send_activation(&peer, id);
	await_waiting(place);
	control_end(place);
	got = recv(peer.fd, answer, sizeof(answer) - 1, MSG_DONTWAIT);
	assert_in_range(got, 1, sizeof(answer) - 1);
	answer[got] = '\0';
	assert_non_null(strstr(answer, "control.Unavailable"));
	assert_non_null(strstr(answer, "the change is stored"));
	close(peer.fd);
	framer_done(&peer.framer);
}

/* A page of zeros where the entries were. */
static void
control__ends_when_a_view_is_damaged(void **state)
{
	static const char zeros[4096];
	struct control_place *place = *state;
	struct control_peer peer;
	char id[ID_TEXT_SIZE], path[100];
	int exit_status = 0;
	struct stat st;
	int fd, turns = 0;

	control_connect(place, true, &peer);
	control_create(&peer, "example.com", id);
	(void)snprintf(path, sizeof(path), "%s/table/data.mdb", place->directory);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	for (off_t at = 2 * (off_t)sizeof(zeros); at < st.st_size; at += (off_t)sizeof(zeros))
		assert_int_equal(pwrite(fd, zeros, sizeof(zeros), at), sizeof(zeros));
	close(fd);
	send_activation(&peer, id);
	while (sd_event_run(place->keeper.event, 1000) >= 0 &&
	    sd_event_get_exit_code(place->keeper.event, &exit_status) == -ENODATA)
		assert_in_range(++turns, 1, 1000);
	assert_int_equal(exit_status, EXIT_VIEW_DAMAGED);
	close(peer.fd);
	framer_done(&peer.framer);
}

/* ---- lists, records, status ---- */

static void
control__lists_in_pages(void **state)
{
	static const char *const domains[] = { "a.example", "b.example", "c.example", "d.example",
		"e.example" };
	char after[128] = "";
	struct control_peer peer;
	size_t seen = 0, pages = 0;
	char id[ID_TEXT_SIZE];

	control_connect(*state, true, &peer);
	for (size_t i = COUNT(domains); i > 0; i--)
		control_create(&peer, domains[i - 1], id);
	do {
		char parameters[256];
		json_t *answer, *page, *key;
		const char *next;
		size_t index;

		(void)snprintf(parameters, sizeof(parameters), "{\"limit\":2%s}", after);
		answer = control_call(&peer, "ListKeys", parameters);
		page = json_object_get(answer, "parameters");
		json_array_foreach(json_object_get(page, "keys"), index, key)
			assert_string_equal(json_member_text(key, "domain"), domains[seen++]);
		next = json_member_text(page, "next");
		(void)snprintf(after, sizeof(after), next != NULL ? ",\"after\":\"%s\"" : "", next);
		pages++;
		json_decref(answer);
	} while (after[0] != '\0');
	assert_int_equal(seen, COUNT(domains));
	assert_int_equal(pages, 3);
	control_hang_up(&peer);
}

static void
control__gives_the_records_of_both_slots(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	const json_t *records;
	json_t *answer;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	answer = control_call(&peer, "Records", with_id(id, ""));
	records = json_object_get(json_object_get(answer, "parameters"), "records");
	assert_int_equal(json_array_size(records), 2);
	assert_string_equal(json_member_text(json_array_get(records, 0), "slot"), "primary");
	assert_string_equal(json_member_text(json_array_get(records, 1), "slot"), "alternate");
	assert_memory_equal(
	    json_member_text(json_array_get(records, 0), "value"), "v=DKIM1; k=rsa; p=", 18);
	json_decref(answer);
	control_hang_up(&peer);
}

static void
control__reports_children_and_counts(void **state)
{
	struct control_peer peer;
	char id[ID_TEXT_SIZE];
	json_t *answer, *status;
	const json_t *child;

	control_connect(*state, true, &peer);
	control_create(&peer, "example.com", id);
	answer = control_call(&peer, "Status", "{}");
	status = json_object_get(answer, "parameters");
	child = json_array_get(json_object_get(status, "children"), 0);
	assert_int_equal(json_member_number(status, "keys", -1), 1);
	assert_int_equal(json_member_number(status, "active_keys", -1), 0);
	assert_string_equal(json_member_text(child, "role"), "vault");
	assert_int_equal(json_member_number(child, "pid", 0), 77);
	assert_true(json_member_flag(child, "is_ready", false));
	json_decref(answer);
	control_hang_up(&peer);
}

/* ---- import ---- */

static const struct slice import_call = SLICE_LITERAL("{\"method\":\"org.signetd.control.ImportKey\","
    "\"parameters\":{\"domain\":\"example.com\",\"selector\":\"old\"}}\0");

static int
file_of(const char *text)
{
	int fd = memfd_create("key", MFD_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

static void
control__imports_the_file_beside_the_call(void **state)
{
	struct control_place *place = *state;
	struct control_peer peer;
	int file = file_of("A");
	json_t *answer;

	control_connect(place, true, &peer);
	control_send_passing(&peer, import_call, file, 1);
	answer = control_receive(&peer);
	assert_int_equal(place->imported, 1);
	assert_string_equal(json_member_text(key_of(answer), "public_key"), "QQ==");
	assert_true(json_is_null(json_object_get(key_of(answer), "alternate_selector")));
	assert_int_equal(json_array_size(json_object_get(
	                     json_object_get(answer, "parameters"), "warnings")), 1);
	json_decref(answer);
	close(file);
	control_hang_up(&peer);
}

static void
control__bothers_the_vault_with_imports_that_can_be(void **state)
{
	static const struct {
		const char *parameters;
		const char *error;
	} rows[] = {
		{ "{\"selector\":\"s\"}", "InvalidInput" },
		{ "{\"domain\":\"example.com\"}", "InvalidInput" },
		{ "{\"domain\":\"no domain\",\"selector\":\"s\"}", "InvalidInput" },
		{ "{\"domain\":\"example.com\",\"selector\":\"-\"}", "InvalidInput" },
		{ "{\"domain\":\"example.com\",\"selector\":\"s\",\"publication\":\"delegated\"}",
		    "org.varlink.service.InvalidParameter" },
	};
	struct control_place *place = *state;
	struct control_peer peer;
	int file = file_of("A");

	control_connect(place, true, &peer);
	for (size_t i = 0; i < COUNT(rows); i++) {
		control_send_passing(&peer, SLICE_LITERAL("{"), file, 1);
		control_send(&peer, SLICE_LITERAL("\"method\":\"org.signetd.control.ImportKey\",\"parameters\":"));
		control_send(&peer, slice_from_text(rows[i].parameters));
		control_send(&peer, SLICE_LITERAL("}\0"));
		control_assert_error(control_receive(&peer), rows[i].error);
	}
	control_send(&peer, import_call); /* and nothing beside it */
	control_assert_error(control_receive(&peer), "InvalidInput");
	assert_int_equal(place->imported, 0);
	close(file);
	control_hang_up(&peer);
}

/* The writing end of a pipe beside the beginning of a call; is anybody left who has it? */
static bool
is_kept_midway(struct control_place *place, bool may_change)
{
	struct control_peer peer;
	int ends[2];
	char octet;
	bool is_kept;

	control_connect(place, may_change, &peer);
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	control_send_passing(&peer, SLICE_LITERAL("{\"method\""), ends[1], 1);
	close(ends[1]);
	for (int i = 0; i < 3; i++)
		control_turn(place);
	is_kept = read(ends[0], &octet, 1) < 0;
	control_send(&peer, SLICE_LITERAL(":\"org.signetd.control.ListKeys\"}\0"));
	control_assert_error(control_receive(&peer), NULL);
	control_turn(place);
	assert_int_equal(read(ends[0], &octet, 1), 0);
	close(ends[0]);
	control_hang_up(&peer);
	return is_kept;
}

static void
control__lets_no_descriptor_of_a_reader_in(void **state)
{
	assert_true(is_kept_midway(*state, true));
	assert_false(is_kept_midway(*state, false));
}

static void
control__drops_who_passes_more_than_one(void **state)
{
	for (unsigned count = 2; count <= 4; count++) {
		struct control_peer peer;
		int file = file_of("A");

		control_connect(*state, true, &peer);
		control_send_passing(&peer, import_call, file, count);
		assert_null(control_receive(&peer));
		close(file);
		control_hang_up(&peer);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control__describes_every_method_it_has),
		CONTROL_TEST(control__introduces_itself),
		CONTROL_TEST(control__tells_what_is_wrong_and_goes_on),
		CONTROL_TEST(control__answers_calls_sent_at_once_in_order),
		CONTROL_TEST(control__answers_others_between_calls_sent_at_once),
		CONTROL_TEST(control__takes_a_call_octet_by_octet),
		CONTROL_TEST(control__does_not_answer_oneway_calls),
		CONTROL_TEST(control__drops_who_sends_too_much),
		CONTROL_TEST(control__lets_readers_look_and_change_nothing),
		CONTROL_TEST(control__shows_handles_to_those_who_may_change),
		CONTROL_TEST(control__keeps_places_for_those_who_may_change),
		CONTROL_TEST(control__takes_a_key_through_its_life),
		CONTROL_TEST(control__answers_an_activation_when_the_view_has_it),
		CONTROL_TEST(control__opens_the_gate_when_dns_shows_the_key),
		CONTROL_TEST(control__tells_what_dns_shows),
		CONTROL_TEST(control__logs_a_loss_that_forges_no_field),
		CONTROL_TEST(control__shows_the_audit_newest_first),
		CONTROL_TEST(control__shows_the_audit_of_everything),
		CONTROL_TEST(control__dry_run_changes_nothing),
		CONTROL_TEST(control__says_what_an_activation_does_to_others),
		CONTROL_TEST(control__changes_the_match_of_a_key_that_signs),
		CONTROL_TEST(control__looks_at_dns_before_an_active_key_gets_another_match),
		CONTROL_TEST(control__explains_what_signs_and_why),
		CONTROL_TEST(control__explains_with_some_of_very_many_idle_keys),
		CONTROL_TEST(control__explains_long_senders_with_few_statements),
		CONTROL_TEST(control__finds_keys_for_explain_where_the_store_has_them),
		CONTROL_TEST(control__explains_any_facts),
		CONTROL_TEST(control__refuses_a_bad_key_before_the_vault_is_asked),
		CONTROL_TEST(control__joins_a_key_set_by_its_handle),
		CONTROL_TEST(control__makes_no_key_with_another_master_key),
		CONTROL_TEST(control__finishes_a_key_whose_asker_has_gone),
		CONTROL_TEST(control__makes_one_key_for_who_asks_again),
		CONTROL_TEST(control__says_what_it_would_make),
		CONTROL_TEST(control__answers_what_is_under_way_when_it_ends),
		CONTROL_TEST(control__answers_others_while_the_views_follow),
		CONTROL_TEST(control__says_that_signing_does_not_see_a_change_yet_when_it_ends),
		CONTROL_TEST(control__ends_when_a_view_is_damaged),
		CONTROL_TEST(control__lists_in_pages),
		CONTROL_TEST(control__gives_the_records_of_both_slots),
		CONTROL_TEST(control__reports_children_and_counts),
		CONTROL_TEST(control__imports_the_file_beside_the_call),
		CONTROL_TEST(control__bothers_the_vault_with_imports_that_can_be),
		CONTROL_TEST(control__lets_no_descriptor_of_a_reader_in),
		CONTROL_TEST(control__drops_who_passes_more_than_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
