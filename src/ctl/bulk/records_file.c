/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/records_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LINE_MAX_BYTES (1U << 20)
#define FILE_MODE 0644

struct format {
	const char *name;
	const char *ending; /* behind the records of a key: they are in a zone of their own */
};

static const struct format formats[] = {
	{ "zone", "" },
	{ "oneline", "" },
	{ "nsupdate", "send\n" },
	{ "json", NULL },
};

struct records_file {
	const char *path;
	const struct format *format;
	FILE *stream;
	char *new_path;
};

static enum status
find_format(const char *name, const struct format **ret_format, struct error *err)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (name != NULL && strcmp(formats[i].name, name) != 0)
			continue;
		*ret_format = &formats[i];
		return STATUS_OK;
	}
	return error_set(
	    err, STATUS_INVALID, "--format \"%s\" is none of: zone, oneline, nsupdate, json", name);
}

/* What lies there is of a run that was killed, or of somebody who prepared it: not to be written through. */
static enum status
open_new(struct records_file *file, struct error *err)
{
	int fd;

	if (asprintf(&file->new_path, "%s.new", file->path) < 0) {
		file->new_path = NULL;
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	(void)unlink(file->new_path);
	fd = open(file->new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, FILE_MODE);
	if (fd < 0)
		return error_set_errno(err, "cannot write %s", file->new_path);
	file->stream = fdopen(fd, "w");
	if (file->stream != NULL)
		return STATUS_OK;
	close(fd);
	return error_set(err, STATUS_NO_MEMORY, "out of memory");
}

static void
release(struct records_file **file)
{
	free((*file)->new_path);
	free(*file);
	*file = NULL;
}

enum status
records_file_open(
    const char *path, const char *format, struct records_file **ret_file, struct error *err)
{
	struct records_file *file = calloc(1, sizeof(*file));
	enum status status;

	if (file == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	file->path = path;
	status = find_format(format, &file->format, err);
	if (status == STATUS_OK)
		status = open_new(file, err);
	if (status == STATUS_OK)
		*ret_file = file;
	else
		release(&file);
	return status;
}

/* ---- writing ---- */

static void
add_texts(struct records_file *file, const struct job *job)
{
	const json_t *record;
	size_t index;

	json_array_foreach(job->records, index, record) {
		const char *text = json_member_text(record, file->format->name);

		(void)fputs(text != NULL ? text : "", file->stream);
	}
	(void)fputs(file->format->ending, file->stream);
}

static void
add_json(struct records_file *file, const struct job *job)
{
	json_t *object = json_pack("{s:s, s:s, s:O}", "id", job->id, "domain",
	    json_member_text(job->line->parameters, "domain"), "records", job->records);
	struct buf text;

	buf_init(&text, LINE_MAX_BYTES);
	json_write(object, false, &text);
	(void)fprintf(file->stream, "%s\n", buf_text(&text));
	buf_done(&text);
	json_decref(object);
}

void
records_file_add(struct records_file *file, const struct job *job)
{
	if (job->records == NULL)
		return;
	if (file->format->ending != NULL)
		add_texts(file, job);
	else
		add_json(file, job);
}

/* ---- the end ---- */

/* What was lost on the way to the disk is told by the last of these. */
static enum status
put_in_place(struct records_file *file, struct error *err)
{
	bool is_lost = ferror(file->stream) != 0;

	if (fclose(file->stream) != 0 || is_lost)
		return error_set_errno(err, "cannot write %s", file->new_path);
	if (rename(file->new_path, file->path) != 0)
		return error_set_errno(err, "cannot rename %s to %s", file->new_path, file->path);
	return STATUS_OK;
}

enum status
records_file_close(struct records_file **file, bool is_whole, struct error *err)
{
	struct records_file *f = *file;
	enum status status = STATUS_OK;

	if (f == NULL)
		return STATUS_OK;
	if (is_whole)
		status = put_in_place(f, err);
	else
		(void)fclose(f->stream);
	if (!is_whole || status != STATUS_OK)
		(void)unlink(f->new_path);
	release(file);
	return status;
}
