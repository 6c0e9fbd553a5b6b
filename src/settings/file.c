/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include <libconfig.h>

#include "settings/build.h"
#include "settings/check.h"
#include "settings/initial.h"
#include "settings/load.h"
#include "settings/prescan.h"
#include "settings/rotation_settings.h"
#include "settings/table.h"
#include "settings/value.h"

/* One file being read. */
struct reader {
	const char *path;
	config_t config;
	struct settings *settings;
	struct error *err;
};

/* Puts FILE:LINE: before the error; the line of what has none is the first. */
static enum status
fail_at(struct reader *r, unsigned line)
{
	return error_prepend(r->err, STATUS_INVALID, "%s:%u", r->path, line > 0 ? line : 1);
}

/* Of a value: "listeners[0].mode: …". */
static enum status
fail_value(struct reader *r, const config_setting_t *at, const char *place, const char *name)
{
	(void)error_prepend(r->err, STATUS_INVALID, "%s%s", place, name);
	return fail_at(r, config_setting_source_line(at));
}

static enum status
fail_memory(struct reader *r)
{
	return error_set(r->err, STATUS_NO_MEMORY, "out of memory for the settings of %s", r->path);
}

/* ---- one value ---- */

/* A libconfig value as the text that its row reads; number holds what has to be printed. */
static enum status
take_text(const struct table_row *row, const config_setting_t *at, struct buf *number,
    struct slice *ret_text)
{
	int type = config_setting_type(at);

	if (type == CONFIG_TYPE_STRING && value_is_quoted(row)) {
		*ret_text = slice_from_text(config_setting_get_string(at));
		return STATUS_OK;
	}
	if (type == CONFIG_TYPE_BOOL && row->type == TYPE_FLAG)
		buf_put_text(number, config_setting_get_bool(at) != 0 ? "true" : "false");
	else if (type == CONFIG_TYPE_INT && row->type == TYPE_NUMBER)
		buf_put_format(number, "%d", config_setting_get_int(at));
	else
		return STATUS_INVALID;
	*ret_text = buf_slice(number);
	return buf_status(number);
}

static enum status
read_value(struct reader *r, const struct table_row *row, unsigned index,
    const config_setting_t *at, const char *place)
{
	char storage[32];
	struct slice text;
	struct buf printed;
	uint64_t number = 0;
	enum status status;

	buf_init_fixed(&printed, storage, sizeof(storage));
	if (take_text(row, at, &printed, &text) != STATUS_OK)
		status = error_set(
		    r->err, STATUS_INVALID, "wrong type; write %s", value_wanted(row));
	else
		status = value_parse(row, text, &number, r->err);
	if (status != STATUS_OK)
		return fail_value(r, at, place, row->name);
	if (build_set(r->settings, row->setting, index, number, text) != STATUS_OK)
		return fail_memory(r);
	return STATUS_OK;
}

static enum status
read_list(struct reader *r, const struct table_row *row, config_setting_t *at, const char *place)
{
	int count = config_setting_length(at);
	enum status status = STATUS_OK;

	if (config_setting_is_array(at) == CONFIG_FALSE &&
	    config_setting_is_list(at) == CONFIG_FALSE) {
		(void)error_set(r->err, STATUS_INVALID,
		    "wrong type; write a list: [ … ] with %s", value_wanted(row));
		return fail_value(r, at, place, row->name);
	}
	if (count > TABLE_LIST_MAX) {
		(void)error_set(r->err, STATUS_INVALID, "has %d elements; write at most %d", count,
		    TABLE_LIST_MAX);
		return fail_value(r, at, place, row->name);
	}
	if (build_reserve(r->settings, row->setting, (unsigned)count) != STATUS_OK)
		return fail_memory(r);
	for (int i = 0; i < count && status == STATUS_OK; i++)
		status = read_value(
		    r, row, (unsigned)i, config_setting_get_elem(at, (unsigned)i), place);
	return status;
}

/* ---- what is not in the file ---- */

static enum status
fail_missing(struct reader *r, const struct table_row *row, const config_setting_t *group,
    const char *place)
{
	if (group != NULL)
		(void)error_set(r->err, STATUS_INVALID, "%s%s is missing; add %s = \"%s\";", place,
		    row->name, row->name, row->example);
	else
		(void)error_set(r->err, STATUS_INVALID,
		    "%s%s is missing; add %s = { %s = \"%s\"; };", place, row->name,
		    table_sections[row->section].name, row->name, row->example);
	return fail_at(r, group != NULL ? config_setting_source_line(group) : 1);
}

/* ---- groups ---- */

static const struct table_section *
find_section(const char *name)
{
	for (size_t i = SECTION_TOP + 1; i < SECTION_COUNT; i++) {
		if (strcmp(table_sections[i].name, name) == 0)
			return &table_sections[i];
	}
	return NULL;
}

