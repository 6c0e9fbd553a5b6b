/* SPDX-License-Identifier: ISC */
#include "ctl/message_file.h"

#include "ctl/file.h"

enum outcome
message_file_load(const char *path, struct message *message)
{
	struct error err = { "" };
	struct buf text;
	enum status status;

	buf_init(&text, MESSAGE_MAX + FILE_READ_AHEAD);
	status = file_read(path, "a message", &text, &err);
	if (status == STATUS_OK)
		status = message_parse(message, buf_slice(&text), &err);
	buf_done(&text);
	return status == STATUS_OK ? OUTCOME_YES : session_fail("%s: %s", path, err.text);
}
