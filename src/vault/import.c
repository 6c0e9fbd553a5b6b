/* SPDX-License-Identifier: ISC */
#include "vault/import.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "vault/new_key.h"
#include "vault/pem.h"

/* A file's octets. On the stack, which is locked in memory; wiped when they have been looked at. */
struct content {
	size_t len;
	char octets[IMPORT_FILE_MAX + 1];
};

_Static_assert(sizeof(long) == 8, "elsewhere the kernel's struct stat is not that of glibc");

/* Not glibc's fstat: that is newfstatat, which could name any path, and the vault may not call it. */
static enum status
check_file(int fd, struct error *err)
{
	struct stat about;

	if (syscall(SYS_fstat, fd, &about) != 0)
		return error_set(err, STATUS_INVALID, "the file cannot be looked at: %s",
		    strerrordesc_np(errno));
	if (!S_ISREG(about.st_mode))
		return error_set(err, STATUS_INVALID, "that is not a regular file");
	return STATUS_OK;
}

/* The file may grow while it is read: what counts is what was read. */
static enum status
read_file(int fd, struct content *content, struct error *err)
{
	ssize_t got = 1;

	while (got != 0 && content->len < sizeof(content->octets)) {
		got = pread(fd, content->octets + content->len, sizeof(content->octets) - content->len,
		    (off_t)content->len);
		if (got < 0 && errno != EINTR)
			return error_set(err, STATUS_INVALID, "the file cannot be read: %s",
			    strerrordesc_np(errno));
		content->len += got > 0 ? (size_t)got : 0;
	}
	if (content->len > IMPORT_FILE_MAX)
		return error_set(err, STATUS_TOO_LARGE, "the file is larger than %u KiB: that is no key",
		    IMPORT_FILE_MAX >> 10);
	if (content->len == 0)
		return error_set(err, STATUS_INVALID, "the file is empty");
	return STATUS_OK;
}

enum status
import_read(int fd, struct key **ret_key, struct error *err)
{
	struct content content = { .len = 0 };
	enum status status = check_file(fd, err);

	if (status == STATUS_OK)
		status = read_file(fd, &content, err);
	if (status == STATUS_OK)
		status = pem_read(slice_of(content.octets, content.len), ret_key, err);
	OPENSSL_cleanse(&content, sizeof(content));
	return status;
}

static enum status
import(const struct master *master, int fd, struct frame_imported *answer, struct error *err)
{
	struct key *key = NULL;
	struct new_key new = { .sealed_len = 0 };
	enum status status = import_read(fd, &key, err);

	if (status != STATUS_OK)
		return status;
	answer->algorithm = (uint32_t)key_algorithm(key);
	answer->key_bits = key_bits(key);
	status = new_key_seal(master, key, &new);
	if (status != STATUS_OK)
		(void)error_set(err, status, "the key could not be sealed");
	answer->sealed_len = (uint32_t)new.sealed_len;
	answer->public_key_len = (uint32_t)new.public_key_len;
	memcpy(answer->handle, new.handle.bytes, sizeof(answer->handle));
	memcpy(answer->sealed, new.sealed, sizeof(new.sealed));
	memcpy(answer->public_key, new.public_key, sizeof(new.public_key));
	key_release(&key);
	return status;
}

void
import_answer(const struct master *master, const struct frame_head *request, int fd,
    struct frame_imported *ret_answer)
{
	struct error err = { "no file came along" };
	enum status status = STATUS_INVALID;

	*ret_answer = (struct frame_imported){ 0 };
	channel_head(
	    &ret_answer->head, FRAME_IMPORTED, sizeof(*ret_answer), request->epoch, request->id);
	if (fd >= 0)
		status = import(master, fd, ret_answer, &err);
	ret_answer->status = (uint32_t)status;
	if (status != STATUS_OK)
		(void)snprintf(ret_answer->sentence, sizeof(ret_answer->sentence), "%s", err.text);
}
