/* SPDX-License-Identifier: ISC */
#include "keys/org.h"

#include "base/scan.h"
#include "keys/domain.h"

static bool
is_org_char(char c)
{
	return scan_is_alnum(c) || c == '.' || c == '_' || c == '-';
}

static bool
is_org(struct slice text)
{
	if (text.len == 0 || !scan_is_alnum(text.ptr[0]))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_org_char(text.ptr[i]))
			return false;
	}
	return true;
}

enum status
org_check(struct slice text, char ret_org[ORG_MAX + 1], struct error *err)
{
	if (!is_org(text))
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no name for an organization: letters, digits and . _ - are, "
		    "beginning with a letter or digit",
		    SLICE_PRINT(domain_quote(text)));
	if (text.len > ORG_MAX)
		return error_set(err, STATUS_TOO_LARGE,
		    "an organization's name has at most %d octets, not %zu", ORG_MAX, text.len);
	memcpy(ret_org, text.ptr, text.len);
	ret_org[text.len] = '\0';
	return STATUS_OK;
}
