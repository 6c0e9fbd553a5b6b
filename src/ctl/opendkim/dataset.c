/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/dataset.h"

#include "base/buf.h"
#include "base/scan.h"

static const struct kind {
	const char *name;
	bool is_known;
	enum dataset_kind kind;
} kinds[] = {
	{ "csl", true, DATASET_LIST },
	{ "file", true, DATASET_FILE },
	{ "refile", true, DATASET_PATTERNS },
	{ "db", false, 0 },
	{ "dsn", false, 0 },
	{ "erlang", false, 0 },
	{ "ldap", false, 0 },
	{ "ldapi", false, 0 },
	{ "ldaps", false, 0 },
	{ "lua", false, 0 },
	{ "mdb", false, 0 },
	{ "memcache", false, 0 },
	{ "socket", false, 0 },
};

char *
dataset_path(struct source *source, struct slice base, struct slice path)
{
	char storage[4096];
	struct buf text;

	if (base.len == 0 || (path.len > 0 && path.ptr[0] == '/'))
		return source_text(source, path);
	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put(&text, base);
	buf_put_char(&text, '/');
	buf_put(&text, path);
	return buf_status(&text) == STATUS_OK ? source_text(source, buf_slice(&text)) : NULL;
}

/* ---- of which kind ---- */

static enum status
find_kind(const struct conf_entry *setting, struct slice name, enum dataset_kind *ret_kind,
    struct error *err)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!slice_equal_nocase(name, slice_from_text(kinds[i].name)))
			continue;
		if (!kinds[i].is_known)
			return error_set(err, STATUS_REFUSED,
			    "%s:%u: %s: cannot be read here: write what it has to a file",
			    setting->place.file, setting->place.line, kinds[i].name);
		*ret_kind = kinds[i].kind;
		return STATUS_OK;
	}
	return error_set(err, STATUS_INVALID, "%s:%u: opendkim knows no kind of dataset \"%.*s\"",
	    setting->place.file, setting->place.line, SLICE_PRINT(slice_first(name, 32)));
}

/* A colon behind a comma is of a list; without one, a path or a list. */
static enum status
split(const struct conf_entry *setting, enum dataset_kind *ret_kind, struct slice *ret_rest,
    struct error *err)
{
	struct slice value = setting->value;
	size_t colon = slice_find(value, ':');

	*ret_rest = value;
	if (colon < value.len && colon < slice_find(value, ',')) {
		*ret_rest = slice_after(value, colon + 1);
		return find_kind(setting, slice_first(value, colon), ret_kind, err);
	}
	if (slice_ends_with(value, SLICE_LITERAL(".db")))
		return find_kind(setting, SLICE_LITERAL("db"), ret_kind, err);
	*ret_kind = value.ptr[0] == '/' ? DATASET_FILE : DATASET_LIST;
	return STATUS_OK;
}

/* ---- what it holds ---- */

static size_t
count_parts(struct slice text, char separator)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == separator;
	return count;
}

static struct dataset_entry
cut_item(struct place place, struct slice item)
{
	struct slice key = slice_cut(&item, '=');

	return (struct dataset_entry){ place, slice_trim(key), slice_trim(item) };
}

static size_t
take_list(struct slice text, struct place place, struct dataset_entry *entries)
{
	size_t count = 0;

	while (text.len > 0) {
		entries[count] = cut_item(place, slice_cut(&text, ','));
		count += entries[count].key.len > 0;
	}
	return count;
}

static bool
is_blank(char c)
{
	return scan_is_space(c) || c == '\v' || c == '\f';
}

static struct dataset_entry
cut_line(struct place place, struct slice line)
{
	size_t len = 0;

	while (len < line.len && !is_blank(line.ptr[len]))
		len++;
	return (struct dataset_entry){
		place, slice_first(line, len), slice_trim(slice_after(line, len)) };
}

static enum status
take_lines(struct slice text, const char *file, enum dataset_kind kind,
    struct dataset_entry *entries, size_t *ret_count, struct error *err)
{
	struct place place = { file, 0 };
	size_t count = 0;

	while (text.len > 0) {
		struct slice line = source_next_line(&text, &place.line);

		if (line.len > DATASET_LINE_MAX)
			return error_set(err, STATUS_TOO_LARGE,
			    "%s:%u: is longer than the %d octets opendkim reads of a line", file,
			    place.line, DATASET_LINE_MAX);
		if (slice_trim(line).len == 0)
			continue;
		entries[count++] =
		    cut_line(place, kind == DATASET_PATTERNS ? line : slice_trim(line));
	}
	*ret_count = count;
	return STATUS_OK;
}

static enum status
make_room(struct source *source, struct slice text, char separator, struct dataset_entry **ret_entries,
    struct error *err)
{
	*ret_entries =
	    arena_alloc(source->arena, count_parts(text, separator) * sizeof(**ret_entries));
	return *ret_entries != NULL ? STATUS_OK : error_set(err, STATUS_NO_MEMORY, "out of memory");
}

static enum status
read_file(struct source *source, const char *path, enum dataset_kind kind,
    struct dataset *ret_dataset, struct error *err)
{
	struct dataset_entry *entries = NULL;
	struct slice text;
	size_t count = 0;
	enum status status = source->read(source, path, &text, err);

	if (status == STATUS_OK)
		status = make_room(source, text, '\n', &entries, err);
	if (status == STATUS_OK)
		status = take_lines(text, path, kind, entries, &count, err);
	if (status == STATUS_OK)
		*ret_dataset = (struct dataset){ kind, entries, count };
	return status;
}

enum status
dataset_read(struct source *source, const struct conf_entry *setting, struct slice base,
    struct dataset *ret_dataset, struct error *err)
{
	struct dataset_entry *entries;
	enum dataset_kind kind;
	struct slice rest;
	const char *path;
	enum status status = split(setting, &kind, &rest, err);

	if (status != STATUS_OK)
		return status;
	if (kind != DATASET_LIST) {
		path = dataset_path(source, base, rest);
		if (path == NULL)
			return error_set(err, STATUS_NO_MEMORY, "out of memory");
		return read_file(source, path, kind, ret_dataset, err);
	}
	status = make_room(source, rest, ',', &entries, err);
	if (status == STATUS_OK)
		*ret_dataset =
		    (struct dataset){ kind, entries, take_list(rest, setting->place, entries) };
	return status;
}
