/* SPDX-License-Identifier: ISC */
#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "http/accept.h"
#include "http/connections.h"
#include "process/clock.h"

#define SILENCE_S 5U
#define REQUEST_MAX_BYTES ((size_t)8 * 1024) /* with its header */
#define ANSWER_MAX_BYTES ((size_t)256 * 1024) /* some 20 KiB; it does not grow with use */
#define ACCEPTED_MAX (2U * CONNECTIONS_MAX)  /* those that were hung up are still there for a moment */

struct server {
	struct MHD_Daemon *daemon;
	const struct pages *pages;
	struct connections connections;
};

/* ---- answers ---- */

/* Steals the response; NULL: there was no memory for it. */
static enum MHD_Result
respond(struct MHD_Connection *connection, unsigned code, struct MHD_Response *response,
    const char *name, const char *value)
{
	enum MHD_Result result;

	if (response == NULL)
		return MHD_NO;
	result = MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (result == MHD_YES)
		result = MHD_add_response_header(response, name, value);
	if (result == MHD_YES)
		result = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned code, const char *name, const char *value)
{
	return respond(connection, code,
	    MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT), name, value);
}

static enum MHD_Result
tell_metrics(const struct server *server, struct MHD_Connection *connection)
{
	const char *accept =
	    MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
	enum render_form form = accept_choose(slice_from_text(accept != NULL ? accept : ""));
	struct MHD_Response *response = NULL;
	struct buf text;

	buf_init(&text, ANSWER_MAX_BYTES);
	render_pages(server->pages, form, &text);
	if (buf_status(&text) == STATUS_OK)
		response = MHD_create_response_from_buffer(text.len, text.ptr, MHD_RESPMEM_MUST_COPY);
	buf_done(&text);
	return respond(connection, MHD_HTTP_OK, response, MHD_HTTP_HEADER_CONTENT_TYPE,
	    render_content_type(form));
}

static bool
is_reading(const char *method)
{
	return strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
}

/* Answered when the header is there: what a request may bring besides is not read. */
static enum MHD_Result
on_request(void *context, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *body, size_t *body_bytes,
    void **request)
{
	(void)version;
	(void)body;
	(void)body_bytes;
	(void)request;
	if (strcmp(path, "/metrics") != 0)
		return refuse(connection, MHD_HTTP_NOT_FOUND, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (!is_reading(method))
		return refuse(
		    connection, MHD_HTTP_METHOD_NOT_ALLOWED, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	return tell_metrics(context, connection);
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
    enum MHD_ConnectionNotificationCode what)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct server *server = context;

	(void)socket_context;
	if (info == NULL)
		return;
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		connections_add(&server->connections, info->connect_fd, clock_monotonic_ms());
	else
		connections_remove(&server->connections, info->connect_fd);
}

/* ---- */

static struct MHD_Daemon *
start_daemon(struct server *server, int listen_fd)
{
	return MHD_start_daemon(MHD_NO_FLAG, 0, NULL, NULL, on_request, server,
	    MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_CONNECTION_LIMIT, ACCEPTED_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, SILENCE_S,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_MAX_BYTES,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	    MHD_OPTION_END);
}

enum status
server_new(
    int listen_fd, const struct pages *pages, struct server **ret_server, struct error *err)
{
	struct server *server = calloc(1, sizeof(*server));
	enum status status;

	if (server == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the metrics' server");
	server->pages = pages;
	status = connections_init(&server->connections, err);
	if (status == STATUS_OK)
		server->daemon = start_daemon(server, listen_fd);
	if (status == STATUS_OK && server->daemon == NULL)
		status = error_set(err, STATUS_SYSTEM, "libmicrohttpd does not start");
	if (status == STATUS_OK)
		*ret_server = server;
	else
		free(server);
	return status;
}

static struct timeval
time_to_wait(struct server *server)
{
	int left_ms = connections_expire(&server->connections, clock_monotonic_ms());
	MHD_UNSIGNED_LONG_LONG own_ms = 0;
	uint64_t wait_ms = left_ms >= 0 ? (uint64_t)left_ms : CONNECTIONS_LIFE_MS;

	if (MHD_get_timeout(server->daemon, &own_ms) == MHD_YES && own_ms < wait_ms)
		wait_ms = own_ms;
	return (struct timeval){ .tv_sec = (time_t)(wait_ms / 1000),
		.tv_usec = (suseconds_t)(wait_ms % 1000) * 1000 };
}

enum status
server_run(struct server *server, int fd, struct error *err)
{
	fd_set reading, writing, excepted;

	do {
		struct timeval wait = time_to_wait(server);
		int highest = fd;

		FD_ZERO(&reading);
		FD_ZERO(&writing);
		FD_ZERO(&excepted);
		if (MHD_get_fdset(server->daemon, &reading, &writing, &excepted, &highest) != MHD_YES)
			return error_set(err, STATUS_SYSTEM, "libmicrohttpd failed");
		FD_SET(fd, &reading);
		if (select(highest + 1, &reading, &writing, &excepted, &wait) < 0) {
			if (errno != EINTR)
				return error_set_errno(err, "cannot wait for requests");
			continue;
		}
		(void)MHD_run_from_select(server->daemon, &reading, &writing, &excepted);
	} while (!FD_ISSET(fd, &reading));
	return STATUS_OK;
}
