/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include <stdlib.h>

#include "base/arena.h"
#include "settings/build.h"

/* Far above what TABLE_LIST_MAX networks and TABLE_LISTENERS_MAX listeners need. */
#define SETTINGS_MAX_BYTES (16U << 20)

struct value {
	uint64_t number;
	const char *text;
	unsigned group;
	unsigned line;
};

struct settings {
	struct arena arena;
	const char *path;
	struct {
		unsigned count;
		struct value *values;
		unsigned list_count; /* of a list: one, or one for each group */
		unsigned *list_lines;
	} of[SETTING_COUNT];
};

/* ---- building ---- */

enum status
build_new(struct settings **ret_settings)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (settings == NULL)
		return STATUS_NO_MEMORY;
	arena_init(&settings->arena, SETTINGS_MAX_BYTES);
	settings->path = "";
	*ret_settings = settings;
	return STATUS_OK;
}

void
settings_free(struct settings **settings)
{
	if (*settings == NULL)
		return;
	arena_done(&(*settings)->arena);
	free(*settings);
	*settings = NULL;
}

enum status
build_reserve(struct settings *settings, enum setting setting, unsigned count)
{
	struct value *values = arena_alloc(&settings->arena, count * sizeof(*values));

	if (values == NULL)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < count; i++)
		values[i] = (struct value){ .number = 0, .text = "" };
	settings->of[setting].values = values;
	settings->of[setting].count = count;
	return STATUS_OK;
}

enum status
build_set(struct settings *settings, enum setting setting, unsigned index, uint64_t number,
    struct slice text)
{
	struct slice copy;
	enum status status = arena_copy(&settings->arena, text, &copy);

	if (status == STATUS_OK) {
		settings->of[setting].values[index].number = number;
		settings->of[setting].values[index].text = copy.ptr;
	}
	return status;
}

void
build_place(struct settings *settings, enum setting setting, unsigned index, unsigned group,
    unsigned line)
{
	settings->of[setting].values[index].group = group;
	settings->of[setting].values[index].line = line;
}

enum status
build_reserve_lists(struct settings *settings, enum setting setting, unsigned count)
{
	unsigned *lines = arena_alloc(&settings->arena, count * sizeof(*lines));

	if (lines == NULL)
		return STATUS_NO_MEMORY;
	for (unsigned i = 0; i < count; i++)
		lines[i] = 0;
	settings->of[setting].list_lines = lines;
	settings->of[setting].list_count = count;
	return STATUS_OK;
}

void
build_place_list(struct settings *settings, enum setting setting, unsigned group, unsigned line)
{
	settings->of[setting].list_lines[group] = line;
}

enum status
build_set_path(struct settings *settings, struct slice path)
{
	struct slice copy;
	enum status status = arena_copy(&settings->arena, path, &copy);

	if (status == STATUS_OK)
		settings->path = copy.ptr;
	return status;
}

/* ---- reading ---- */

unsigned
settings_count(const struct settings *settings, enum setting setting)
{
	return settings->of[setting].count;
}

uint64_t
settings_number(const struct settings *settings, enum setting setting, unsigned index)
{
	return index < settings->of[setting].count ? settings->of[setting].values[index].number : 0;
}

const char *
settings_text(const struct settings *settings, enum setting setting, unsigned index)
{
	return index < settings->of[setting].count ? settings->of[setting].values[index].text : "";
}

unsigned
settings_group(const struct settings *settings, enum setting setting, unsigned index)
{
	return index < settings->of[setting].count ? settings->of[setting].values[index].group : 0;
}

unsigned
settings_line(const struct settings *settings, enum setting setting, unsigned index)
{
	return index < settings->of[setting].count ? settings->of[setting].values[index].line : 0;
}

unsigned
settings_list_line(const struct settings *settings, enum setting setting, unsigned group)
{
	return group < settings->of[setting].list_count ? settings->of[setting].list_lines[group] : 0;
}

const char *
settings_path(const struct settings *settings)
{
	return settings->path;
}
