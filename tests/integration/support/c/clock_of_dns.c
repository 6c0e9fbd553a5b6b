/* SPDX-License-Identifier: ISC */
/* signetd-dns has a clock that is an hour behind, as far as ldns asks it. */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/time.h>

int
gettimeofday(struct timeval *restrict ret_now, void *restrict zone)
{
	int (*next)(struct timeval *, void *) = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
	int result = next(ret_now, zone);

	if (strcmp(program_invocation_short_name, "signetd-dns") == 0)
		ret_now->tv_sec -= 3600;
	return result;
}
