/* SPDX-License-Identifier: ISC */
#include "store/sqlite_descriptor.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/scan.h"

#define VFS_NAME "signetd-descriptor"
#define SECTOR_SIZE 4096

/* SQLite makes room for it and knows its first member only. */
struct descriptor_file {
	sqlite3_file base;
	int fd;
};

static int
descriptor_of(sqlite3_file *file)
{
	return ((struct descriptor_file *)file)->fd;
}

/* ---- the file ---- */

static int
close_file(sqlite3_file *file)
{
	(void)file;
	return SQLITE_OK;
}

/* What lies behind the end reads as zeroes, and is told. */
static int
read_file(sqlite3_file *file, void *bytes, int size, sqlite3_int64 offset)
{
	char *at = bytes;
	size_t left = (size_t)size;

	while (left > 0) {
		ssize_t got = pread(descriptor_of(file), at, left, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return SQLITE_IOERR_READ;
		if (got == 0)
			break;
		at += got;
		offset += got;
		left -= (size_t)got;
	}
	memset(at, 0, left);
	return left == 0 ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

static int
write_file(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 offset)
{
	const char *at = bytes;
	size_t left = (size_t)size;

	while (left > 0) {
		ssize_t put = pwrite(descriptor_of(file), at, left, (off_t)offset);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL : SQLITE_IOERR_WRITE;
		at += put;
		offset += put;
		left -= (size_t)put;
	}
	return SQLITE_OK;
}

static int
truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
	return ftruncate(descriptor_of(file), (off_t)size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

/* Whoever made the file syncs it. */
static int
sync_file(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return SQLITE_OK;
}

static int
get_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
	struct stat st;

	if (fstat(descriptor_of(file), &st) != 0)
		return SQLITE_IOERR_FSTAT;
	*ret_size = st.st_size;
	return SQLITE_OK;
}

static int
lock_file(sqlite3_file *file, int level)
{
	(void)file;
	(void)level;
	return SQLITE_OK;
}

static int
is_reserved(sqlite3_file *file, int *ret_is_reserved)
{
	(void)file;
	*ret_is_reserved = 0;
	return SQLITE_OK;
}

static int
control_file(sqlite3_file *file, int operation, void *arg)
{
	(void)file;
	(void)operation;
	(void)arg;
	return SQLITE_NOTFOUND;
}

static int
get_sector_size(sqlite3_file *file)
{
	(void)file;
	return SECTOR_SIZE;
}

static int
get_characteristics(sqlite3_file *file)
{
	(void)file;
	return 0;
}

static const sqlite3_io_methods file_methods = {
	.iVersion = 1,
	.xClose = close_file,
	.xRead = read_file,
	.xWrite = write_file,
	.xTruncate = truncate_file,
	.xSync = sync_file,
	.xFileSize = get_size,
	.xLock = lock_file,
	.xUnlock = lock_file,
	.xCheckReservedLock = is_reserved,
	.xFileControl = control_file,
	.xSectorSize = get_sector_size,
	.xDeviceCharacteristics = get_characteristics,
};

/* ---- where files are found: the name is the descriptor's number ---- */

static int
open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *ret_flags)
{
	struct descriptor_file *opened = (struct descriptor_file *)file;
	uint64_t fd;

	(void)vfs;
	file->pMethods = NULL;
	if ((flags & SQLITE_OPEN_MAIN_DB) == 0 || name == NULL ||
	    scan_u64(slice_from_text(name), INT32_MAX, &fd) != STATUS_OK)
		return SQLITE_CANTOPEN;
	file->pMethods = &file_methods;
	opened->fd = (int)fd;
	if (ret_flags != NULL)
		*ret_flags = flags;
	return SQLITE_OK;
}

static int
remove_file(sqlite3_vfs *vfs, const char *name, int must_sync)
{
	(void)vfs;
	(void)name;
	(void)must_sync;
	return SQLITE_OK;
}

/* Its companions (a journal, a log) never exist. */
static int
find_file(sqlite3_vfs *vfs, const char *name, int flags, int *ret_is_there)
{
	(void)vfs;
	(void)name;
	(void)flags;
	*ret_is_there = 0;
	return SQLITE_OK;
}

static int
complete_name(sqlite3_vfs *vfs, const char *name, int size, char *ret_name)
{
	(void)vfs;
	return snprintf(ret_name, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

/* Time and chance are the system's. */
static enum status
prepare(struct error *err)
{
	static sqlite3_vfs vfs;
	const sqlite3_vfs *system = sqlite3_vfs_find(NULL);

	if (sqlite3_vfs_find(VFS_NAME) != NULL)
		return STATUS_OK;
	if (system == NULL)
		return error_set(err, STATUS_SYSTEM, "this SQLite knows no files");
	vfs = *system;
	vfs.zName = VFS_NAME;
	vfs.pNext = NULL;
	vfs.szOsFile = sizeof(struct descriptor_file);
	vfs.xOpen = open_file;
	vfs.xDelete = remove_file;
	vfs.xAccess = find_file;
	vfs.xFullPathname = complete_name;
	if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	return STATUS_OK;
}

enum status
sqlite_descriptor_open(int fd, sqlite3 **ret_db, struct error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	enum status status = prepare(err);
	char name[16];

	if (status != STATUS_OK)
		return status;
	(void)snprintf(name, sizeof(name), "%d", fd);
	if (sqlite3_open_v2(name, ret_db, flags, VFS_NAME) != SQLITE_OK ||
	    sqlite3_exec(*ret_db, "PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE", NULL,
	        NULL, NULL) != SQLITE_OK)
		return error_set(err, STATUS_SYSTEM, "cannot write a copy: %s",
		    *ret_db != NULL ? sqlite3_errmsg(*ret_db) : "out of memory");
	return STATUS_OK;
}
