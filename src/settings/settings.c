/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/network.h"
#include "settings/endpoint.h"
#include "settings/build.h"
#include "settings/table.h"

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

/* ---- blaming ---- */

static enum status
put_name(const struct settings *settings, const struct table_row *row, unsigned index,
    enum status status, struct error *err)
{
	const struct table_section *section = &table_sections[row->section];

	if (section->is_list)
		return error_prepend(err, status, "%s[%u].%s", section->name,
		    settings_group(settings, row->setting, index), row->name);
	return error_prepend(
	    err, status, "%s%s%s", section->name, section->name[0] != '\0' ? "." : "", row->name);
}

enum status
settings_blame(const struct settings *settings, enum setting setting, unsigned index,
    enum status status, struct error *err)
{
	unsigned line = settings_line(settings, setting, index);

	(void)put_name(settings, &table_rows[setting], index, status, err);
	if (line == 0)
		return error_prepend(err, status, "%s", settings->path);
	return error_prepend(err, status, "%s:%u", settings->path, line);
}

/* ---- warnings ---- */

static void
warn_listeners(
    const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_LISTENER_ADDRESS); i++) {
		const char *text = settings_text(settings, SETTING_LISTENER_ADDRESS, i);
		struct endpoint address;
		struct error warning;

		if (endpoint_parse(slice_from_text(text), &address, NULL) != STATUS_OK ||
		    address.is_unix)
			continue;
		(void)error_set(&warning, STATUS_OK,
		    "listener %s believes whoever connects what client and login it names; prefer "
		    "a unix socket with a group, or let a firewall admit the mail server alone",
		    text);
		visit(context, warning.text);
	}
}

static void
warn_networks(
    const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_TRUSTED_NETWORKS); i++) {
		const char *text = settings_text(settings, SETTING_TRUSTED_NETWORKS, i);
		struct network network;
		struct error warning;

		if (network_parse(slice_from_text(text), &network, NULL) != STATUS_OK ||
		    !network_is_everything(&network))
			continue;
		(void)error_set(&warning, STATUS_OK,
		    "trusted_networks has %s: mail of anybody who connects will be signed", text);
		visit(context, warning.text);
	}
}

/* What a reader sees, or what decides how it is shown (RFC 6376 §5.4). */
static const char *const visible_fields[] = {
	"Subject",
	"To",
	"Cc",
	"Date",
	"Reply-To",
	"Sender",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
};

static bool
is_visible(const char *name)
{
	for (size_t i = 0; i < sizeof(visible_fields) / sizeof(visible_fields[0]); i++) {
		if (slice_equal_nocase(slice_from_text(visible_fields[i]), slice_from_text(name)))
			return true;
	}
	return false;
}

static void
warn_fields(const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_FIELDS_REMOVE); i++) {
		const char *name = settings_text(settings, SETTING_FIELDS_REMOVE, i);
		struct error warning;

		if (!is_visible(name))
			continue;
		(void)error_set(&warning, STATUS_OK,
		    "signed_fields.remove has %s: on the way anybody can change it, and the "
		    "signature stays good", name);
		visit(context, warning.text);
	}
}

void
settings_list_warnings(
    const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	warn_listeners(settings, visit, context);
	warn_networks(settings, visit, context);
	warn_fields(settings, visit, context);
}

/* ---- reload ---- */

bool
settings_is_same(const struct settings *a, const struct settings *b, enum setting setting)
{
	if (settings_count(a, setting) != settings_count(b, setting))
		return false;
	for (unsigned i = 0; i < settings_count(a, setting); i++) {
		if (settings_number(a, setting, i) != settings_number(b, setting, i))
			return false;
		/* "5s" and "5000ms" are the same number */
		if (settings_number(a, setting, i) == 0 &&
		    strcmp(settings_text(a, setting, i), settings_text(b, setting, i)) != 0)
			return false;
	}
	return true;
}

/* The line of the first value that the file has; 0: it has none, all is default. */
static unsigned
find_line(const struct settings *settings, enum setting setting)
{
	unsigned line = 0;

	for (unsigned i = 0; i < settings_count(settings, setting) && line == 0; i++)
		line = settings_line(settings, setting, i);
	return line;
}

/* What was taken out of the file has no line in it. */
static enum status
refuse_change(const struct settings *new, const struct table_row *row, struct error *err)
{
	const char *section = table_sections[row->section].name;
	unsigned line = find_line(new, row->setting);
	enum status status = error_set(err, STATUS_REFUSED,
	    "%s%s%s has changed, which takes a restart; restart, or change it back", section,
	    section[0] != '\0' ? "." : "", row->name);

	if (line == 0)
		return error_prepend(err, status, "%s", settings_path(new));
	return error_prepend(err, status, "%s:%u", settings_path(new), line);
}

enum status
settings_check_reload(
    const struct settings *old, const struct settings *new, struct error *err)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = &table_rows[i];

		if (!row->is_reloadable && !settings_is_same(old, new, row->setting))
			return refuse_change(new, row, err);
	}
	return STATUS_OK;
}
