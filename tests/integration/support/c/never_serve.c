/* SPDX-License-Identifier: ISC */
/* Preloaded: a libmilter that is called and does not get as far as taking connections. */
#include <unistd.h>

int
smfi_main(void)
{
	for (;;)
		(void)sleep(60);
}
