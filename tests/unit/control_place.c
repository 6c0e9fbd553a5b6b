/* SPDX-License-Identifier: ISC */
#include "control_place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "keeper/methods/methods.h"
#include "settings/build.h"
#include "settings/initial.h"

#define EPOCH 5
#define MAP_BYTES (4U << 20)
#define TURNS_MAX 5000
#define TURN_USEC 2000
#define INTERFACE "org.signetd.control."

static const char *const subdirectories[] = { "store", "table", "keyring" };
static const char *const files[] = {
	"store/signetd.db", "store/signetd.db-wal", "store/signetd.db-shm", "table/data.mdb",
	"table/lock.mdb", "keyring/data.mdb", "keyring/lock.mdb", "control",
};

static const char *
path_of(const struct control_place *place, const char *name)
{
	static char path[100];

	(void)snprintf(path, sizeof(path), "%s/%s", place->directory, name);
	return path;
}

/* ---- making ---- */

/* One of everything, and a policy that the rotation accepts. */
static uint64_t
number_of(enum setting setting)
{
	if (setting == SETTING_ROTATION_RETIRE_AFTER)
		return 10000;
	return setting == SETTING_PROVIDER_TTL ? 1000 : 1;
}
/* What explain decides with: as in a file that does not have it. */
static bool
is_of_decisions(const struct table_row *row)
{
	return (row->section == SECTION_TOP || row->section == SECTION_ORGANIZATION_HEADER) &&
	    row->is_reloadable && row->type != TYPE_DURATION;
}

static void
make_settings(struct control_place *place)
{
	assert_int_equal(build_new(&place->settings), STATUS_OK);
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		bool is_none = table_section(table_row(i)->section)->is_list &&
		    table_section(table_row(i)->section)->groups_min == 0;

		assert_int_equal(
		    build_reserve(place->settings, i, is_none ? 0 : 1), STATUS_OK);
		if (is_none || i == SETTING_PROVIDER_NAME)
			continue;
		if (is_of_decisions(table_row(i))) {
			assert_int_equal(initial_set(place->settings, table_row(i), 0), STATUS_OK);
			continue;
		}
		assert_int_equal(
		    build_set(place->settings, i, 0, number_of(i),
		        SLICE_LITERAL("unix:/m")),
		    STATUS_OK);
	}
}

void
control_set_number(struct control_place *place, enum setting setting, uint64_t number)
{
	assert_int_equal(build_set(place->settings, setting, 0, number, SLICE_EMPTY), STATUS_OK);
}

void
control_set_zone(struct control_place *place, const char *zone)
{
	assert_int_equal(
	    build_set(place->settings, SETTING_PROVIDER_NAME, 0, 0, slice_from_text(zone)), STATUS_OK);
}

static void
listen_on_control(struct control_place *place)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };

	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", path_of(place, "control"));
	(void)unlink(name.sun_path);
	place->listening_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(place->listening_fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(chmod(name.sun_path, 0666), 0);
	assert_int_equal(listen(place->listening_fd, 128), 0);
}

static void
make_lines(struct control_place *place)
{
	struct line_options options = { .epoch = EPOCH };
	int ends[2];

	assert_int_equal(channel_pair(ends, NULL), STATUS_OK);
	options.fd = ends[0];
	options.peer = ROLE_VAULT;
	place->vault_fd = ends[1];
	assert_int_equal(line_new(&options, &place->keeper.vault), STATUS_OK);
	assert_int_equal(channel_pair(ends, NULL), STATUS_OK);
	options.fd = ends[0];
	options.peer = ROLE_DNS;
	place->dns_fd = ends[1];
	place->dns_code = DNS_CODE_NOT_PUBLISHED;
	place->dns_ttl_s = UINT32_MAX;
	assert_int_equal(line_new(&options, &place->keeper.dns), STATUS_OK);
	assert_int_equal(channel_pair(ends, NULL), STATUS_OK);
	options.fd = ends[0];
	options.peer = ROLE_SUPERVISOR;
	place->supervisor_fd = ends[1];
	place->keeper.supervisor_fd = ends[0];
	assert_int_equal(line_new(&options, &place->keeper.supervisor), STATUS_OK);
}

static void
open_files(struct control_place *place)
{
	struct keeper *keeper = &place->keeper;
	struct error err = { "" };

	for (size_t i = 0; i < sizeof(subdirectories) / sizeof(subdirectories[0]); i++)
		assert_true(mkdir(path_of(place, subdirectories[i]), 0700) == 0 || errno == EEXIST);
	if (store_open(path_of(place, "store"), &keeper->store, &err) != STATUS_OK ||
	    view_open_writer(path_of(place, "table"), MAP_BYTES, &keeper->table, &err) != STATUS_OK ||
	    view_open_writer(path_of(place, "keyring"), MAP_BYTES, &keeper->keyring, &err) !=
	        STATUS_OK)
		fail_msg("%s", err.text);
}

