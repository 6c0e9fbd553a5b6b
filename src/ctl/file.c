/* SPDX-License-Identifier: ISC */
#include "ctl/file.h"

#include <stdio.h>

static enum status
read_stream(FILE *stream, const char *what, struct buf *text, struct error *err)
{
	size_t got;

	do {
		char *at = buf_extend(text, FILE_READ_AHEAD);

		if (at == NULL)
			return error_set(err, buf_status(text), "too large for %s", what);
		got = fread(at, 1, FILE_READ_AHEAD, stream);
		text->len -= FILE_READ_AHEAD - got;
	} while (got > 0);
	return ferror(stream) ? error_set_errno(err, "cannot read it") : STATUS_OK;
}

enum status
file_read(const char *path, const char *what, struct buf *text, struct error *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *stream = is_stdin ? stdin : fopen(path, "re");
	enum status status;

	if (stream == NULL)
		return error_set_errno(err, "cannot open it");
	status = read_stream(stream, what, text, err);
	if (!is_stdin)
		(void)fclose(stream);
	return status;
}
