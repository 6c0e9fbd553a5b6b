/* SPDX-License-Identifier: ISC */
#include "process/inherit.h"

#include <fcntl.h>

#include "base/scan.h"

/* The text behind name=, or an empty slice. */
static struct slice
find_value(const struct inherit *inherit, const char *name)
{
	for (int i = 1; i < inherit->argc; i++) {
		struct slice rest = slice_from_text(inherit->argv[i]);
		struct slice key = slice_cut(&rest, '=');

		if (slice_equal(key, slice_from_text(name)))
			return rest;
	}
	return SLICE_EMPTY;
}

enum status
inherit_number(
    const struct inherit *inherit, const char *name, uint32_t *ret_number, struct error *err)
{
	struct slice text = find_value(inherit, name);
	uint64_t number;

	if (text.len == 0)
		return error_set(err, STATUS_NOT_FOUND,
		    "argument %s= is missing: this program is started by signetd, not by hand", name);
	if (scan_u64(text, UINT32_MAX, &number) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "argument %s= is not a number", name);
	*ret_number = (uint32_t)number;
	return STATUS_OK;
}

enum status
inherit_fd(const struct inherit *inherit, const char *name, int *ret_fd, struct error *err)
{
	uint32_t number;
	enum status status = inherit_number(inherit, name, &number, err);

	if (status != STATUS_OK)
		return status;
	if (number > INT32_MAX || fcntl((int)number, F_SETFD, FD_CLOEXEC) != 0)
		return error_set_errno(err, "descriptor %s=%u", name, number);
	*ret_fd = (int)number;
	return STATUS_OK;
}

int
inherit_optional_fd(const struct inherit *inherit, const char *name)
{
	int fd = -1;

	return inherit_fd(inherit, name, &fd, NULL) == STATUS_OK ? fd : -1;
}
