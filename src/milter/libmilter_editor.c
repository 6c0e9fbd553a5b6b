/* SPDX-License-Identifier: ISC */
#include "milter/libmilter_editor.h"

#include <stdio.h>

#include "base/buf.h"

/* Of insheader's value: "\r" goes, so it never grows. */
#define FIELD_VALUE_MAX 65000U

/* Line ends inside a value go out as bare LF; one leading space is the MTA's unless we agreed otherwise. */
static enum status
insert_field(void *context, const char *name, struct slice value)
{
	SMFICTX *ctx = context;
	const struct libmilter_connection *connection = smfi_getpriv(ctx);
	bool is_exact = (connection->steps & SMFIP_HDR_LEADSPC) != 0;
	char field_name[72]; /* no name in the settings is longer */
	struct buf text;
	enum status status;

	buf_init(&text, FIELD_VALUE_MAX);
	if (!is_exact && slice_starts_with(value, SLICE_LITERAL(" ")))
		value = slice_after(value, 1);
	while (value.len > 0)
		buf_put(&text, slice_cut(&value, '\r'));
	buf_put_char(&text, '\0');
	(void)snprintf(field_name, sizeof(field_name), "%s", name);
	status = buf_status(&text);
	if (status == STATUS_OK && smfi_insheader(ctx, 0, field_name, text.ptr) != MI_SUCCESS)
		status = STATUS_SYSTEM;
	buf_done(&text);
	return status;
}

static enum status
remove_field(void *context, const char *name, size_t index)
{
	char field_name[72];

	(void)snprintf(field_name, sizeof(field_name), "%s", name);
	return smfi_chgheader(context, field_name, (int)index, NULL) == MI_SUCCESS ? STATUS_OK
	                                                                         : STATUS_SYSTEM;
}

static enum status
set_sender(void *context, const char *address)
{
	char path[320];

	(void)snprintf(path, sizeof(path), "<%s>", address);
	return smfi_chgfrom(context, path, NULL) == MI_SUCCESS ? STATUS_OK : STATUS_SYSTEM;
}

struct session_editor
libmilter_editor_of(SMFICTX *ctx)
{
	return (struct session_editor){ insert_field, remove_field, set_sender, ctx };
}