/* Every name in the file must be in the table. */
static enum status
check_names(struct reader *r, enum setting_section section, config_setting_t *group,
    const char *place)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(group); i++) {
		const config_setting_t *member = config_setting_get_elem(group, i);
		const char *name = config_setting_name(member);

		if (table_find(section, name) != NULL ||
		    (section == SECTION_TOP && find_section(name) != NULL))
			continue;
		(void)error_set(r->err, STATUS_INVALID,
		    "%s%s is no setting; correct or remove it (all are in signetd.conf(5))", place,
		    name);
		return fail_at(r, config_setting_source_line(member));
	}
	return STATUS_OK;
}

static enum status
read_row(struct reader *r, const struct table_row *row, unsigned index, config_setting_t *group,
    const char *place)
{
	config_setting_t *member =
	    group != NULL ? config_setting_get_member(group, row->name) : NULL;

	if (!table_is_plural(row) &&
	    build_reserve(r->settings, row->setting, 1) != STATUS_OK)
		return fail_memory(r);
	if (member == NULL && row->is_required)
		return fail_missing(r, row, group, place);
	if (member == NULL)
		return initial_set(r->settings, row, index) != STATUS_OK ? fail_memory(r) :
		                                                           STATUS_OK;
	return row->is_list ? read_list(r, row, member, place) :
	                      read_value(r, row, index, member, place);
}

/* The settings of one group; index is the listener's, 0 elsewhere. NULL: all defaults. */
static enum status
read_group(struct reader *r, enum setting_section section, unsigned index,
    config_setting_t *group, const char *place)
{
	enum status status = STATUS_OK;

	if (group != NULL)
		status = check_names(r, section, group, place);
	for (size_t i = 0; i < SETTING_COUNT && status == STATUS_OK; i++) {
		if (table_rows[i].section == section)
			status = read_row(r, &table_rows[i], index, group, place);
	}
	return status;
}

static enum status
check_is_group(struct reader *r, const config_setting_t *at, const char *place)
{
	if (config_setting_is_group(at) != CONFIG_FALSE)
		return STATUS_OK;
	(void)error_set(
	    r->err, STATUS_INVALID, "%s is of the wrong type; write a group: { … }", place);
	return fail_at(r, config_setting_source_line(at));
}

/* A section that may be left out when nothing in it is required. */
static enum status
read_section(struct reader *r, enum setting_section section)
{
	const char *name = table_sections[section].name;
	config_setting_t *root = config_root_setting(&r->config);
	config_setting_t *group = config_setting_get_member(root, name);
	char place[32];
	struct buf b;
	enum status status;

	buf_init_fixed(&b, place, sizeof(place));
	buf_put_format(&b, "%s.", name);
	if (group == NULL)
		return read_group(r, section, 0, NULL, buf_text(&b));
	status = check_is_group(r, group, name);
	return status == STATUS_OK ? read_group(r, section, 0, group, buf_text(&b)) : status;
}

/* ---- listeners ---- */

static enum status
reserve_listeners(struct reader *r, unsigned count)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = &table_rows[i];

		if (row->section == SECTION_LISTENERS &&
		    build_reserve(r->settings, row->setting, count) != STATUS_OK)
			return fail_memory(r);
	}
	return STATUS_OK;
}

static enum status
read_listener(struct reader *r, config_setting_t *list, unsigned index)
{
	config_setting_t *group = config_setting_get_elem(list, index);
	char place[32];
	struct buf b;
	enum status status;

	buf_init_fixed(&b, place, sizeof(place));
	buf_put_format(&b, "listeners[%u]", index);
	status = check_is_group(r, group, buf_text(&b));
	buf_put_char(&b, '.');
	return status == STATUS_OK ? read_group(r, SECTION_LISTENERS, index, group, buf_text(&b)) :
	                             status;
}

static enum status
check_listener_count(struct reader *r, const config_setting_t *list)
{
	unsigned count = list != NULL ? (unsigned)config_setting_length(list) : 0;

	if (list != NULL && config_setting_is_list(list) == CONFIG_FALSE)
		(void)error_set(r->err, STATUS_INVALID,
		    "listeners is of the wrong type; write a list of groups: ( { address = …; } )");
	else if (count == 0)
		(void)error_set(r->err, STATUS_INVALID,
		    "there is no listener; add listeners = ( { address = \"%s\"; } );",
		    table_rows[SETTING_LISTENER_ADDRESS].example);
	else if (count > TABLE_LISTENERS_MAX)
		(void)error_set(r->err, STATUS_INVALID, "there are %u listeners; write at most %d",
		    count, TABLE_LISTENERS_MAX);
	else
		return STATUS_OK;
	return fail_at(r, list != NULL ? config_setting_source_line(list) : 1);
}

static enum status
read_listeners(struct reader *r)
{
	config_setting_t *list = config_lookup(&r->config, "listeners");
	enum status status = check_listener_count(r, list);
	unsigned count;

	if (status != STATUS_OK)
		return status;
	count = (unsigned)config_setting_length(list);
	status = reserve_listeners(r, count);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = read_listener(r, list, i);
	return status;
}

