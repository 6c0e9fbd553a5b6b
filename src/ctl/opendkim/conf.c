/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/conf.h"

#include "base/scan.h"

static enum status read_level(
    struct source *source, struct slice path, int level, struct conf *conf, struct error *err);

/* The name ends at white space; the value goes on to the end of the line, or to a CR. */
static struct slice
cut_name(struct slice line, struct slice *ret_value)
{
	struct slice rest = slice_trim(slice_first(line, slice_find(line, '\r')));
	size_t len = 0;

	while (len < rest.len && !scan_is_wsp(rest.ptr[len]))
		len++;
	*ret_value = slice_trim(slice_after(rest, len));
	return slice_first(rest, len);
}

static enum status
append(struct source *source, struct conf *conf, const struct conf_entry *entry)
{
	struct conf_entry *kept = arena_alloc(source->arena, sizeof(*kept));

	if (kept == NULL)
		return STATUS_NO_MEMORY;
	*kept = *entry;
	if (conf->last != NULL)
		conf->last->next = kept;
	else
		conf->first = kept;
	conf->last = kept;
	return STATUS_OK;
}

static enum status
take_line(struct source *source, struct place place, struct slice line, int level,
    struct conf *conf, struct error *err)
{
	struct conf_entry entry = { .place = place };

	entry.name = cut_name(line, &entry.value);
	if (entry.name.len == 0)
		return STATUS_OK;
	if (entry.value.len == 0)
		return error_set(err, STATUS_INVALID, "%s:%u: %.*s has no value", place.file,
		    place.line, SLICE_PRINT(slice_first(entry.name, 64)));
	if (slice_equal_nocase(entry.name, SLICE_LITERAL("Include")))
		return read_level(source, entry.value, level + 1, conf, err);
	return append(source, conf, &entry);
}

static enum status
read_level(
    struct source *source, struct slice path, int level, struct conf *conf, struct error *err)
{
	struct place place = { source_text(source, path), 0 };
	struct slice text = SLICE_EMPTY;
	enum status status;

	if (place.file == NULL)
		return STATUS_NO_MEMORY;
	if (level > CONF_LEVEL_MAX)
		return error_set(err, STATUS_INVALID, "%s: files include each other too deep", place.file);
	status = source->read(source, place.file, &text, err);
	while (status == STATUS_OK && text.len > 0) {
		struct slice line = source_next_line(&text, &place.line);

		status = take_line(source, place, line, level, conf, err);
	}
	return status;
}

enum status
conf_read(struct source *source, const char *path, struct conf *ret_conf, struct error *err)
{
	struct conf conf = { .first = NULL };
	enum status status = read_level(source, slice_from_text(path), 0, &conf, err);

	if (status == STATUS_NO_MEMORY)
		return error_set(err, status, "%s: out of memory", path);
	if (status == STATUS_OK)
		*ret_conf = conf;
	return status;
}

const struct conf_entry *
conf_find(const struct conf *conf, const char *name)
{
	const struct conf_entry *found = NULL;

	for (const struct conf_entry *entry = conf->first; entry != NULL; entry = entry->next) {
		if (slice_equal_nocase(entry->name, slice_from_text(name)))
			found = entry;
	}
	return found;
}

struct slice
conf_value(const struct conf *conf, const char *name)
{
	const struct conf_entry *entry = conf_find(conf, name);

	return entry != NULL ? entry->value : SLICE_EMPTY;
}

bool
conf_flag(const struct conf *conf, const char *name)
{
	struct slice value = conf_value(conf, name);

	return value.len > 0 && strchr("tTyY1", value.ptr[0]) != NULL;
}
