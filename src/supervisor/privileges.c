/* SPDX-License-Identifier: ISC */
#include "supervisor/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KEPT (1U << CAP_SETUID | 1U << CAP_SETGID | 1U << CAP_KILL)

static enum status
drop_bounding_set(struct error *err)
{
	/* the first unknown number is the end of the kernel's list */
	for (unsigned cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (cap < 32 && (KEPT & 1U << cap) != 0)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0 && errno != EPERM)
			return error_set_errno(err, "cannot drop capability %u", cap);
	}
	return STATUS_OK;
}

enum status
privileges_drop(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { KEPT, KEPT, 0 }, { 0, 0, 0 } };
	enum status status;

	if (geteuid() != 0)
		return STATUS_OK;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	status = drop_bounding_set(err);
	if (status != STATUS_OK)
		return status;
	if (syscall(SYS_capset, &header, data) != 0)
		return error_set_errno(err, "cannot drop capabilities");
	return STATUS_OK;
}
