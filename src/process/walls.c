/* SPDX-License-Identifier: ISC */
#include "process/walls.h"

#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

static enum status
check_no_way_back(uid_t uid, struct error *err)
{
	if (uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return error_set(err, STATUS_SYSTEM, "uid %u could become root again", (unsigned)uid);
	return STATUS_OK;
}

enum status
walls_change_user(uid_t uid, gid_t gid, struct error *err)
{
	if (geteuid() != 0) {
		if (geteuid() != uid || getegid() != gid)
			return error_set(err, STATUS_REFUSED, "only root can start a role as uid %u",
			    (unsigned)uid);
		return STATUS_OK;
	}
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0)
		return error_set_errno(err, "cannot become gid %u", (unsigned)gid);
	if (setresuid(uid, uid, uid) != 0)
		return error_set_errno(err, "cannot become uid %u", (unsigned)uid);
	return check_no_way_back(uid, err);
}

enum status
walls_raise(const struct wall *wall, int *ret_landlock_abi, struct error *err)
{
	enum status status;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return error_set_errno(err, "cannot give up new privileges");
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return error_set_errno(err, "cannot forbid core dumps");
	status = landlock_confine(&wall->allowed, ret_landlock_abi, err);
	if (status != STATUS_OK)
		return status;
	return syscalls_confine(wall->syscall_groups, err);
}
