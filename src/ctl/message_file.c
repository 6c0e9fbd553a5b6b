/* SPDX-License-Identifier: ISC */
#include "ctl/message_file.h"

#include <errno.h>
#include <stdio.h>

#define READ_SIZE 65536

static enum status
read_stream(FILE *stream, struct buf *text, struct error *err)
{
	size_t got;

	do {
		char *at = buf_extend(text, READ_SIZE);

		if (at == NULL)
			return error_set(err, buf_status(text), "too large for a message");
		got = fread(at, 1, READ_SIZE, stream);
		text->len -= READ_SIZE - got;
	} while (got > 0);
	return ferror(stream) ? error_set_errno(err, "cannot read it") : STATUS_OK;
}

/* The file's text; "-" is standard input. */
static enum status
read_file(const char *path, struct buf *text, struct error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *stream = is_stdin ? stdin : fopen(path, "re");
	enum status status;

	if (stream == NULL)
		return error_set_errno(err, "cannot open it");
	status = read_stream(stream, text, err);
	if (!is_stdin)
		(void)fclose(stream);
	return status;
}

enum outcome
message_file_load(const char *path, struct message *message)
{
	struct error err = { "" };
	struct buf text;
	enum status status;

	buf_init(&text, MESSAGE_MAX + READ_SIZE);
	status = read_file(path, &text, &err);
	if (status == STATUS_OK)
		status = message_parse(message, buf_slice(&text), &err);
	buf_done(&text);
	return status == STATUS_OK ? OUTCOME_YES : session_fail("%s: %s", path, err.text);
}
