/* SPDX-License-Identifier: ISC */
#include "opendkim_place.h"

static enum status
read_text(struct source *source, const char *path, struct slice *ret_text, struct error *err)
{
	const struct opendkim_place *place = source->context;

	for (const struct place_file *file = place->files; file->path != NULL; file++) {
		if (strcmp(file->path, path) != 0)
			continue;
		*ret_text = slice_from_text(file->text);
		return STATUS_OK;
	}
	return error_set(err, STATUS_SYSTEM, "%s: there is no such file", path);
}

void
opendkim_place_init(struct opendkim_place *place, const struct place_file *files)
{
	arena_init(&place->arena, 16 << 20);
	place->source = (struct source){ &place->arena, read_text, place };
	place->files = files;
}

void
opendkim_place_done(struct opendkim_place *place)
{
	arena_done(&place->arena);
}
