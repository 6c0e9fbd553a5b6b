/* SPDX-License-Identifier: ISC */
/* A libmilter that does not know "fd:N", as upstream's does not. */
#include <dlfcn.h>
#include <string.h>

int smfi_setconn(char *address);

int
smfi_setconn(char *address)
{
	int (*next)(char *) = (int (*)(char *))dlsym(RTLD_NEXT, "smfi_setconn");

	return strncmp(address, "fd:", 3) == 0 ? -1 : next(address);
}