static void
start_keeper(struct control_place *place)
{
	struct keeper *keeper = &place->keeper;
	struct publish_options publish = { .store = keeper->store, .table = keeper->table,
		.keyring = keeper->keyring, .vault_timeout_ms = 5000 };
	struct server_options server = { .listening_fd = place->listening_fd,
		.handlers = { methods_take_message, methods_forget, keeper } };
	struct edition *edition;
	struct error err = { "" };

	assert_int_equal(edition_new(place->settings, &edition, &err), STATUS_OK);
	keeper_use(keeper, edition);
	keeper->epoch = EPOCH;
	keeper->own_uid = getuid() != 0 ? getuid() : 61003;
	keeper->started_at = 1795219200;
	assert_true(sd_event_new(&keeper->event) >= 0);
	assert_int_equal(keeper_init(keeper, &err), STATUS_OK);
	assert_int_equal(publish_new(&publish, &keeper->publish), STATUS_OK);
	server.event = keeper->event;
	server.own_uid = keeper->own_uid;
	assert_int_equal(server_new(&server, &keeper->server, &err), STATUS_OK);
}

void
control_open(struct control_place *place)
{
	place->master = 1;
	make_settings(place);
	listen_on_control(place);
	make_lines(place);
	open_files(place);
	start_keeper(place);
}

