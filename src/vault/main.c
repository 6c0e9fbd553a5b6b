/* SPDX-License-Identifier: ISC */
/*
 * signetd-vault: holds the private keys. It generates, imports, seals, unseals
 * and signs 32-byte digests, and speaks only over the channels it inherited.
 *
 * Security: no network, no files after start, no mail, no SQL, no DNS, no
 * JSON, no configuration language. What it links is checked by tests/.
 * Protocol: docs/frames.md.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "process/log.h"
#include "process/role_start.h"
#include "process/view_wait.h"
#include "settings/settings.h"
#include "vault/memory.h"
#include "vault/serve.h"

#define THREADS_MAX 64
#define LOG_LINES LOG_LINES_FEW

static const struct wall wall = {
	.syscall_groups = SYSCALLS_COMMON | SYSCALLS_WAIT | SYSCALLS_LOCK,
};

static unsigned
count_cpus(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count < THREADS_MAX ? (unsigned)count : THREADS_MAX;
}

static enum status
add_milters(struct lines *lines, const struct inherit *inherit, struct error *err)
{
	for (unsigned instance = 0; instance < FRAME_CHILDREN_MAX; instance++) {
		char name[32];
		int fd;

		(void)snprintf(name, sizeof(name), "milter%u", instance);
		fd = inherit_optional_fd(inherit, name);
		if (fd < 0)
			break;
		if (lines_add(lines, fd, ROLE_MILTER, instance) != STATUS_OK)
			return error_set(err, STATUS_TOO_LARGE, "too many milters");
	}
	return STATUS_OK;
}

static enum status
collect_lines(
    struct lines *lines, const struct role_start *start, int *ret_keeper_fd, struct error *err)
{
	enum status status = inherit_fd(&start->inherit, "keeper", ret_keeper_fd, err);

	if (status != STATUS_OK)
		return status;
	status = lines_init(lines, err);
	if (status != STATUS_OK)
		return status;
	if (lines_add(lines, start->supervisor_fd, ROLE_SUPERVISOR, 0) != STATUS_OK ||
	    lines_add(lines, *ret_keeper_fd, ROLE_KEEPER, 0) != STATUS_OK)
		return error_set(err, STATUS_TOO_LARGE, "too many channels");
	return add_milters(lines, &start->inherit, err);
}

static enum status
open_masters(const struct role_start *start, struct masters *ret_masters, struct error *err)
{
	int previous_fd = inherit_optional_fd(&start->inherit, "previous");
	enum status status;
	int fd;

	status = inherit_fd(&start->inherit, "master", &fd, err);
	if (status != STATUS_OK)
		return status;
	status = masters_read(fd, previous_fd, ret_masters, err);
	(void)close(fd);
	if (previous_fd >= 0)
		(void)close(previous_fd);
	return status;
}

static enum status
open_keyring(const struct role_start *start, unsigned threads, struct view **ret_keyring,
    struct error *err)
{
	struct settings *settings = NULL;
	char path[4096];
	struct buf directory;
	enum status status;

	status = settings_from_memfd(start->settings_fd, &settings, err);
	if (status != STATUS_OK)
		return status;
	buf_init_fixed(&directory, path, sizeof(path));
	buf_put_format(
	    &directory, "%s/view/keyring", settings_text(settings, SETTING_STATE_DIR, 0));
	view_wait_tell(start->supervisor_fd, start->epoch, FRAME_VIEW_KEYRING, true);
	status = view_open_reader(buf_text(&directory),
	    settings_number(settings, SETTING_MAP_SIZE, 0), threads, ret_keyring, err);
	view_wait_tell(start->supervisor_fd, start->epoch, FRAME_VIEW_KEYRING, false);
	settings_free(&settings);
	return status;
}

/* OpenSSL loads its tables and error strings now: later there are no files. */
static void
warm_openssl(void)
{
	(void)OPENSSL_init_crypto(
	    OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT,
	    NULL);
	EVP_MD_free(EVP_MD_fetch(NULL, "SHA256", NULL));
	EVP_CIPHER_free(EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL));
}

/* What is allocated from now on, beside unsealed keys; the caller of serve_run is a thread that is there. */
static size_t
needed_bytes(unsigned threads)
{
	return log_writer_bytes(LOG_LINES) + workshop_bytes() + (threads - 1) * memory_thread_bytes();
}

/* While a store is restored there is nobody to sign for: which master keys there are is all that is asked. */
static bool
is_witness(const struct role_start *start)
{
	uint32_t witness = 0;

	return inherit_number(&start->inherit, "witness", &witness, NULL) == STATUS_OK && witness != 0;
}

static enum status
testify(const struct role_start *start, struct error *err)
{
	struct frame_checked answer = { 0 };
	struct masters masters = { .current = NULL };
	int keeper_fd = -1;
	enum status status = inherit_fd(&start->inherit, "keeper", &keeper_fd, err);

	if (status == STATUS_OK)
		status = open_masters(start, &masters, err);
	if (status == STATUS_OK)
		status = masters_name(&masters, &answer);
	channel_head(&answer.head, FRAME_CHECKED, sizeof(answer), 0, 0);
	if (status == STATUS_OK)
		status = channel_send(keeper_fd, &answer.head);
	masters_free(&masters);
	return status;
}

static _Noreturn void
bear_witness(const struct role_start *start)
{
	struct error err = { "cannot name the master key" };
	enum status status = role_drop_user(start, &err);

	warm_openssl();
	if (status == STATUS_OK)
		status = role_confine(start, &wall, &err);
	if (status == STATUS_OK)
		status = testify(start, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);
	log_close();
	exit(EXIT_SUCCESS);
}

int
main(int argc, char **argv)
{
	static struct lines lines;
	static struct masters masters;
	static struct serve serve = { .lines = &lines, .signing.masters = &masters };
	unsigned threads = count_cpus();
	struct role_start start;
	struct error err = { "" };
	enum status status;
	size_t key_bytes;
	int keeper_fd;

	memory_prepare();
	status = role_begin(ROLE_VAULT, "signetd-vault", argc, argv, &start, &err);
	if (status == STATUS_OK && is_witness(&start))
		bear_witness(&start);
	if (status == STATUS_OK)
		status = collect_lines(&lines, &start, &keeper_fd, &err);
	if (status == STATUS_OK)
		status = role_drop_user(&start, &err);
	if (status == STATUS_OK)
		status = open_keyring(&start, threads, &serve.signing.keyring, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);

	warm_openssl();
	status = role_confine(&start, &wall, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);

	if (memory_lock(needed_bytes(threads), &key_bytes, &err) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "%s", err.text);
	status = open_masters(&start, &masters, &err);
	if (status == STATUS_OK)
		status = cache_new(key_bytes, &serve.signing.cache);
	if (status == STATUS_OK)
		status = workshop_start(&masters, keeper_fd, &serve.workshop, &err);
	if (status == STATUS_OK)
		status = log_start_writer(LOG_LINES, &err);
	if (status == STATUS_OK)
		status = role_ready(&start, &err);
	if (status != STATUS_OK)
		role_fail(status, &err);
	serve.epoch = start.epoch;
	serve_run(&serve, threads);
}
