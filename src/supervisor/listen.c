/* SPDX-License-Identifier: ISC */
#include "supervisor/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/scan.h"

#define BACKLOG 1024

/* Either family. */
struct address {
	socklen_t len;
	union {
		struct sockaddr any;
		struct sockaddr_un un;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} as;
};

static unsigned claimed;

static enum status
parse_unix(struct slice path, struct address *ret_address)
{
	struct address address = { .len = sizeof(address.as.un) };

	if (path.len == 0 || path.len >= sizeof(address.as.un.sun_path))
		return STATUS_INVALID;
	address.as.un.sun_family = AF_UNIX;
	memcpy(address.as.un.sun_path, path.ptr, path.len);
	*ret_address = address;
	return STATUS_OK;
}

static enum status
parse_inet(struct slice text, struct address *ret_address)
{
	struct address address = { .len = sizeof(address.as.in) };
	struct slice host = slice_cut(&text, '@');
	char literal[INET6_ADDRSTRLEN];
	uint64_t port;

	if (host.len >= sizeof(literal) || scan_u64(text, UINT16_MAX, &port) != STATUS_OK)
		return STATUS_INVALID;
	memcpy(literal, host.ptr, host.len);
	literal[host.len] = '\0';
	if (inet_pton(AF_INET, literal, &address.as.in.sin_addr) == 1) {
		address.as.in.sin_family = AF_INET;
		address.as.in.sin_port = htons((uint16_t)port);
	} else if (inet_pton(AF_INET6, literal, &address.as.in6.sin6_addr) == 1) {
		address.len = sizeof(address.as.in6);
		address.as.in6.sin6_family = AF_INET6;
		address.as.in6.sin6_port = htons((uint16_t)port);
	} else {
		return STATUS_INVALID;
	}
	*ret_address = address;
	return STATUS_OK;
}

static enum status
parse(const char *text, struct address *ret_address, struct error *err)
{
	struct slice rest = slice_from_text(text);
	struct slice family = slice_cut(&rest, ':');
	enum status status = STATUS_INVALID;

	if (slice_equal(family, SLICE_LITERAL("unix")))
		status = parse_unix(rest, ret_address);
	else if (slice_equal(family, SLICE_LITERAL("inet")))
		status = parse_inet(rest, ret_address);
	if (status != STATUS_OK)
		return error_set(err, STATUS_REFUSED, "%s is not unix:PATH or inet:ADDRESS@PORT", text);
	return STATUS_OK;
}

/* ---- sockets that systemd hands over ---- */

static bool
has_address(int fd, const struct address *address)
{
	struct address bound = { .len = sizeof(bound.as) };

	if (address->as.any.sa_family == AF_UNIX)
		return sd_is_socket_unix(fd, SOCK_STREAM, 1, address->as.un.sun_path, 0) > 0;
	return sd_is_socket(fd, address->as.any.sa_family, SOCK_STREAM, 1) > 0 &&
	    getsockname(fd, &bound.as.any, &bound.len) == 0 && bound.len == address->len &&
	    memcmp(&bound.as, &address->as, address->len) == 0;
}

static int
find_inherited(const struct address *address)
{
	int count = sd_listen_fds(0);

	for (int fd = SD_LISTEN_FDS_START; fd < SD_LISTEN_FDS_START + count; fd++) {
		if (has_address(fd, address))
			return fd;
	}
	return -1;
}

unsigned
listen_count_unclaimed(void)
{
	int count = sd_listen_fds(0);

	return count > 0 ? (unsigned)count - claimed : 0;
}

/* ---- sockets of our own ---- */

static bool
somebody_listens(const struct address *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_live;

	if (fd < 0)
		return true;
	/* a full backlog (EAGAIN) is life too */
	is_live = connect(fd, &address->as.any, address->len) == 0 || errno != ECONNREFUSED;
	(void)close(fd);
	return is_live;
}

