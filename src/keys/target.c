/* SPDX-License-Identifier: ISC */
#include "keys/target.h"

#include "base/buf.h"
#include "keys/readable.h"

#define LETTERS 6

enum status
target_make(const char *selector, const char *zone, const uint8_t random[TARGET_RANDOM_SIZE],
    char ret_name[DOMAIN_MAX + 1], struct error *err)
{
	char name[DOMAIN_MAX + 1];
	struct buf b;

	buf_init_fixed(&b, name, sizeof(name));
	buf_put_text(&b, selector);
	buf_put_char(&b, '.');
	readable_put(&b, random, TARGET_RANDOM_SIZE, LETTERS);
	buf_put_char(&b, '.');
	buf_put_text(&b, zone);
	buf_put_char(&b, '\0');
	if (buf_status(&b) != STATUS_OK)
		return error_set(err, STATUS_TOO_LARGE,
		    "selector \"%s\" is too long for the provider zone %s: a DNS name has at most %d "
		    "octets",
		    selector, zone, DOMAIN_MAX);
	memcpy(ret_name, name, sizeof(name));
	return STATUS_OK;
}

bool
target_is_in(const char *name, const char *zone)
{
	struct slice rest = slice_from_text(name);
	struct slice end = slice_from_text(zone != NULL ? zone : "");

	return end.len > 0 && rest.len > end.len && rest.ptr[rest.len - end.len - 1] == '.' &&
	    slice_equal(slice_after(rest, rest.len - end.len), end);
}