int
control_place_make(void **state)
{
	struct control_place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	(void)snprintf(place->directory, sizeof(place->directory), "/tmp/signetd-control-XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	assert_int_equal(chmod(place->directory, 0755), 0);
	control_open(place);
	*state = place;
	return 0;
}

void
control_end(struct control_place *place)
{
	if (!place->has_ended)
		keeper_done(&place->keeper);
	place->has_ended = true;
}

int
control_place_remove(void **state)
{
	struct control_place *place = *state;

	control_end(place);
	sd_event_unref(place->keeper.event);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		(void)unlink(path_of(place, files[i]));
	for (size_t i = 0; i < sizeof(subdirectories) / sizeof(subdirectories[0]); i++)
		(void)rmdir(path_of(place, subdirectories[i]));
	(void)rmdir(place->directory);
	close(place->listening_fd);
	close(place->vault_fd);
	close(place->supervisor_fd);
	close(place->dns_fd);
	free(place);
	return 0;
}

/* ---- the vault and the supervisor ---- */

static void
answer_check(struct control_place *place, const struct frame_head *asked)
{
	struct frame_checked answer = { .has_previous = place->previous_master != 0,
		.value = { place->master }, .previous = { place->previous_master } };

	channel_head(&answer.head, FRAME_CHECKED, sizeof(answer), asked->epoch, asked->id);
	assert_int_equal(channel_send(place->vault_fd, &answer.head), STATUS_OK);
}

static void
answer_generate(struct control_place *place, const struct frame_head *asked)
{
	struct frame_generated answer = { .status = STATUS_OK, .sealed_len = 340,
		.public_key_len = 294 };
	unsigned number = ++place->generated;

	memcpy(answer.handle, &number, sizeof(number));
	memset(answer.public_key, (int)number, answer.public_key_len);
	channel_head(&answer.head, FRAME_GENERATED, sizeof(answer), asked->epoch, asked->id);
	assert_int_equal(channel_send(place->vault_fd, &answer.head), STATUS_OK);
}

/* A key's number is in its handle; what is sealed anew says under which master key. */
static void
answer_reseal(struct control_place *place, const struct frame_reseal *asked)
{
	struct frame_resealed answer = { .status = STATUS_OK, .sealed_len = asked->sealed_len };
	unsigned number;

	memcpy(&number, asked->handle, sizeof(number));
	if (number == place->unopenable)
		answer = (struct frame_resealed){ .status = STATUS_DAMAGED };
	else
		place->resealed++;
	memset(answer.sealed, place->master, answer.sealed_len);
	channel_head(
	    &answer.head, FRAME_RESEALED, sizeof(answer), asked->head.epoch, asked->head.id);
	assert_int_equal(channel_send(place->vault_fd, &answer.head), STATUS_OK);
}

/* The first octet of the file is the public key, and it is never read here but now. */
static void
answer_import(struct control_place *place, const struct frame_head *asked, int file)
{
	struct frame_imported answer = { .status = STATUS_OK, .algorithm = ALGORITHM_RSA_SHA256,
		.key_bits = 1024, .sealed_len = 340, .public_key_len = 1 };
	unsigned number = ++place->imported + 1000;

	memcpy(answer.handle, &number, sizeof(number));
	assert_int_equal(pread(file, answer.public_key, 1, 0), 1);
	channel_head(&answer.head, FRAME_IMPORTED, sizeof(answer), asked->epoch, asked->id);
	assert_int_equal(channel_send(place->vault_fd, &answer.head), STATUS_OK);
	assert_int_equal(close(file), 0);
}

static void
play_vault(struct control_place *place)
{
	union frame frame;
	int passed = -1;

	while (!place->is_vault_deaf &&
	    channel_receive_passed(place->vault_fd, &frame, &passed) == STATUS_OK) {
		if (frame.head.type == FRAME_CHECK)
			answer_check(place, &frame.head);
		else if (frame.head.type == FRAME_GENERATE)
			answer_generate(place, &frame.head);
		else if (frame.head.type == FRAME_IMPORT)
			answer_import(place, &frame.head, passed);
		else if (frame.head.type == FRAME_RESEAL)
			answer_reseal(place, (const struct frame_reseal *)&frame);
	}
	assert_int_equal(line_receive(place->keeper.vault), STATUS_OK);
}

static void
answer_look(struct control_place *place, const struct frame_look *asked)
{
	struct frame_looked answer = { .code = place->dns_code, .ttl_s = place->dns_ttl_s,
		.sentence = "what is seen", .advice = "what to do", .story = "one\ntwo\n" };

	if (place->dns_sentence != NULL)
		(void)snprintf(answer.sentence, sizeof(answer.sentence), "%s", place->dns_sentence);
	place->looks++;
	answer.has_key = dns_code_state(place->dns_code) == DNS_VERIFIED ? 1 : 0;
	memcpy(answer.key_sha256, asked->key_sha256, sizeof(answer.key_sha256));
	channel_head(&answer.head, FRAME_LOOKED, sizeof(answer), asked->head.epoch, asked->head.id);
	assert_int_equal(channel_send(place->dns_fd, &answer.head), STATUS_OK);
}

static void
answer_align(struct control_place *place, const struct frame_head *asked)
{
	struct frame_aligned answer = { .note_count = 1,
		.notes = { { .level = 2, .text = "a warning" } } };

	channel_head(&answer.head, FRAME_ALIGNED, sizeof(answer), asked->epoch, asked->id);
	assert_int_equal(channel_send(place->dns_fd, &answer.head), STATUS_OK);
}

static void
answer_publish(struct control_place *place, const struct frame_publish *asked)
{
	struct frame_published answer = { .status = STATUS_OK };

	if (place->on_publish != NULL)
		place->on_publish(asked->name, asked->text_len);
	channel_head(&answer.head, FRAME_PUBLISHED, sizeof(answer), asked->head.epoch, asked->head.id);
	assert_int_equal(channel_send(place->dns_fd, &answer.head), STATUS_OK);
}

static void
play_dns(struct control_place *place)
{
	union frame frame;

	while (channel_receive(place->dns_fd, &frame) == STATUS_OK) {
		if (frame.head.type == FRAME_LOOK)
			answer_look(place, (const struct frame_look *)&frame);
		else if (frame.head.type == FRAME_ALIGN)
			answer_align(place, &frame.head);
		else if (frame.head.type == FRAME_PUBLISH)
			answer_publish(place, (const struct frame_publish *)&frame);
	}
	assert_int_equal(line_receive(place->keeper.dns), STATUS_OK);
}

static void
play_supervisor(struct control_place *place)
{
	union frame frame;

	while (channel_receive(place->supervisor_fd, &frame) == STATUS_OK) {
		struct frame_children answer = { .count = 1,
			.children = { { .role = ROLE_VAULT, .pid = 77, .epoch = 2, .restarts = 1,
			    .is_ready = 1, .started_at = 1795219200 } } };

		if (frame.head.type != FRAME_ASK_CHILDREN)
			continue;
		channel_head(
		    &answer.head, FRAME_CHILDREN, sizeof(answer), frame.head.epoch, frame.head.id);
		assert_int_equal(channel_send(place->supervisor_fd, &answer.head), STATUS_OK);
	}
	assert_int_equal(line_receive(place->keeper.supervisor), STATUS_OK);
}

void
control_turn(struct control_place *place)
{
	assert_true(sd_event_run(place->keeper.event, TURN_USEC) >= 0);
	play_vault(place);
	play_dns(place);
	play_supervisor(place);
}

/* ---- a peer ---- */

/* The kernel notes the effective uid at connect. Who is not root is himself the keeper's uid. */
static void
connect_as(struct control_place *place, bool may_change, int fd)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	bool changes_uid = !may_change && getuid() == 0;

	if (!may_change && !changes_uid)
		skip(); /* needs root, to be somebody else */
	(void)snprintf(name.sun_path, sizeof(name.sun_path), "%s", path_of(place, "control"));
	if (changes_uid)
		assert_int_equal(seteuid(CONTROL_READER_UID), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	if (changes_uid)
		assert_int_equal(seteuid(0), 0);
}

void
control_connect(struct control_place *place, bool may_change, struct control_peer *ret_peer)
{
	ret_peer->place = place;
	ret_peer->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(ret_peer->fd >= 0);
	connect_as(place, may_change, ret_peer->fd);
	framer_init(&ret_peer->framer, 64U << 20);
}

void
control_hang_up(struct control_peer *peer)
{
	close(peer->fd);
	framer_done(&peer->framer);
	for (int i = 0; i < 3; i++)
		control_turn(peer->place);
}

void
control_send(struct control_peer *peer, struct slice bytes)
{
	while (bytes.len > 0) {
		ssize_t sent = send(peer->fd, bytes.ptr, bytes.len, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EPIPE)
			return;
		if (sent < 0)
			control_turn(peer->place);
		else
			bytes = slice_after(bytes, (size_t)sent);
	}
}

void
control_send_passing(struct control_peer *peer, struct slice bytes, int fd, unsigned count)
{
	struct iovec piece = { .iov_base = (void *)(uintptr_t)bytes.ptr, .iov_len = bytes.len };
	union {
		struct cmsghdr head;
		uint8_t bytes[CMSG_SPACE(4 * sizeof(int))];
	} room = { .head = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
		           .cmsg_len = CMSG_LEN(count * sizeof(int)) } };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &room,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)) };

	assert_in_range(count, 1, 4);
	for (unsigned i = 0; i < count; i++)
		memcpy(CMSG_DATA(&room.head) + i * sizeof(int), &fd, sizeof(int));
	assert_int_equal(sendmsg(peer->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL), bytes.len);
}

