/* SPDX-License-Identifier: ISC */
/*
 * signetd-milter: libmilter callbacks. Decides whether and with which keys a
 * message is signed, canonicalizes, hashes, builds the field, has the vault
 * sign the digest, inserts.
 *
 * Security: this is where hostile mail is read. It holds no private key,
 * sealed or not, opens no file after start and connects nowhere; what it can
 * have signed are the digests of keys in its table.
 * Protocols: libmilter's, docs/frames.md.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "dkim/digest.h"
#include "milter/libmilter.h"
#include "milter/watch.h"
#include "process/log.h"
#include "process/role_start.h"
#include "process/view_wait.h"

#define READERS_MAX 126 /* threads that look up at once; LMDB's default table */

static const struct wall wall = {
	.syscall_groups = SYSCALLS_COMMON | SYSCALLS_ACCEPT | SYSCALLS_RELIST,
};

struct inherited {
	uint32_t listener;
	uint32_t version; /* of the settings */
	int listen_fd;
	int private_fd;
	int vault_fd;
};

static enum status
take_inherited(
    const struct role_start *start, struct inherited *ret_inherited, struct error *err)
{
	const struct inherit *inherit = &start->inherit;
	enum status status;

	status = inherit_number(inherit, "listener", &ret_inherited->listener, err);
	if (status == STATUS_OK)
		status = inherit_number(inherit, "version", &ret_inherited->version, err);
	if (status == STATUS_OK)
		status = inherit_fd(inherit, "listen", &ret_inherited->listen_fd, err);
	if (status == STATUS_OK)
		status = inherit_fd(inherit, "private", &ret_inherited->private_fd, err);
	if (status == STATUS_OK)
		status = inherit_fd(inherit, "vault", &ret_inherited->vault_fd, err);
	return status;
}

static enum status
open_table(const struct role_start *start, const struct settings *settings,
    struct view **ret_table, struct error *err)
{
	char path[4096];
	struct buf directory;
	enum status status;

	buf_init_fixed(&directory, path, sizeof(path));
	buf_put_format(&directory, "%s/view/table", settings_text(settings, SETTING_STATE_DIR, 0));
	view_wait_tell(start->supervisor_fd, start->epoch, FRAME_VIEW_TABLE, true);
	status = view_open_reader(buf_text(&directory), settings_number(settings, SETTING_MAP_SIZE, 0),
	    READERS_MAX, ret_table, err);
	view_wait_tell(start->supervisor_fd, start->epoch, FRAME_VIEW_TABLE, false);
	return status;
}

/* Headers as most are need no more; the large ones share what there is. */
#define MESSAGE_OWN_BYTES (32U * 1024)

/* Everything that needs files or sockets. */
static enum status
open_house(const struct role_start *start, const struct inherited *inherited,
    struct session_house *house, struct error *err)
{
	static struct arena_pool pool = { .own_bytes = MESSAGE_OWN_BYTES };
	struct settings *settings = NULL;
	struct options *options = NULL;
	enum status status;

	status = settings_from_memfd(start->settings_fd, &settings, err);
	if (status == STATUS_OK)
		status = options_new(settings, inherited->listener, inherited->version, &options, err);
	if (status != STATUS_OK)
		return status;
	shelf_init(house->shelf, options);
	house->pool = &pool;
	atomic_store(&pool.max_bytes, options->messages_max_bytes);
	status = open_table(start, options->settings, &house->table, err);
	if (status == STATUS_OK)
		status = ask_new(inherited->vault_fd, start->epoch, &house->ask, err);
	return status;
}

static enum status
warm_libraries(struct error *err)
{
	if (digest_prepare() != STATUS_OK)
		return error_set(err, STATUS_SYSTEM, "OpenSSL has no SHA-256");
	return STATUS_OK;
}

/* A connect would be served now. */
static void
on_serving(void *context)
{
	struct error err = { "" };
	enum status status = role_ready(context, &err);

	if (status != STATUS_OK)
		role_fail(status, &err);
}

int
main(int argc, char **argv)
{
	static struct shelf shelf;
	static struct work work;
	static struct session_house house = { .shelf = &shelf, .work = &work };
	static struct watch watch = { .work = &work };
	static struct room room;
	struct inherited inherited;
	struct role_start start;
	struct error err = { "" };
	enum status status;
	int listen_fd;

	status = role_begin(ROLE_MILTER, "signetd-milter", argc, argv, &start, &err);
	if (status == STATUS_OK)
		status = take_inherited(&start, &inherited, &err);
	if (status == STATUS_OK)
		status = role_drop_user(&start, &err);
	if (status == STATUS_OK)
		status = open_house(&start, &inherited, &house, &err);
	if (status == STATUS_OK)
		status = libmilter_prepare(&house, inherited.listen_fd, &listen_fd, &err);
	if (status == STATUS_OK)
		status = room_init(&room, listen_fd, inherited.private_fd, shelf.current->connections_max, &err);
	if (status == STATUS_OK)
		status = room_await(&room, on_serving, &start, &err);
	if (status == STATUS_OK)
		status = warm_libraries(&err);
	if (status != STATUS_OK)
		role_fail(status, &err);

	status = role_confine(&start, &wall, &err);
	watch.room = &room;
	watch.supervisor_fd = start.supervisor_fd;
	watch.successor = (struct successor){
		.shelf = &shelf,
		.pool = house.pool,
		.room = &room,
		.listener = inherited.listener,
		.supervisor_fd = start.supervisor_fd,
		.epoch = start.epoch,
	};
	watch.ask = house.ask;
	if (status == STATUS_OK)
		status = log_start_writer(LOG_LINES_MANY, &err);
	if (status == STATUS_OK)
		status = watch_start(&watch, &err);
	if (status == STATUS_OK)
		status = libmilter_run(&room, &err);
	role_fail(status, &err);
}
