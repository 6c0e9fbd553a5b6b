/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_socket.h"

#include <fcntl.h>
#include <libmilter/mfapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* As Debian's libmilter takes it. */
static enum status
pass_descriptor(int listen_fd)
{
	char address[32];

	(void)snprintf(address, sizeof(address), "fd:%d", listen_fd);
	if (smfi_setconn(address) != MI_SUCCESS || smfi_opensocket(false) != MI_SUCCESS)
		return STATUS_UNAVAILABLE;
	return STATUS_OK;
}

/* libmilter refuses connections of another family than that of the socket it opened. */
static enum status
open_any_socket(const char *directory, int listen_fd)
{
	struct sockaddr_storage bound = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(bound);
	char address[64] = "inet:0@127.0.0.1";

	if (getsockname(listen_fd, (struct sockaddr *)&bound, &len) != 0)
		return STATUS_SYSTEM;
	if (bound.ss_family == AF_INET6)
		(void)snprintf(address, sizeof(address), "inet6:0@::1");
	else if (bound.ss_family == AF_UNIX)
		(void)snprintf(address, sizeof(address), "unix:%s/socket", directory);
	if (smfi_setconn(address) != MI_SUCCESS || smfi_opensocket(false) != MI_SUCCESS)
		return STATUS_SYSTEM;
	if (bound.ss_family == AF_UNIX)
		(void)unlink(address + sizeof("unix:") - 1);
	return STATUS_OK;
}

/* No call says which descriptor libmilter got, but the lowest free one is known before. */
static enum status
put_over(const char *directory, int listen_fd, int *ret_fd, struct error *err)
{
	int expected = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (expected < 0)
		return error_set_errno(err, "cannot find a free descriptor");
	(void)close(expected);
	if (open_any_socket(directory, listen_fd) != STATUS_OK)
		return error_set(err, STATUS_SYSTEM, "libmilter cannot open a socket");
	if (dup3(listen_fd, expected, O_CLOEXEC) < 0)
		return error_set_errno(err, "cannot replace libmilter's socket");
	*ret_fd = expected;
	return STATUS_OK;
}

/* Any other libmilter: let it open a socket of its own, and put ours over that. */
static enum status
replace_socket(int listen_fd, int *ret_fd, struct error *err)
{
	char directory[] = "/tmp/signetd-XXXXXX";
	enum status status;

	if (mkdtemp(directory) == NULL)
		return error_set_errno(err, "cannot make a directory in /tmp");
	status = put_over(directory, listen_fd, ret_fd, err);
	(void)rmdir(directory);
	return status;
}

enum status
libmilter_socket_give(int listen_fd, int *ret_fd, struct error *err)
{
	if (pass_descriptor(listen_fd) != STATUS_OK)
		return replace_socket(listen_fd, ret_fd, err);
	*ret_fd = listen_fd;
	return STATUS_OK;
}
