/* SPDX-License-Identifier: ISC */
#include "settings/load.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static enum status
load(int fd, const char *path, struct buf *out, struct error *err)
{
	char part[4096];
	ssize_t len;

	do {
		len = read(fd, part, sizeof(part));
		if (len < 0 && errno != EINTR)
			return error_set_errno(err, "cannot read %s", path);
		if (len > 0)
			buf_put(out, slice_of(part, (size_t)len));
	} while (len != 0 && buf_status(out) == STATUS_OK);
	if (buf_status(out) != STATUS_OK || buf_slice(out).len > LOAD_MAX_BYTES)
		return error_set(err, STATUS_INVALID,
		    "%s:1: the file has more than %u octets; is it the right one?", path,
		    LOAD_MAX_BYTES);
	return STATUS_OK;
}

enum status
load_file(const char *path, struct buf *out, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum status status;

	if (fd < 0)
		return error_set_errno(err, "cannot open %s", path);
	status = load(fd, path, out, err);
	close(fd);
	return status;
}
