/* SPDX-License-Identifier: ISC */
/* The line behind a backup: what was written is what is read, and nothing else passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "keeper/backup_file.h"

#define LENGTH 200000 /* more than a block, no multiple of one */

/* A file with so many octets in it. */
static int
file_of(size_t size)
{
	static char octets[LENGTH];
	int fd = memfd_create("backup", MFD_CLOEXEC);

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (char)(i * 7);
	assert_true(size <= sizeof(octets));
	assert_int_equal(write(fd, octets, size), size);
	return fd;
}

static enum status
hash_all(struct backup_file *file, struct error *err)
{
	enum status status = STATUS_OK;

	while (file->done < file->length && status == STATUS_OK)
		status = backup_file_hash(file, err);
	return status;
}

static void
complete(int fd, uint64_t length)
{
	struct backup_file file;
	struct error err = { "" };

	assert_int_equal(backup_file_begin(&file, fd, length, &err), STATUS_OK);
	assert_int_equal(hash_all(&file, &err), STATUS_OK);
	assert_int_equal(backup_file_write_line(&file, &err), STATUS_OK);
	backup_file_end(&file);
}

static enum status
check(int fd, uint64_t *ret_length)
{
	struct backup_file file;
	struct error err = { "" };
	enum status status = backup_file_read_line(fd, ret_length, &err);

	if (status != STATUS_OK)
		return status;
	assert_int_equal(backup_file_begin(&file, fd, *ret_length, &err), STATUS_OK);
	status = hash_all(&file, &err);
	if (status == STATUS_OK)
		status = backup_file_check(&file, &err);
	backup_file_end(&file);
	return status;
}

static void
backup_file__is_what_was_written(void **state)
{
	static const size_t lengths[] = { 0, 1, 65535, 65536, 65537, LENGTH };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		int fd = file_of(lengths[i]);
		uint64_t length = 1234567;

		complete(fd, lengths[i]);
		assert_int_equal(lseek(fd, 0, SEEK_END), lengths[i] + BACKUP_FILE_LINE);
		assert_int_equal(check(fd, &length), STATUS_OK);
		assert_int_equal(length, lengths[i]);
		(void)close(fd);
	}
}

/* The store was longer once than it is at the end. */
static void
backup_file__ends_with_its_line(void **state)
{
	int fd = file_of(LENGTH);
	uint64_t length;

	(void)state;
	complete(fd, 1000);
	assert_int_equal(lseek(fd, 0, SEEK_END), 1000 + BACKUP_FILE_LINE);
	assert_int_equal(check(fd, &length), STATUS_OK);
	(void)close(fd);
}

static void
backup_file__notices_every_changed_octet(void **state)
{
	const off_t length = 500;
	int fd = file_of((size_t)length);
	uint64_t found;

	(void)state;
	complete(fd, (uint64_t)length);
	for (off_t at = 0; at < length + BACKUP_FILE_LINE; at++) {
		char octet;

		assert_int_equal(pread(fd, &octet, 1, at), 1);
		octet ^= 1;
		assert_int_equal(pwrite(fd, &octet, 1, at), 1);
		if (check(fd, &found) != STATUS_REFUSED)
			fail_msg("octet %ld is not noticed", (long)at);
		octet ^= 1;
		assert_int_equal(pwrite(fd, &octet, 1, at), 1);
	}
	assert_int_equal(check(fd, &found), STATUS_OK);
	(void)close(fd);
}

static void
backup_file__notices_every_cut(void **state)
{
	int fd = file_of(500);
	uint64_t found;

	(void)state;
	complete(fd, 500);
	for (off_t size = 500 + BACKUP_FILE_LINE; size-- > 0;) {
		assert_int_equal(ftruncate(fd, size), 0);
		assert_int_equal(check(fd, &found), STATUS_REFUSED);
	}
	(void)close(fd);
}

static void
backup_file__says_when_the_form_is_a_newer_one(void **state)
{
	int fd = file_of(500);
	struct error err = { "" };
	uint64_t found;

	(void)state;
	complete(fd, 500);
	assert_int_equal(pwrite(fd, "2", 1, 500 + 16), 1);
	assert_int_equal(backup_file_read_line(fd, &found, &err), STATUS_REFUSED);
	assert_non_null(strstr(err.text, "this version of signetd does not know"));
	(void)close(fd);
}

static void
backup_file__is_a_regular_file(void **state)
{
	struct error err = { "" };
	uint64_t found;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(backup_file_read_line(ends[0], &found, &err), STATUS_REFUSED);
	assert_string_equal(err.text, "a backup is a regular file");
	(void)close(ends[0]);
	(void)close(ends[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backup_file__is_what_was_written),
		cmocka_unit_test(backup_file__ends_with_its_line),
		cmocka_unit_test(backup_file__notices_every_changed_octet),
		cmocka_unit_test(backup_file__notices_every_cut),
		cmocka_unit_test(backup_file__says_when_the_form_is_a_newer_one),
		cmocka_unit_test(backup_file__is_a_regular_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
