/* SPDX-License-Identifier: ISC */
#include "supervisor/spawn.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#define FIRST_FD 3

void
spawn_init(struct spawn *spawn, const char *directory, const char *program)
{
	*spawn = (struct spawn){ .directory = directory, .program = program };
}

void
spawn_add_number(struct spawn *spawn, const char *name, uint32_t number)
{
	int len;

	assert(spawn->argument_count < SPAWN_ARGUMENTS_MAX);
	len = snprintf(spawn->arguments[spawn->argument_count++], SPAWN_ARGUMENT_SIZE, "%s=%u", name,
	    number);
	assert(len > 0 && len < SPAWN_ARGUMENT_SIZE);
	(void)len;
}

void
spawn_add_fd(struct spawn *spawn, const char *name, int fd)
{
	spawn_add_number(spawn, name, FIRST_FD + spawn->fd_count);
	spawn->fds[spawn->fd_count++] = fd;
}

/* Between fork and exec: system calls only. First all out of the way, then each to its place. */
static void
arrange_fds(const struct spawn *spawn)
{
	int moved[SPAWN_ARGUMENTS_MAX];

	for (unsigned i = 0; i < spawn->fd_count; i++)
		moved[i] = fcntl(spawn->fds[i], F_DUPFD_CLOEXEC, (int)(FIRST_FD + spawn->fd_count));
	for (unsigned i = 0; i < spawn->fd_count; i++) {
		if (moved[i] < 0 || dup2(moved[i], (int)(FIRST_FD + i)) < 0)
			_exit(SPAWN_NO_DESCRIPTORS);
	}
	(void)close_range(FIRST_FD + spawn->fd_count, ~0U, 0);
}

static _Noreturn void
run_child(const struct spawn *spawn, const char *path, char *const argv[])
{
	(void)setpgid(0, 0);
	arrange_fds(spawn);
	(void)execv(path, argv);
	_exit(SPAWN_NO_PROGRAM);
}

static enum status
name_path(const struct spawn *spawn, char ret_path[PATH_MAX], struct error *err)
{
	int len = snprintf(ret_path, PATH_MAX, "%s/%s", spawn->directory, spawn->program);

	if (len < 0 || len >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "the path of %s is too long", spawn->program);
	return STATUS_OK;
}

enum status
spawn_check(const struct spawn *spawn, struct error *err)
{
	char path[PATH_MAX];
	enum status status = name_path(spawn, path, err);

	if (status != STATUS_OK || access(path, X_OK) == 0)
		return status;
	(void)error_set_errno(err, "cannot run %s (SIGNETD_LIBEXEC says where the programs are)", path);
	return STATUS_REFUSED;
}

enum status
spawn_start(const struct spawn *spawn, pid_t *ret_pid, struct error *err)
{
	const char *argv[SPAWN_ARGUMENTS_MAX + 2] = { spawn->program };
	char path[PATH_MAX];
	enum status status = name_path(spawn, path, err);
	pid_t pid;

	if (status != STATUS_OK)
		return status;
	for (unsigned i = 0; i < spawn->argument_count; i++)
		argv[i + 1] = spawn->arguments[i];
	pid = fork();
	if (pid < 0)
		return error_set_errno(err, "cannot start %s", spawn->program);
	if (pid == 0)
		run_child(spawn, path, (char *const *)(uintptr_t)argv);
	*ret_pid = pid;
	return STATUS_OK;
}
