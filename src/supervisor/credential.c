/* SPDX-License-Identifier: ISC */
#include "supervisor/credential.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/slice.h"

static enum status
join(const char *directory, const char *between, const char *name, char ret_path[PATH_MAX],
    struct error *err)
{
	int len = snprintf(ret_path, PATH_MAX, "%s%s%s", directory, between, name);

	if (len < 0 || len >= PATH_MAX)
		return error_set(err, STATUS_REFUSED, "the path of %s is too long", name);
	return STATUS_OK;
}

enum status
credential_path(const char *configured, char ret_path[PATH_MAX], struct error *err)
{
	struct slice text = slice_from_text(configured);
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	const char *name = configured + sizeof("credential:") - 1;
	enum status status;

	if (!slice_starts_with(text, SLICE_LITERAL("credential:")))
		return join(configured, "", "", ret_path, err);
	if (directory == NULL)
		return error_set(err, STATUS_REFUSED,
		    "there is no %s: systemd passes credentials, and did not start this (systemd-run -p "
		    "LoadCredential=%s)",
		    configured, name);
	status = join(directory, "/", name, ret_path, err);
	if (status == STATUS_OK && access(ret_path, F_OK) != 0)
		return error_set(err, STATUS_REFUSED,
		    "there is no %s: put it at /etc/credstore/%s, or name it in LoadCredential= of the unit; "
		    "systemd passes it at the next restart",
		    configured, name);
	return status;
}
