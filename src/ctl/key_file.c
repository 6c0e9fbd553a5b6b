/* SPDX-License-Identifier: ISC */
#include "ctl/key_file.h"

#include <fcntl.h>

/* A FIFO must not hold us up. */
enum status
key_file_open(const char *path, int *ret_fd, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return error_set_errno(err, "cannot open %s", path);
	*ret_fd = fd;
	return STATUS_OK;
}
