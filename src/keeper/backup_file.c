/* SPDX-License-Identifier: ISC */
#include "keeper/backup_file.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/scan.h"

#define NAME "\nsignetd backup "
#define VERSION "1 "
#define HEAD_SIZE (sizeof(NAME VERSION) - 1 + LENGTH_DIGITS + 1) /* what the hash covers, too */
#define LENGTH_DIGITS 20
#define PIECE_SIZE (1U << 20)
#define BLOCK_SIZE 65536

_Static_assert(HEAD_SIZE + 2 * DIGEST_SIZE + 1 == BACKUP_FILE_LINE, "the line adds up");

enum status
backup_file_begin(struct backup_file *file, int fd, uint64_t length, struct error *err)
{
	*file = (struct backup_file){ .fd = fd, .length = length };
	if (digest_new(&file->digest) != STATUS_OK)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	digest_begin(file->digest);
	return STATUS_OK;
}

void
backup_file_end(struct backup_file *file)
{
	digest_free(&file->digest);
}

static enum status
read_fully(int fd, void *bytes, size_t size, uint64_t offset, struct error *err)
{
	char *at = bytes;

	while (size > 0) {
		ssize_t got = pread(fd, at, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set_errno(err, "cannot read the backup");
		if (got == 0)
			return error_set(err, STATUS_REFUSED, "the backup became shorter while it was read");
		at += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return STATUS_OK;
}

enum status
backup_file_hash(struct backup_file *file, struct error *err)
{
	static char block[BLOCK_SIZE]; /* the keeper has one thread */
	enum status status = STATUS_OK;

	for (size_t at = 0; at < PIECE_SIZE && file->done < file->length && status == STATUS_OK;
	     at += BLOCK_SIZE) {
		uint64_t left = file->length - file->done;
		size_t size = left < BLOCK_SIZE ? (size_t)left : BLOCK_SIZE;

		status = read_fully(file->fd, block, size, file->done, err);
		if (status == STATUS_OK)
			digest_put(file->digest, slice_of(block, size));
		file->done += size;
	}
	return status;
}

/* ---- the line ---- */

/* The line as it should be, and room for a NUL. */
static enum status
make_line(struct backup_file *file, char ret_line[BACKUP_FILE_LINE + 1], struct error *err)
{
	uint8_t hash[DIGEST_SIZE];
	struct buf line;

	buf_init_fixed(&line, ret_line, BACKUP_FILE_LINE + 1);
	buf_put_format(&line, NAME VERSION "%0*" PRIu64 " ", LENGTH_DIGITS, file->length);
	digest_put(file->digest, buf_slice(&line));
	if (digest_end(file->digest, hash) != STATUS_OK)
		return error_set(err, STATUS_SYSTEM, "cannot hash the backup");
	buf_put_hex(&line, hash, sizeof(hash));
	buf_put_char(&line, '\n');
	return buf_status(&line);
}

enum status
backup_file_write_line(struct backup_file *file, struct error *err)
{
	char line[BACKUP_FILE_LINE + 1];
	enum status status = make_line(file, line, err);

	if (status != STATUS_OK)
		return status;
	if (ftruncate(file->fd, (off_t)file->length) != 0 ||
	    pwrite(file->fd, line, BACKUP_FILE_LINE, (off_t)file->length) != BACKUP_FILE_LINE)
		return error_set_errno(err, "cannot write the backup");
	return STATUS_OK;
}

static enum status
find_size(int fd, uint64_t *ret_size, struct error *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return error_set_errno(err, "cannot look at the backup");
	if (!S_ISREG(st.st_mode))
		return error_set(err, STATUS_REFUSED, "a backup is a regular file");
	*ret_size = (uint64_t)st.st_size;
	return STATUS_OK;
}

static enum status
judge_line(const char *line, uint64_t size, uint64_t *ret_length, struct error *err)
{
	struct slice rest = slice_of(line, BACKUP_FILE_LINE);
	uint64_t length = 0;

	if (!slice_starts_with(rest, SLICE_LITERAL(NAME)))
		return error_set(err, STATUS_REFUSED,
		    "this is no backup of signetd, or it is not all there: it does not end as one does");
	rest = slice_after(rest, sizeof(NAME) - 1);
	if (!slice_starts_with(rest, SLICE_LITERAL(VERSION)))
		return error_set(err, STATUS_REFUSED,
		    "the backup is of a form that this version of signetd does not know: use the version "
		    "that made it, or a newer one");
	rest = slice_after(rest, sizeof(VERSION) - 1);
	if (scan_u64(slice_first(rest, LENGTH_DIGITS), INT64_MAX, &length) != STATUS_OK ||
	    length != size - BACKUP_FILE_LINE)
		return error_set(err, STATUS_REFUSED,
		    "the backup is damaged: it is not as long as it says it is");
	*ret_length = length;
	return STATUS_OK;
}

enum status
backup_file_read_line(int fd, uint64_t *ret_length, struct error *err)
{
	char line[BACKUP_FILE_LINE] = { 0 };
	uint64_t size = 0;
	enum status status = find_size(fd, &size, err);

	if (status == STATUS_OK && size >= BACKUP_FILE_LINE)
		status = read_fully(fd, line, sizeof(line), size - BACKUP_FILE_LINE, err);
	return status == STATUS_OK ? judge_line(line, size, ret_length, err) : status;
}

enum status
backup_file_check(struct backup_file *file, struct error *err)
{
	char expected[BACKUP_FILE_LINE + 1];
	char found[BACKUP_FILE_LINE];
	enum status status = make_line(file, expected, err);

	if (status == STATUS_OK)
		status = read_fully(file->fd, found, sizeof(found), file->length, err);
	if (status == STATUS_OK && memcmp(expected, found, sizeof(found)) != 0)
		return error_set(err, STATUS_REFUSED,
		    "the backup is damaged: its octets are not those that were written");
	return status;
}
