/* SPDX-License-Identifier: ISC */
#include "process/syscalls.h"

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static const int common[] = {
	SCMP_SYS(brk),
	SCMP_SYS(clock_getres),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(close),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	SCMP_SYS(fcntl),
	SCMP_SYS(fstat),
	SCMP_SYS(futex),
	SCMP_SYS(getegid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getpid),
	SCMP_SYS(getppid),
	SCMP_SYS(getrandom),
	SCMP_SYS(gettid),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getuid),
	SCMP_SYS(lseek),
	SCMP_SYS(madvise),
	SCMP_SYS(membarrier),
	SCMP_SYS(mremap),
	SCMP_SYS(munmap),
	SCMP_SYS(nanosleep),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(pread64),
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(rseq),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigtimedwait),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_getparam),
	SCMP_SYS(sched_getscheduler),
	SCMP_SYS(sched_setscheduler),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendto),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(sysinfo),
	SCMP_SYS(time),
	SCMP_SYS(write),
	SCMP_SYS(writev),
};

static const int accepting[] = {
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(listen),
	SCMP_SYS(pipe),
	SCMP_SYS(pipe2),
	SCMP_SYS(pselect6), /* select(2) of newer libraries */
	SCMP_SYS(select),
	SCMP_SYS(setsockopt),
};

static const int files[] = {
	SCMP_SYS(access),
	SCMP_SYS(chmod),
	SCMP_SYS(fallocate),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(fdatasync),
	SCMP_SYS(fstatfs),
	SCMP_SYS(fsync),
	SCMP_SYS(ftruncate),
	SCMP_SYS(getcwd),
	SCMP_SYS(getdents64),
	SCMP_SYS(lstat),
	SCMP_SYS(mkdir),
	SCMP_SYS(msync),
	SCMP_SYS(newfstatat),
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(pwrite64),
	SCMP_SYS(pwritev),
	SCMP_SYS(readlink),
	SCMP_SYS(rename),
	SCMP_SYS(stat),
	SCMP_SYS(statfs),
	SCMP_SYS(sync_file_range),
	SCMP_SYS(unlink),
	SCMP_SYS(utimensat),
};

static const int events[] = {
	SCMP_SYS(epoll_create1),
	SCMP_SYS(eventfd2),
	SCMP_SYS(signalfd4),
	SCMP_SYS(timerfd_create),
	SCMP_SYS(timerfd_gettime),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(waitid),
};

static const int waiting[] = {
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_wait),
};

static const int locking[] = {
	SCMP_SYS(mlock),
	SCMP_SYS(mlock2),
	SCMP_SYS(mlockall),
	SCMP_SYS(munlock),
	SCMP_SYS(munlockall),
};

static const int relisting[] = {
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
};

/* socket is allowed by its family, below */
static const int connecting[] = {
	SCMP_SYS(connect),
	SCMP_SYS(getpeername),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
};

static const struct {
	enum syscall_group group;
	const int *calls;
	size_t count;
} groups_table[] = {
	{ SYSCALLS_COMMON, common, sizeof(common) / sizeof(common[0]) },
	{ SYSCALLS_ACCEPT, accepting, sizeof(accepting) / sizeof(accepting[0]) },
	{ SYSCALLS_FILES, files, sizeof(files) / sizeof(files[0]) },
	{ SYSCALLS_EVENTS, events, sizeof(events) / sizeof(events[0]) },
	{ SYSCALLS_WAIT, waiting, sizeof(waiting) / sizeof(waiting[0]) },
	{ SYSCALLS_LOCK, locking, sizeof(locking) / sizeof(locking[0]) },
	{ SYSCALLS_CONNECT, connecting, sizeof(connecting) / sizeof(connecting[0]) },
	{ SYSCALLS_RELIST, relisting, sizeof(relisting) / sizeof(relisting[0]) },
};

static int
allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int result = 0;

	for (size_t i = 0; i < count && result == 0; i++)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return result;
}

static int
allow_groups(scmp_filter_ctx filter, unsigned groups)
{
	int result = 0;

	for (size_t i = 0; i < sizeof(groups_table) / sizeof(groups_table[0]) && result == 0; i++) {
		if ((groups & groups_table[i].group) != 0)
			result = allow(filter, groups_table[i].calls, groups_table[i].count);
	}
	return result;
}

/* Calls that are harmless with some arguments only. */
static int
allow_by_argument(scmp_filter_ctx filter)
{
	uint64_t self = (uint64_t)getpid();
	int result;

	/* a thread, never a process */
	result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* memory is never executable */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* signals to oneself, limits of oneself */
	if (result == 0)
		result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		    SCMP_A0(SCMP_CMP_EQ, self));
	if (result == 0)
		result = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1, SCMP_A0(SCMP_CMP_EQ, 0));

	return result;
}

static int
allow_families(scmp_filter_ctx filter, unsigned groups)
{
	int result = 0;

	if ((groups & SYSCALLS_CONNECT) == 0)
		return 0;
	result = seccomp_rule_add(
	    filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET));
	if (result == 0)
		result = seccomp_rule_add(
		    filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_INET6));
	return result;
}

enum status
syscalls_confine(unsigned groups, struct error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	enum status status = STATUS_SYSTEM;
	int result;

	if (filter == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the seccomp filter");
	result = allow_groups(filter, groups);
	if (result == 0)
		result = allow_by_argument(filter);
	if (result == 0)
		result = allow_families(filter, groups);
	if (result == 0)
		result = allow(filter, syscalls_extra, syscalls_extra_count);
	if (result == 0)
		result = seccomp_load(filter);
	if (result == 0)
		status = STATUS_OK;
	else
		status = error_set(err, STATUS_SYSTEM, "cannot load the seccomp filter: %s",
		    strerrordesc_np(-result));
	seccomp_release(filter);
	return status;
}