/* Makes sure that the path can be bound. */
static enum status
clear_path(const struct address *address, struct error *err)
{
	const char *path = address->as.un.sun_path;
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? STATUS_OK : error_set_errno(err, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return error_set(err, STATUS_REFUSED,
		    "%s is there and is no socket: move it away, or choose another path", path);
	if (somebody_listens(address))
		return error_set(err, STATUS_REFUSED,
		    "another daemon listens on %s: stop it, or choose another path", path);
	return unlink(path) == 0 ? STATUS_OK
	                         : error_set_errno(err, "cannot remove the stale socket %s", path);
}

static enum status
find_group(const struct listen_socket *listener, gid_t *ret_gid, struct error *err)
{
	const struct group *group;
	uint64_t number;

	if (scan_u64(slice_from_text(listener->group), INT32_MAX, &number) == STATUS_OK) {
		*ret_gid = (gid_t)number;
		return STATUS_OK;
	}
	group = getgrnam(listener->group);
	if (group == NULL)
		return error_set(err, STATUS_REFUSED,
		    "group \"%s\" of %s does not exist: create it, or correct the name", listener->group,
		    listener->address);
	*ret_gid = group->gr_gid;
	return STATUS_OK;
}

/*
 * As a member of that group: so an owner may give a file to it, and needs no
 * CAP_CHOWN, which the unit does not grant.
 */
static enum status
give_to_group(const char *path, gid_t gid, struct error *err)
{
	const gid_t own = getegid();
	bool is_member = geteuid() == 0 && setegid(gid) == 0;
	enum status status = STATUS_OK;

	if (chown(path, (uid_t)-1, gid) != 0)
		status = error_set_errno(err, "cannot give %s to group %u", path, gid);
	if (is_member && setegid(own) != 0)
		status = error_set_errno(err, "cannot become group %u again", own);
	return status;
}

static enum status
set_access(const struct listen_socket *listener, const char *path, struct error *err)
{
	enum status status = STATUS_OK;
	gid_t gid = 0;

	if (listener->group[0] != '\0') {
		status = find_group(listener, &gid, err);
		if (status == STATUS_OK)
			status = give_to_group(path, gid, err);
	}
	if (status == STATUS_OK && chmod(path, listener->mode) != 0)
		status = error_set_errno(err, "cannot set the mode of %s", path);
	return status;
}

/* What it has made it takes away again when it fails. */
static enum status
start_listening(int fd, const struct listen_socket *listener, const struct address *address,
    struct error *err)
{
	const char *path = address->as.any.sa_family == AF_UNIX ? address->as.un.sun_path : NULL;
	enum status status = STATUS_OK;

	if (path != NULL)
		status = set_access(listener, path, err);
	if (status == STATUS_OK && listen(fd, BACKLOG) != 0)
		status = error_set_errno(err, "cannot listen on %s", listener->address);
	if (status != STATUS_OK && path != NULL)
		(void)unlink(path);
	return status;
}

/* What whoever reads the log can do about it. An interface may yet come up: no refusal. */
static const struct {
	int code;
	enum status status;
	const char *remedy;
} remedies[] = {
	{ ENOENT, STATUS_REFUSED, "make its directory first" },
	{ EACCES, STATUS_REFUSED, "let this user write to its directory, or choose another" },
	{ EADDRINUSE, STATUS_REFUSED, "stop who has it, or choose another" },
	{ EADDRNOTAVAIL, STATUS_SYSTEM, "no interface of this host has it now" },
};

static enum status
fail_to_bind(const char *address, int code, struct error *err)
{
	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++) {
		if (remedies[i].code == code)
			return error_set(err, remedies[i].status, "cannot listen on %s: %s: %s", address,
			    strerrordesc_np(code), remedies[i].remedy);
	}
	return error_set(
	    err, STATUS_SYSTEM, "cannot listen on %s: %s", address, strerrordesc_np(code));
}

static enum status
bind_and_listen(int fd, const struct listen_socket *listener, const struct address *address,
    struct error *err)
{
	mode_t old = umask(0177);
	int code = bind(fd, &address->as.any, address->len) == 0 ? 0 : errno;

	(void)umask(old);
	if (code != 0)
		return fail_to_bind(listener->address, code, err);
	return start_listening(fd, listener, address, err);
}

static enum status
open_own(struct listen_socket *listener, const struct address *address, struct error *err)
{
	static const int on = 1;
	enum status status = STATUS_OK;
	int fd;

	if (address->as.any.sa_family == AF_UNIX)
		status = clear_path(address, err);
	if (status != STATUS_OK)
		return status;
	fd = socket(address->as.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_set_errno(err, "cannot make a socket for %s", listener->address);
	if (address->as.any.sa_family != AF_UNIX)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	status = bind_and_listen(fd, listener, address, err);
	if (status == STATUS_OK)
		listener->fd = fd;
	else
		(void)close(fd);
	return status;
}

static enum status
claim(struct listen_socket *listener, int fd, const struct address *address, struct error *err)
{
	int flags = fcntl(fd, F_GETFL);
	bool is_ours_to_set = address->as.any.sa_family == AF_UNIX && geteuid() == 0;

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
		return error_set_errno(err, "cannot take over %s", listener->address);
	listener->fd = fd;
	listener->is_inherited = true;
	claimed++;
	return is_ours_to_set ? set_access(listener, address->as.un.sun_path, err) : STATUS_OK;
}

enum status
listen_open(struct listen_socket *listener, struct error *err)
{
	struct address address;
	enum status status = parse(listener->address, &address, err);
	int inherited;

	if (status != STATUS_OK)
		return status;
	inherited = find_inherited(&address);
	if (inherited >= 0)
		return claim(listener, inherited, &address, err);
	return open_own(listener, &address, err);
}

void
listen_close(struct listen_socket *listener)
{
	struct address address;

	if (listener->fd < 0)
		return;
	if (!listener->is_inherited && parse(listener->address, &address, NULL) == STATUS_OK &&
	    address.as.any.sa_family == AF_UNIX)
		(void)unlink(address.as.un.sun_path);
	(void)close(listener->fd);
	listener->fd = -1;
}

enum status
listen_open_private(const char *directory, int *ret_fd, struct error *err)
{
	struct listen_socket listener = { .mode = 0600, .group = "", .fd = -1 };
	char text[sizeof(((struct sockaddr_un *)NULL)->sun_path) + 5];
	int len = snprintf(text, sizeof(text), "unix:%s/closed.sock", directory);
	enum status status;

	if (len < 0 || (size_t)len >= sizeof(text))
		return error_set(err, STATUS_REFUSED,
		    "the path %s is too long for a socket in it: choose a shorter state_dir", directory);
	listener.address = text;
	status = listen_open(&listener, err);
	if (status != STATUS_OK)
		return status;
	/* without its name nobody finds it */
	(void)unlink(text + sizeof("unix:") - 1);
	*ret_fd = listener.fd;
	return STATUS_OK;
}
