/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status
check_regular(int fd, const char *path, size_t *ret_size, struct error *err)
{
	struct stat about;

	if (fstat(fd, &about) != 0)
		return error_set_errno(err, "%s", path);
	if (!S_ISREG(about.st_mode))
		return error_set(err, STATUS_INVALID, "%s is not a regular file", path);
	if (about.st_size > (off_t)SOURCE_MAX)
		return error_set(err, STATUS_TOO_LARGE, "%s is too large for a configuration", path);
	*ret_size = (size_t)about.st_size;
	return STATUS_OK;
}

static enum status
read_all(struct source *source, int fd, const char *path, struct slice *ret_text, struct error *err)
{
	size_t size = 0;
	size_t len = 0;
	enum status status = check_regular(fd, path, &size, err);
	char *text = status == STATUS_OK ? arena_alloc(source->arena, size + 1) : NULL;

	if (status == STATUS_OK && text == NULL)
		status = error_set(err, STATUS_NO_MEMORY, "%s: out of memory", path);
	while (status == STATUS_OK && len < size) {
		ssize_t got = read(fd, text + len, size - len);

		if (got == 0)
			break;
		if (got > 0)
			len += (size_t)got;
		else if (errno != EINTR)
			status = error_set_errno(err, "%s", path);
	}
	if (status == STATUS_OK)
		*ret_text = slice_of(text, len);
	return status;
}

/* A FIFO must not hold us up. */
enum status
source_read_file(
    struct source *source, const char *path, struct slice *ret_text, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum status status;

	if (fd < 0)
		return error_set_errno(err, "%s", path);
	status = read_all(source, fd, path, ret_text, err);
	(void)close(fd);
	return status;
}

struct slice
source_next_line(struct slice *rest, unsigned *line)
{
	struct slice text = slice_cut(rest, '\n');

	(*line)++;
	return slice_first(text, slice_find(text, '#'));
}

char *
source_text(struct source *source, struct slice bytes)
{
	struct slice copy;

	if (arena_copy(source->arena, bytes, &copy) != STATUS_OK)
		return NULL;
	return (char *)(uintptr_t)copy.ptr;
}
