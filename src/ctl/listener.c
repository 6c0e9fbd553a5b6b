/* SPDX-License-Identifier: ISC */
#include "ctl/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/scan.h"
#include "base/timeout.h"

union socket_address {
	struct sockaddr any;
	struct sockaddr_un local;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool
parse_local(struct slice path, union socket_address *address, socklen_t *size)
{
	if (path.len == 0 || path.len >= sizeof(address->local.sun_path))
		return false;
	address->local.sun_family = AF_UNIX;
	memcpy(address->local.sun_path, path.ptr, path.len);
	*size = sizeof(address->local);
	return true;
}

/* "192.0.2.1@8891", "2001:db8::1@8891", "[::1]@8891" */
static bool
parse_inet(struct slice rest, union socket_address *address, socklen_t *size)
{
	char host[INET6_ADDRSTRLEN] = "";
	struct slice name = slice_cut(&rest, '@');
	uint64_t port;

	if (name.len > 2 && name.ptr[0] == '[' && name.ptr[name.len - 1] == ']')
		name = slice_of(name.ptr + 1, name.len - 2);
	if (name.len >= sizeof(host) || scan_u64(rest, UINT16_MAX, &port) != STATUS_OK || port == 0)
		return false;
	memcpy(host, name.ptr, name.len);
	if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons((uint16_t)port);
		*size = sizeof(address->v4);
		return true;
	}
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons((uint16_t)port);
	*size = sizeof(address->v6);
	return inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1;
}

static const struct {
	const char *prefix;
	bool (*parse)(struct slice rest, union socket_address *address, socklen_t *size);
} families[] = {
	{ "unix:", parse_local },
	{ "local:", parse_local },
	{ "inet:", parse_inet },
	{ "inet6:", parse_inet },
};

static bool
parse(const char *text, union socket_address *address, socklen_t *size)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		struct slice whole = slice_from_text(text);
		struct slice prefix = slice_from_text(families[i].prefix);

		if (slice_starts_with(whole, prefix))
			return families[i].parse(slice_after(whole, prefix.len), address, size);
	}
	return false;
}

static enum status
connect_within(int fd, const char *text, const union socket_address *address, socklen_t size,
    unsigned timeout_ms, struct error *err)
{
	enum status status = timeout_set(fd, timeout_ms, err);

	if (status != STATUS_OK)
		return status;
	if (connect(fd, &address->any, size) == 0)
		return STATUS_OK;
	return error_set(err, STATUS_UNAVAILABLE, "cannot connect to the milter at %s: %s%s", text,
	    strerrordesc_np(errno), errno == EACCES ? ": ask as root, or as the mail server's user" : "");
}

enum status
listener_connect(const char *address, unsigned timeout_ms, int *ret_fd, struct error *err)
{
	union socket_address to = { 0 };
	socklen_t size = 0;
	enum status status;
	int fd;

	if (!parse(address, &to, &size))
		return error_set(err, STATUS_INVALID,
		    "listener \"%s\" is neither unix:PATH nor inet:ADDRESS@PORT", address);
	fd = socket(to.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return error_set_errno(err, "cannot make a socket");
	status = connect_within(fd, address, &to, size, timeout_ms, err);
	if (status == STATUS_OK)
		*ret_fd = fd;
	else
		close(fd);
	return status;
}
