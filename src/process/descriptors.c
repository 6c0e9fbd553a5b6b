/* SPDX-License-Identifier: ISC */
#include "process/descriptors.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

void
descriptors_raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

size_t
descriptors_max(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
		return SIZE_MAX;
	return (size_t)limit.rlim_cur;
}

size_t
descriptors_free(size_t wanted)
{
	int taken[DESCRIPTORS_FREE_MAX];
	size_t count = 0;

	while (count < wanted && count < DESCRIPTORS_FREE_MAX) {
		taken[count] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
		if (taken[count] < 0)
			break;
		count++;
	}
	for (size_t i = 0; i < count; i++)
		(void)close(taken[i]);
	return count;
}
