/* SPDX-License-Identifier: ISC */
#include "supervisor/master_key.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/credential.h"

#define KEY_SIZE 32

static enum status
write_key(int fd, const char *path, struct error *err)
{
	unsigned char bytes[KEY_SIZE];
	bool is_written = getrandom(bytes, sizeof(bytes), 0) == KEY_SIZE &&
	    write(fd, bytes, sizeof(bytes)) == KEY_SIZE && fsync(fd) == 0;

	explicit_bzero(bytes, sizeof(bytes));
	return is_written ? STATUS_OK : error_set_errno(err, "cannot write %s", path);
}

/* A power cut must not take the name away, while the store, sealed with the key, stays. */
static enum status
keep_name(const char *path, struct error *err)
{
	char directory[PATH_MAX];
	enum status status = STATUS_OK;
	int fd;

	(void)snprintf(directory, sizeof(directory), "%s", path);
	fd = open(dirname(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* EINVAL: this file system has no such promise to make */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		status = error_set_errno(err, "cannot keep the name of the master key %s", path);
	if (fd >= 0)
		(void)close(fd);
	if (status != STATUS_OK)
		(void)unlink(path);
	return status;
}

/* Under another name first: a crash in between leaves no half key behind. */
static enum status
create(const char *path, struct error *err)
{
	char draft[PATH_MAX];
	enum status status;
	int fd;

	if (snprintf(draft, sizeof(draft), "%s.new", path) >= (int)sizeof(draft))
		return error_set(err, STATUS_REFUSED, "the path of the master key is too long");
	(void)unlink(draft);
	fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
	if (fd < 0) {
		(void)error_set_errno(err, "cannot make the master key %s", path);
		return STATUS_REFUSED;
	}
	status = write_key(fd, draft, err);
	(void)close(fd);
	if (status == STATUS_OK && rename(draft, path) != 0)
		status = error_set_errno(err, "cannot rename %s", draft);
	if (status != STATUS_OK) {
		(void)unlink(draft);
		return status;
	}
	return keep_name(path, err);
}

static enum status
check_file(int fd, const char *path, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set_errno(err, "%s", path);
	if (!S_ISREG(st.st_mode) || st.st_size != KEY_SIZE)
		return error_set(err, STATUS_REFUSED,
		    "the master key %s must be a file of exactly %d octets: put your copy of it back",
		    path, KEY_SIZE);
	if ((st.st_mode & 077) != 0)
		return error_set(err, STATUS_REFUSED,
		    "the master key %s can be read by others: chmod 0400 it", path);
	return STATUS_OK;
}

enum status
master_key_name(const struct settings *settings, char ret_path[PATH_MAX], struct error *err)
{
	const char *configured = settings_text(settings, SETTING_MASTER_KEY, 0);
	const char *state_dir = settings_text(settings, SETTING_STATE_DIR, 0);
	int len;

	if (configured[0] != '\0')
		return credential_path(configured, ret_path, err);
	len = snprintf(ret_path, PATH_MAX, "%s/master.key", state_dir);
	if (len < 0 || len >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "the path of the master key is too long");
	return STATUS_OK;
}

enum status
master_key_open(
    const char *path, bool may_create, int *ret_fd, bool *ret_is_new, struct error *err)
{
	bool is_missing = access(path, F_OK) != 0 && errno == ENOENT;
	enum status status;
	int fd;

	if (is_missing && !may_create)
		return error_set(err, STATUS_REFUSED,
		    "the master key %s is missing, and the keys in the store are sealed with it: "
		    "put it back from your backup",
		    path);
	status = is_missing ? create(path, err) : STATUS_OK;
	if (status != STATUS_OK)
		return status;
	/* a FIFO must not hold us up before it is seen to be one */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		(void)error_set_errno(err, "cannot open the master key %s", path);
		return STATUS_REFUSED;
	}
	status = check_file(fd, path, err);
	if (status != STATUS_OK) {
		(void)close(fd);
		return status;
	}
	*ret_fd = fd;
	*ret_is_new = is_missing;
	return STATUS_OK;
}

enum status
master_key_open_previous(const struct settings *settings, int *ret_fd, struct error *err)
{
	const char *configured = settings_text(settings, SETTING_PREVIOUS_MASTER_KEY, 0);
	char path[PATH_MAX];
	enum status status;
	bool is_new;

	if (configured[0] == '\0')
		return STATUS_OK;
	status = credential_path(configured, path, err);
	return status == STATUS_OK ? master_key_open(path, false, ret_fd, &is_new, err) : status;
}
