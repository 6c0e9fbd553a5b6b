/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/walls.h"

/*
 * What a taken-over role tries, behind the walls of a milter or the vault:
 * each attempt runs in a child that has raised them, and its exit status says
 * what came of it.
 */

static const struct wall wall = { .syscall_groups = SYSCALLS_COMMON | SYSCALLS_ACCEPT };

static int
make_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0);
}

static int
make_unix_socket(void)
{
	return socket(AF_UNIX, SOCK_DGRAM, 0);
}

static int
connect_anything(void)
{
	const struct sockaddr address = { .sa_family = AF_UNSPEC };

	return connect(0, &address, sizeof(address));
}

static int
open_a_file(void)
{
	return open("/etc/passwd", O_RDONLY);
}

static int
make_a_file(void)
{
	return open("/tmp/should-not-exist", O_WRONLY | O_CREAT, 0600);
}

static int
run_a_program(void)
{
	char *const nothing[] = { NULL };

	return execve("/bin/true", nothing, nothing);
}

static int
fork_a_process(void)
{
	long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

	if (pid == 0)
		_exit(0);
	return (int)pid;
}

static int
signal_another(void)
{
	return kill(getppid(), 0);
}

static int
signal_a_thread_of_another(void)
{
	return (int)syscall(SYS_tgkill, getppid(), getppid(), 0);
}

static int
trace_another(void)
{
	return (int)ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}

static int
read_anothers_memory(void)
{
	char byte;
	struct iovec mine = { &byte, 1 };
	struct iovec theirs = { &byte, 1 };

	return (int)process_vm_readv(getppid(), &mine, 1, &theirs, 1, 0);
}

static int
open_another_by_pidfd(void)
{
	return (int)syscall(SYS_pidfd_open, getppid(), 0);
}

static int channel[2]; /* made before the walls */

/* It would be closed for all later lives of both ends. */
static int
shut_a_channel(void)
{
	return shutdown(channel[0], SHUT_RDWR);
}

static int
make_memory_executable(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) ==
	        MAP_FAILED
	    ? -1
	    : 0;
}

static int
change_uid(void)
{
	return setuid(getuid());
}

static const struct {
	const char *name;
	int (*attempt)(void);
} attempts[] = {
	{ "socket(AF_INET)", make_socket },
	{ "socket(AF_UNIX)", make_unix_socket },
	{ "connect", connect_anything },
	{ "open for reading", open_a_file },
	{ "open for writing", make_a_file },
	{ "execve", run_a_program },
	{ "fork", fork_a_process },
	{ "kill", signal_another },
	{ "tgkill", signal_a_thread_of_another },
	{ "ptrace", trace_another },
	{ "process_vm_readv", read_anothers_memory },
	{ "pidfd_open", open_another_by_pidfd },
	{ "shutdown", shut_a_channel },
	{ "executable memory", make_memory_executable },
	{ "setuid", change_uid },
};

enum outcome { REFUSED = 0, SUCCEEDED = 1, OTHER_ERROR = 2, NO_WALLS = 3 };

static _Noreturn void
try_behind_walls(int (*attempt)(void))
{
	int abi;

	if (walls_raise(&wall, &abi, NULL) != STATUS_OK)
		_exit(NO_WALLS);
	if (attempt() >= 0)
		_exit(SUCCEEDED);
	_exit(errno == EPERM || errno == EACCES ? REFUSED : OTHER_ERROR);
}

static int
status_of(int (*attempt)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		try_behind_walls(attempt);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
walls__refuse_and_never_kill(void **state)
{
	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, channel), 0);
	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		int status = status_of(attempts[i].attempt);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != REFUSED)
			fail_msg("%s: %s %d", attempts[i].name,
			    WIFEXITED(status) ? "outcome" : "killed by signal",
			    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
}

/* The positive control: without walls most of it works. */
static void
walls__are_what_refuses(void **state)
{
	int fd = make_socket();

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	fd = open_a_file();
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(signal_another(), 0);
}

static int
use_what_is_allowed(void)
{
	char *memory = malloc(1 << 20);
	int ends[2];

	if (memory == NULL || pipe(ends) != 0 || write(ends[1], "x", 1) != 1)
		return -1;
	memset(memory, 1, 1 << 20);
	free(memory);
	return read(ends[0], ends, 1) == 1 && raise(SIGURG) == 0 ? 0 : -1;
}

static void
walls__leave_room_to_work(void **state)
{
	int status = status_of(use_what_is_allowed);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), SUCCEEDED);
}

/* A role with files may touch its own directory and nothing beside it. */
static char allowed_directory[] = "/tmp/signetd-walls-XXXXXX";

static int
use_files(void)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/file", allowed_directory);
	if (open(path, O_RDWR | O_CREAT, 0600) < 0 || unlink(path) != 0)
		return -1;
	/* now what must fail */
	return open_a_file() < 0 && make_a_file() < 0 ? 0 : -1;
}

static void
walls__files_of_a_role_are_below_its_paths(void **state)
{
	const struct landlock_path paths[] = { { allowed_directory, LANDLOCK_WRITE } };
	const struct wall files = { SYSCALLS_COMMON | SYSCALLS_FILES, { .paths = paths, .path_count = 1 } };
	pid_t pid;
	int status;

	(void)state;
	assert_non_null(mkdtemp(allowed_directory));
	pid = fork();
	if (pid == 0) {
		int abi;

		if (walls_raise(&files, &abi, NULL) != STATUS_OK || abi == 0)
			_exit(NO_WALLS);
		_exit(use_files() == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	(void)rmdir(allowed_directory);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(walls__refuse_and_never_kill),
		cmocka_unit_test(walls__are_what_refuses),
		cmocka_unit_test(walls__leave_room_to_work),
		cmocka_unit_test(walls__files_of_a_role_are_below_its_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
