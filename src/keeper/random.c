/* SPDX-License-Identifier: ISC */
#include "keeper/random.h"

#include <errno.h>
#include <sys/random.h>

enum status
random_fill(uint8_t *ret_bytes, size_t size, struct error *err)
{
	ssize_t got;

	do {
		got = getrandom(ret_bytes, size, 0);
	} while (got < 0 && errno == EINTR);
	return got == (ssize_t)size ? STATUS_OK : error_set_errno(err, "cannot get random octets");
}
