/* SPDX-License-Identifier: ISC */
#include "supervisor/advice.h"

#include <string.h>

#include "base/slice.h"

static const char queue_path[] = "unix:/var/spool/postfix/";

/* Postfix has HOST:PORT, an IPv6 address in brackets. */
static void
write_inet(struct buf *out, struct slice rest)
{
	struct slice host = slice_cut(&rest, '@');
	bool is_ipv6 = memchr(host.ptr, ':', host.len) != NULL;

	buf_put_text(out, is_ipv6 ? "inet:[" : "inet:");
	buf_put(out, host);
	buf_put_text(out, is_ipv6 ? "]:" : ":");
	buf_put(out, rest);
}

void
advice_write_milter(struct buf *out, const char *address)
{
	struct slice rest = slice_from_text(address);

	if (strncmp(address, queue_path, strlen(queue_path)) == 0) {
		buf_put_text(out, "unix:");
		buf_put_text(out, address + strlen(queue_path));
	} else if (slice_equal(slice_cut(&rest, ':'), SLICE_LITERAL("inet"))) {
		write_inet(out, rest);
	} else {
		buf_put_text(out, address);
	}
}
