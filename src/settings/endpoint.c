/* SPDX-License-Identifier: ISC */
#include "settings/endpoint.h"

#include "base/scan.h"

#define PORT_OF_DNS 53

static enum status
parse_unix(struct slice path, struct endpoint *ret_endpoint, struct error *err)
{
	if (path.len == 0 || path.ptr[0] != '/')
		return error_set(err, STATUS_INVALID,
		    "\"unix:%.*s\" has no absolute path; write unix:/run/signetd/…",
		    SLICE_PRINT(path));
	if (path.len > ENDPOINT_PATH_MAX)
		return error_set(err, STATUS_INVALID,
		    "a unix socket's path has at most %d octets, not %zu; choose a shorter one",
		    ENDPOINT_PATH_MAX, path.len);
	ret_endpoint->is_unix = true;
	memcpy(ret_endpoint->path, path.ptr, path.len);
	return STATUS_OK;
}

/* inet:PORT@HOST is how libmilter writes it: say so rather than call the port a bad address. */
static bool
is_turned_round(struct slice before, struct slice after)
{
	uint64_t number;

	return scan_u64(before, UINT16_MAX, &number) == STATUS_OK &&
	    scan_u64(after, UINT64_MAX, &number) == STATUS_INVALID;
}

static enum status
parse_host(struct slice text, struct network *ret_host)
{
	return slice_find(text, '/') < text.len ? STATUS_INVALID : network_parse(text, ret_host, NULL);
}

static enum status
parse_port(struct slice text, uint16_t *ret_port, struct error *err)
{
	uint64_t number;

	if (scan_u64(text, UINT16_MAX, &number) != STATUS_OK || number == 0)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no port; write a number from 1 to 65535 after the @",
		    SLICE_PRINT(text));
	*ret_port = (uint16_t)number;
	return STATUS_OK;
}

static enum status
parse_inet(struct slice text, struct endpoint *ret_endpoint, struct error *err)
{
	struct slice port = text;
	struct slice host = slice_cut(&port, '@');

	if (is_turned_round(host, port))
		return error_set(err, STATUS_INVALID,
		    "\"inet:%.*s\": the address comes before the port; write inet:ADDRESS@PORT",
		    SLICE_PRINT(text));
	if (parse_host(host, &ret_endpoint->host) != STATUS_OK)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no IPv4 or IPv6 address; write inet:ADDRESS@PORT, such as "
		    "inet:127.0.0.1@8891 (host names are not looked up)",
		    SLICE_PRINT(host));
	return parse_port(port, &ret_endpoint->port, err);
}

enum status
endpoint_parse_server(struct slice text, struct endpoint *ret_endpoint, struct error *err)
{
	struct endpoint server = { .port = PORT_OF_DNS };
	struct slice port = text;
	struct slice host = slice_cut(&port, '@');
	enum status status = STATUS_OK;

	if (parse_host(host, &server.host) != STATUS_OK)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no IPv4 or IPv6 address; write ADDRESS, or ADDRESS@PORT (host "
		    "names are not looked up)",
		    SLICE_PRINT(text));
	if (host.len < text.len)
		status = parse_port(port, &server.port, err);
	if (status == STATUS_OK)
		*ret_endpoint = server;
	return status;
}

enum status
endpoint_parse(struct slice text, struct endpoint *ret_endpoint, struct error *err)
{
	struct endpoint address = { .is_unix = false };
	struct slice rest = text;
	struct slice family = slice_cut(&rest, ':');
	enum status status;

	if (slice_equal(family, SLICE_LITERAL("unix")))
		status = parse_unix(rest, &address, err);
	else if (slice_equal(family, SLICE_LITERAL("inet")))
		status = parse_inet(rest, &address, err);
	else
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no address; write unix:PATH, or inet:ADDRESS@PORT (IPv4, IPv6)",
		    SLICE_PRINT(text));
	if (status == STATUS_OK)
		*ret_endpoint = address;
	return status;
}

bool
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	if (a->is_unix != b->is_unix)
		return false;
	if (a->is_unix)
		return strcmp(a->path, b->path) == 0;
	return a->port == b->port && network_has(&a->host, &b->host);
}
