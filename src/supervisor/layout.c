/* SPDX-License-Identifier: ISC */
#include "supervisor/layout.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
	const char *path; /* below state_dir */
	mode_t mode;
	enum role owner;
	enum role group;
} rows[] = {
	{ "", 0711, ROLE_SUPERVISOR, ROLE_SUPERVISOR },
	{ "/store", 0700, ROLE_KEEPER, ROLE_KEEPER },
	{ "/view", 0711, ROLE_SUPERVISOR, ROLE_SUPERVISOR },
	{ "/view/table", 02750, ROLE_KEEPER, ROLE_MILTER },
	{ "/view/keyring", 02750, ROLE_KEEPER, ROLE_VAULT },
};

struct ownership {
	uid_t uid;
	gid_t gid;
};

static enum status
join(const char *state_dir, const char *name, char ret_path[PATH_MAX], struct error *err)
{
	int len = snprintf(ret_path, PATH_MAX, "%s%s", state_dir, name);

	if (len < 0 || len >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "state_dir is too long");
	return STATUS_OK;
}

static bool
is_as_it_should_be(int fd, mode_t mode, const struct ownership *owner)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & 07777) == mode &&
	    (geteuid() != 0 || (st.st_uid == owner->uid && st.st_gid == owner->gid));
}

/* Under systemd's unit, which has no CAP_CHOWN, tmpfiles.d makes them all beforehand. */
static enum status
fail_to_change_owner(const char *path, struct error *err)
{
	int code = errno;

	return error_set(err, STATUS_REFUSED, "cannot change the owner of %s: %s%s", path,
	    strerrordesc_np(code),
	    code == EPERM ? ": let tmpfiles.d(5) make it, then systemd-tmpfiles --create signetd.conf" : "");
}

/*
 * Of a directory that is somebody else's root can change nothing with CAP_CHOWN
 * alone, and a set-gid bit sticks only in a group of one's own: so it is ours first.
 */
static enum status
change_directory(int path_fd, const char *path, mode_t mode, const struct ownership *owner,
    struct error *err)
{
	bool is_root = geteuid() == 0;
	enum status status = STATUS_OK;
	int fd;

	if (is_root && fchownat(path_fd, "", 0, 0, AT_EMPTY_PATH) != 0)
		return fail_to_change_owner(path, err);
	fd = openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set_errno(err, "cannot use the directory %s", path);
	if (fchmod(fd, mode) != 0)
		status = error_set_errno(err, "cannot change the mode of %s", path);
	else if (is_root && fchown(fd, owner->uid, owner->gid) != 0)
		status = fail_to_change_owner(path, err);
	(void)close(fd);
	return status;
}

/* Through a descriptor, so that nobody can put a link in its place in between. */
static enum status
make_directory(const char *path, mode_t mode, const struct ownership *owner, struct error *err)
{
	enum status status = STATUS_OK;
	int fd;

	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		(void)error_set(err, STATUS_REFUSED, "cannot make the directory %s: %s%s", path,
		    strerrordesc_np(errno), errno == ENOENT ? ": make its parent first" : "");
		return STATUS_REFUSED;
	}
	fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		(void)error_set_errno(err, "cannot use the directory %s", path);
		return STATUS_REFUSED;
	}
	if (!is_as_it_should_be(fd, mode, owner))
		status = change_directory(fd, path, mode, owner, err);
	(void)close(fd);
	return status == STATUS_OK ? STATUS_OK : STATUS_REFUSED;
}

static enum status
take_lock(const char *state_dir, int *ret_fd, struct error *err)
{
	char path[PATH_MAX];
	enum status status = join(state_dir, "/lock", path, err);
	int fd;

	if (status != STATUS_OK)
		return status;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		(void)error_set_errno(err, "cannot open %s", path);
		return STATUS_REFUSED;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		return error_set(err, STATUS_REFUSED,
		    "another signetd runs on %s: stop it, or choose another state_dir", state_dir);
	}
	*ret_fd = fd;
	return STATUS_OK;
}

static bool
has_file(const char *state_dir, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	return join(state_dir, name, path, NULL) == STATUS_OK && stat(path, &st) == 0 &&
	    st.st_size > 0;
}

/* As the keeper, who alone can look into all of its directories. */
static enum status
look_what_is_there(
    const char *state_dir, const struct users *users, struct layout *layout, struct error *err)
{
	bool is_root = geteuid() == 0;

	if (is_root && seteuid(users->of_role[ROLE_KEEPER].uid) != 0)
		return error_set_errno(err, "cannot become the keeper's user");
	layout->has_store = has_file(state_dir, "/store/signetd.db");
	layout->has_views = has_file(state_dir, "/view/table/data.mdb") &&
	    has_file(state_dir, "/view/keyring/data.mdb");
	if (is_root && seteuid(0) != 0)
		return error_set_errno(err, "cannot become root again");
	return STATUS_OK;
}

enum status
layout_prepare(const char *state_dir, const struct users *users, struct layout *ret_layout,
    struct error *err)
{
	struct layout layout;
	char path[PATH_MAX];
	enum status status;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct ownership owner = {
			users->of_role[rows[i].owner].uid,
			users->of_role[rows[i].group].gid,
		};

		status = join(state_dir, rows[i].path, path, err);
		if (status == STATUS_OK)
			status = make_directory(path, rows[i].mode, &owner, err);
		/* the lock comes first: nothing of a running daemon's is touched */
		if (status == STATUS_OK && i == 0)
			status = take_lock(state_dir, &layout.lock_fd, err);
		if (status != STATUS_OK)
			return status;
	}
	status = look_what_is_there(state_dir, users, &layout, err);
	if (status == STATUS_OK)
		*ret_layout = layout;
	return status;
}
