/* SPDX-License-Identifier: ISC */
#include "view/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* LMDB's names */
#define DATA_FILE "data.mdb"
#define LOCK_FILE "lock.mdb"

#define DATA_MODE 0640 /* readers read */
#define LOCK_MODE 0660 /* and tell in here what they are reading */

struct file_path {
	char text[PATH_MAX];
};

static enum status
make_path(const char *directory, const char *name, struct file_path *ret_path, struct error *err)
{
	int len = snprintf(ret_path->text, sizeof(ret_path->text), "%s/%s", directory, name);

	if (len < 0 || (size_t)len >= sizeof(ret_path->text))
		return error_set(err, STATUS_TOO_LARGE, "the path of the view is too long");
	return STATUS_OK;
}

static enum status
reserve(int fd, size_t bytes, const char *path, struct error *err)
{
	/* the size is LMDB's to set; a file system that cannot set aside has to do without */
	if (bytes == 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) == 0 ||
	    errno == EOPNOTSUPP || errno == ENOSYS)
		return STATUS_OK;
	return error_set_errno(err, "cannot set %zu octets aside for %s", bytes, path);
}

static enum status
prepare(const char *directory, const char *name, mode_t mode, size_t bytes, struct error *err)
{
	struct file_path path;
	enum status status = make_path(directory, name, &path, err);
	int fd;

	if (status != STATUS_OK)
		return status;
	fd = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return error_set_errno(err, "cannot open %s", path.text);
	if (fchmod(fd, mode) != 0)
		status = error_set_errno(err, "cannot set the mode of %s", path.text);
	if (status == STATUS_OK)
		status = reserve(fd, bytes, path.text, err);
	close(fd);
	return status;
}

enum status
files_prepare(const char *directory, size_t lock_bytes, struct error *err)
{
	enum status status = prepare(directory, DATA_FILE, DATA_MODE, 0, err);

	return status == STATUS_OK ? prepare(directory, LOCK_FILE, LOCK_MODE, lock_bytes, err) :
	                             status;
}

enum status
files_find(const char *directory, struct error *err)
{
	struct file_path path;
	enum status status = make_path(directory, DATA_FILE, &path, err);
	struct stat st;

	if (status != STATUS_OK)
		return status;
	if (stat(path.text, &st) == 0)
		return st.st_size > 0 ? STATUS_OK : STATUS_NOT_FOUND;
	if (errno == ENOENT)
		return STATUS_NOT_FOUND;
	return error_set_errno(err, "cannot find %s", path.text);
}

static enum status
remove_file(const char *directory, const char *name, struct error *err)
{
	struct file_path path;
	enum status status = make_path(directory, name, &path, err);

	if (status != STATUS_OK)
		return status;
	if (unlink(path.text) != 0 && errno != ENOENT)
		return error_set_errno(err, "cannot remove %s", path.text);
	return STATUS_OK;
}

enum status
files_remove_data(const char *directory, struct error *err)
{
	return remove_file(directory, DATA_FILE, err);
}

enum status
files_remove_lock(const char *directory, struct error *err)
{
	return remove_file(directory, LOCK_FILE, err);
}
