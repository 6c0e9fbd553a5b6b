/* SPDX-License-Identifier: ISC */
/*
 * inject PID: has a living process make system calls, and tells what they
 * return. For each line "NUMBER ARGUMENT…" on stdin (hexadecimal or decimal;
 * "@TEXT" is put into the process's memory and stands for its address) a line
 * with the result. x86-64.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

static pid_t pid;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
poke(unsigned long at, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i += 8) {
		unsigned long word = 0;

		memcpy(&word, (const char *)bytes + i, len - i < 8 ? len - i : 8);
		if (ptrace(PTRACE_POKEDATA, pid, at + i, word) != 0)
			die("poke");
	}
}

/* At an instruction of our choosing: syscall (0f 05). */
static long
call(const struct user_regs_struct *saved, const unsigned long arguments[7])
{
	struct user_regs_struct regs = *saved;
	static const unsigned char syscall_instruction[] = { 0x0f, 0x05, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc };
	unsigned long code;
	int status;

	errno = 0;
	code = (unsigned long)ptrace(PTRACE_PEEKTEXT, pid, saved->rip, 0);
	if (errno != 0)
		die("peek");
	poke(saved->rip, syscall_instruction, sizeof(syscall_instruction));
	regs.rax = arguments[0];
	regs.rdi = arguments[1];
	regs.rsi = arguments[2];
	regs.rdx = arguments[3];
	regs.r10 = arguments[4];
	regs.r8 = arguments[5];
	regs.r9 = arguments[6];
	regs.orig_rax = (unsigned long)-1; /* no restart of what was interrupted */
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs) != 0 || ptrace(PTRACE_SINGLESTEP, pid, 0, 0) != 0)
		die("step");
	if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		die("it ended");
	if (ptrace(PTRACE_GETREGS, pid, 0, &regs) != 0)
		die("registers");
	poke(saved->rip, &code, sizeof(code));
	return (long)regs.rax;
}

/* Texts go below the red zone of the stack. */
static unsigned long
argument(const struct user_regs_struct *saved, const char *text, unsigned long *used)
{
	if (text[0] != '@')
		return strtoul(text, NULL, 0);
	*used += (strlen(text + 1) + 1 + 15) & ~15UL;
	poke(saved->rsp - 1024 - *used, text + 1, strlen(text + 1) + 1);
	return saved->rsp - 1024 - *used;
}

int
main(int argc, char **argv)
{
	struct user_regs_struct saved;
	char line[512];

	pid = argc == 2 ? (pid_t)atol(argv[1]) : 0;
	if (pid == 0 || ptrace(PTRACE_ATTACH, pid, 0, 0) != 0 || waitpid(pid, NULL, __WALL) != pid ||
	    ptrace(PTRACE_GETREGS, pid, 0, &saved) != 0)
		die("attach");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		unsigned long arguments[7] = { 0 };
		unsigned long used = 0;
		unsigned count = 0;

		for (char *word = strtok(line, " \n"); word != NULL && count < 7; word = strtok(NULL, " \n"))
			arguments[count++] = argument(&saved, word, &used);
		(void)printf("%ld\n", call(&saved, arguments));
	}
	/* orig_rax is as it was: the kernel restarts what we interrupted */
	if (ptrace(PTRACE_SETREGS, pid, 0, &saved) != 0 || ptrace(PTRACE_DETACH, pid, 0, 0) != 0)
		die("detach");
	return 0;
}