/* Takes what has come. False at end-of-file. */
static bool
take_bytes(struct control_peer *peer)
{
	char piece[65536];
	ssize_t got = recv(peer->fd, piece, sizeof(piece), MSG_DONTWAIT);

	if (got > 0)
		assert_int_equal(
		    framer_push(&peer->framer, slice_of(piece, (size_t)got)), STATUS_OK);
	return got > 0 || (got < 0 && errno == EAGAIN);
}

json_t *
control_receive(struct control_peer *peer)
{
	for (int i = 0; i < TURNS_MAX; i++) {
		struct error err = { "" };
		struct slice message;
		json_t *answer = NULL;

		if (framer_next(&peer->framer, &message) == STATUS_OK) {
			if (json_read_object(message, &answer, &err) != STATUS_OK)
				fail_msg("%s", err.text);
			return answer;
		}
		control_turn(peer->place);
		if (!take_bytes(peer))
			return NULL;
	}
	fail_msg("no answer");
	return NULL;
}

json_t *
control_call(struct control_peer *peer, const char *method, const char *parameters)
{
	json_t *answer;
	struct buf text;

	buf_init(&text, 65536);
	buf_put_format(&text, "{\"method\":\"%s%s\",\"parameters\":%s}", INTERFACE, method, parameters);
	buf_put_char(&text, '\0');
	control_send(peer, buf_slice(&text));
	buf_done(&text);
	answer = control_receive(peer);
	assert_non_null(answer);
	return answer;
}

void
control_create(struct control_peer *peer, const char *domain, char ret_id[ID_TEXT_SIZE])
{
	char parameters[512];
	json_t *answer;
	const char *id;

	(void)snprintf(parameters, sizeof(parameters), "{\"domain\":\"%s\"}", domain);
	answer = control_call(peer, "CreateKey", parameters);
	id = json_member_text(
	    json_object_get(json_object_get(answer, "parameters"), "key"), "id");
	assert_non_null(id);
	(void)snprintf(ret_id, ID_TEXT_SIZE, "%s", id);
	json_decref(answer);
}

void
control_assert_error(json_t *answer, const char *error)
{
	const char *got = json_member_text(answer, "error");

	if (error == NULL) {
		if (got != NULL)
			fail_msg("%s: %s", got,
			    json_member_text(json_object_get(answer, "parameters"), "message"));
	} else {
		assert_non_null(got);
		if (strncmp(got, INTERFACE, sizeof(INTERFACE) - 1) == 0)
			got += sizeof(INTERFACE) - 1;
		assert_string_equal(got, error);
	}
	json_decref(answer);
}
