/* SPDX-License-Identifier: ISC */
/*
 * The file of a backup (docs/backup.md): a store, as SQLite keeps it, and
 * behind it one line that says how long it is and what its SHA-256 is. So a
 * cut and a flipped bit are told before anything is believed of it; who could
 * write it could forge it, too.
 *
 *	\nsignetd backup 1 LENGTH SHA-256\n
 */
#ifndef KEEPER_BACKUP_FILE_H
#define KEEPER_BACKUP_FILE_H

#include <stdbool.h>

#include "base/error.h"
#include "dkim/digest.h"

#define BACKUP_FILE_LINE 104 /* octets, of 20 decimal and 64 hexadecimal digits */

struct backup_file {
	int fd; /* stays the caller's */
	uint64_t length; /* of the store in it */
	uint64_t done;   /* of it, hashed */
	struct digest *digest;
};

/* Of a store of so many octets, at the beginning of fd. */
MUST_CHECK enum status backup_file_begin(
    struct backup_file *file, int fd, uint64_t length, struct error *err);
void backup_file_end(struct backup_file *file);

/* Hashes some more, at most a megabyte: until done is length. */
MUST_CHECK enum status backup_file_hash(struct backup_file *file, struct error *err);

/* When all is hashed: writes the line, the end of the file. */
MUST_CHECK enum status backup_file_write_line(struct backup_file *file, struct error *err);

/*
 * How long the store in fd is, by its line. STATUS_REFUSED, in words, when the
 * line is not there, says another length than the file has, or is of a newer version.
 */
MUST_CHECK enum status backup_file_read_line(int fd, uint64_t *ret_length, struct error *err);

/* When all is hashed: is it what the line says? STATUS_REFUSED when not. */
MUST_CHECK enum status backup_file_check(struct backup_file *file, struct error *err);

#endif