/* ---- what settings have to do with each other ---- */

static enum status
fail_listener(struct reader *r, struct check_place place)
{
	const char *name = table_rows[place.setting].name;
	const config_setting_t *list = config_lookup(&r->config, "listeners");
	const config_setting_t *at =
	    config_setting_get_member(config_setting_get_elem(list, place.index), name);

	(void)error_prepend(r->err, STATUS_INVALID, "listeners[%u].%s", place.index, name);
	return fail_at(r, config_setting_source_line(at));
}

/* In a section that is no list: a value, or the element of one that is a list. */
static enum status
fail_element(struct reader *r, struct check_place place)
{
	const struct table_row *row = &table_rows[place.setting];
	const char *section = table_sections[row->section].name;
	const config_setting_t *group =
	    config_setting_get_member(config_root_setting(&r->config), section);
	const config_setting_t *at = config_setting_get_member(group, row->name);

	if (row->is_list)
		at = config_setting_get_elem(at, place.index);
	(void)error_prepend(r->err, STATUS_INVALID, "%s.%s", section, row->name);
	return fail_at(r, config_setting_source_line(at));
}

/* The sentence names the settings, and by their defaults also those that are not in the file. */
static enum status
check_rotation(struct reader *r)
{
	const config_setting_t *at = config_setting_get_member(
	    config_root_setting(&r->config), table_sections[SECTION_ROTATION].name);
	struct rotation_policy policy;

	rotation_settings_read(r->settings, &policy);
	if (rotation_check_policy(&policy, r->err) == STATUS_OK)
		return STATUS_OK;
	return fail_at(r, at != NULL ? config_setting_source_line(at) : 1);
}

static enum status
check_together(struct reader *r)
{
	struct check_place place;

	if (check_listeners(r->settings, &place, r->err) != STATUS_OK)
		return fail_listener(r, place);
	if (check_provider(r->settings, &place, r->err) != STATUS_OK)
		return fail_element(r, place);
	if (check_fields(r->settings, &place, r->err) != STATUS_OK)
		return fail_element(r, place);
	return check_rotation(r);
}

/* ---- the file ---- */

static enum status
read_root(struct reader *r)
{
	enum status status =
	    read_group(r, SECTION_TOP, 0, config_root_setting(&r->config), "");

	if (status == STATUS_OK)
		status = read_listeners(r);
	for (size_t i = SECTION_TOP + 1; i < SECTION_COUNT && status == STATUS_OK; i++) {
		if (!table_sections[i].is_list)
			status = read_section(r, (enum setting_section)i);
	}
	return status == STATUS_OK ? check_together(r) : status;
}

/* What libconfig says, and what to do about it. */
static const struct {
	const char *text;
	const char *ours;
} syntax_errors[] = {
	{ "duplicate setting name", "this name is set twice; remove one of the two" },
	{ "mismatched element type in array",
	    "values of a list are of one type; write all in quotes" },
	{ "syntax error",
	    "this is not understood; look for a missing \" = ; or bracket here or above" },
};

static enum status
fail_syntax(struct reader *r)
{
	const char *text = config_error_text(&r->config);
	const char *ours = NULL;

	for (size_t i = 0; i < sizeof(syntax_errors) / sizeof(syntax_errors[0]); i++) {
		if (text != NULL && strcmp(syntax_errors[i].text, text) == 0)
			ours = syntax_errors[i].ours;
	}
	if (ours == NULL)
		ours = text != NULL ? text : "cannot be read";
	(void)error_set(r->err, STATUS_INVALID, "%s", ours);
	return fail_at(r, (unsigned)config_error_line(&r->config));
}

static enum status
read_text(struct reader *r, struct buf *content)
{
	unsigned line = 0;
	enum status status = prescan_check(buf_slice(content), &line, r->err);

	if (status != STATUS_OK)
		return fail_at(r, line);
	if (config_read_string(&r->config, buf_text(content)) == CONFIG_FALSE)
		return fail_syntax(r);
	if (build_new(&r->settings) != STATUS_OK)
		return fail_memory(r);
	status = read_root(r);
	if (status != STATUS_OK)
		settings_free(&r->settings);
	return status;
}

enum status
settings_read_file(const char *path, struct settings **ret_settings, struct error *err)
{
	struct error text = { "" };
	struct reader r = { .path = path, .err = err != NULL ? err : &text };
	struct buf content;
	enum status status;

	buf_init(&content, LOAD_MAX_BYTES + 1);
	config_init(&r.config);
	status = load_file(path, &content, r.err);
	if (status == STATUS_OK)
		status = read_text(&r, &content);
	config_destroy(&r.config);
	buf_done(&content);
	if (status == STATUS_OK)
		*ret_settings = r.settings;
	return status;
}
