/* SPDX-License-Identifier: ISC */
#include "process/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What kernel headers older than the running kernel do not name. */
#define FS_TRUNCATE (1ULL << 14)  /* ABI 3 */
#define FS_IOCTL_DEV (1ULL << 15) /* ABI 5 */
#define NET_BIND_TCP (1ULL << 0)  /* ABI 4 */
#define NET_CONNECT_TCP (1ULL << 1)
#define SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6 */
#define SCOPE_SIGNAL (1ULL << 1)

#define FS_ALL_OF_ABI_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

#define FS_FOR_READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define FS_FOR_WRITING                                                                          \
	(FS_FOR_READING | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |            \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | FS_TRUNCATE)

/* What a rule for a file, not a directory, may say. */
#define FS_OF_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | FS_TRUNCATE)

/* The kernel's struct landlock_ruleset_attr as of ABI 6; its size says which. */
struct ruleset {
	uint64_t fs;
	uint64_t net;
	uint64_t scoped;
};

/* What is forbidden unless a rule allows it, by the first ABI that knows it. */
static const struct {
	int abi;
	size_t size; /* of the ruleset this ABI takes */
	struct ruleset adds;
} steps[] = {
	{ 1, sizeof(uint64_t), { FS_ALL_OF_ABI_1, 0, 0 } },
	{ 2, sizeof(uint64_t), { LANDLOCK_ACCESS_FS_REFER, 0, 0 } },
	{ 3, sizeof(uint64_t), { FS_TRUNCATE, 0, 0 } },
	{ 4, 2 * sizeof(uint64_t), { 0, NET_BIND_TCP | NET_CONNECT_TCP, 0 } },
	{ 5, 2 * sizeof(uint64_t), { FS_IOCTL_DEV, 0, 0 } },
	{ 6, 3 * sizeof(uint64_t), { 0, 0, SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL } },
};

static size_t
ruleset_of_abi(int abi, struct ruleset *ret_ruleset)
{
	struct ruleset all = { 0, 0, 0 };
	size_t size = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].abi > abi)
			break;
		all.fs |= steps[i].adds.fs;
		all.net |= steps[i].adds.net;
		all.scoped |= steps[i].adds.scoped;
		size = steps[i].size;
	}
	*ret_ruleset = all;
	return size;
}

/* The kernel refuses a rule that gives a file what only a directory has. */
static uint64_t
rights_of(int fd, enum landlock_access access)
{
	uint64_t wanted = access == LANDLOCK_WRITE ? FS_FOR_WRITING : FS_FOR_READING;
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) ? wanted : wanted & FS_OF_FILES;
}

static enum status
add_path(int ruleset_fd, const struct landlock_path *path, uint64_t handled, struct error *err)
{
	struct landlock_path_beneath_attr rule = { 0 };
	long result;

	rule.parent_fd = open(path->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return error_set_errno(err, "cannot open %s for the walls", path->path);
	rule.allowed_access = rights_of(rule.parent_fd, path->access) & handled;
	result = syscall(SYS_landlock_add_rule, ruleset_fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	if (result != 0)
		(void)error_set_errno(err, "cannot allow %s", path->path);
	(void)close(rule.parent_fd);
	return result == 0 ? STATUS_OK : STATUS_SYSTEM;
}

/* The kernel's struct landlock_net_port_attr, and the type of its rule. */
struct port_rule {
	uint64_t allowed_access;
	uint64_t port;
};
#define RULE_NET_PORT 2

static enum status
add_port(int ruleset_fd, uint16_t port, struct error *err)
{
	struct port_rule rule = { NET_CONNECT_TCP, port };

	if (syscall(SYS_landlock_add_rule, ruleset_fd, RULE_NET_PORT, &rule, 0) != 0)
		return error_set_errno(err, "cannot allow connections to port %u", port);
	return STATUS_OK;
}

static enum status
add_rules(int ruleset_fd, const struct landlock_allowed *allowed, const struct ruleset *handled,
    struct error *err)
{
	bool has_ports = (handled->net & NET_CONNECT_TCP) != 0;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < allowed->path_count && status == STATUS_OK; i++)
		status = add_path(ruleset_fd, &allowed->paths[i], handled->fs, err);
	for (size_t i = 0; i < allowed->tcp_port_count && has_ports && status == STATUS_OK; i++)
		status = add_port(ruleset_fd, allowed->tcp_ports[i], err);
	return status;
}

enum status
landlock_confine(const struct landlock_allowed *allowed, int *ret_abi, struct error *err)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset handled;
	enum status status;
	size_t size;
	int fd;

	if (abi < 0 && (errno == ENOSYS || errno == EOPNOTSUPP)) {
		*ret_abi = 0;
		return STATUS_OK;
	}
	size = ruleset_of_abi((int)abi, &handled);
	fd = (int)syscall(SYS_landlock_create_ruleset, &handled, size, 0);
	if (fd < 0)
		return error_set_errno(err, "cannot make a Landlock ruleset");
	status = add_rules(fd, allowed, &handled, err);
	if (status == STATUS_OK && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
		status = error_set_errno(err, "cannot confine by Landlock");
	if (status == STATUS_OK)
		*ret_abi = (int)abi;
	(void)close(fd);
	return status;
}
