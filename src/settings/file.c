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
	unsigned filled[SETTING_COUNT]; /* of a list in a list of groups: its elements so far */
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
read_value(struct reader *r, const struct table_row *row, unsigned index, unsigned group,
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
	build_place(r->settings, row->setting, index, group, config_setting_source_line(at));
	return STATUS_OK;
}

/* Of a group of a list of groups: room for the elements of all is there, its own come from first on. */
static enum status
read_elements(struct reader *r, const struct table_row *row, unsigned group, unsigned first,
    config_setting_t *at, const char *place)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < (unsigned)config_setting_length(at) && status == STATUS_OK; i++)
		status = read_value(r, row, first + i, group, config_setting_get_elem(at, i), place);
	return status;
}

static enum status
check_list(struct reader *r, const struct table_row *row, config_setting_t *at, const char *place)
{
	int count = config_setting_length(at);

	if (config_setting_is_array(at) == CONFIG_FALSE &&
	    config_setting_is_list(at) == CONFIG_FALSE) {
		(void)error_set(r->err, STATUS_INVALID,
		    "wrong type; write a list: [ … ] with %s", value_wanted(row));
		return fail_value(r, at, place, row->name);
	}
	if (count == 0 && row->is_never_empty) {
		(void)error_set(r->err, STATUS_INVALID, "empty; write %s", value_wanted(row));
		return fail_value(r, at, place, row->name);
	}
	if (count > TABLE_LIST_MAX) {
		(void)error_set(r->err, STATUS_INVALID, "has %d elements; write at most %d", count,
		    TABLE_LIST_MAX);
		return fail_value(r, at, place, row->name);
	}
	return STATUS_OK;
}

static enum status
read_list(struct reader *r, const struct table_row *row, config_setting_t *at, const char *place)
{
	enum status status = check_list(r, row, at, place);

	if (status != STATUS_OK)
		return status;
	if (build_reserve(r->settings, row->setting, (unsigned)config_setting_length(at)) != STATUS_OK ||
	    build_reserve_lists(r->settings, row->setting, 1) != STATUS_OK)
		return fail_memory(r);
	build_place_list(r->settings, row->setting, 0, config_setting_source_line(at));
	return read_elements(r, row, 0, 0, at, place);
}

/* ---- what is not in the file ---- */

static enum status
fail_missing(struct reader *r, const struct table_row *row, const config_setting_t *group,
    const char *place)
{
	if (group != NULL && row->is_list)
		(void)error_set(r->err, STATUS_INVALID, "%s%s is missing; add %s = [ \"%s\" ];", place,
		    row->name, row->name, row->example);
	else if (group != NULL)
		(void)error_set(r->err, STATUS_INVALID, "%s%s is missing; add %s = \"%s\";", place,
		    row->name, row->name, row->example);
	else
		(void)error_set(r->err, STATUS_INVALID,
		    "%s%s is missing; add %s = { %s = \"%s\"; };", place, row->name,
		    table_section(row->section)->name, row->name, row->example);
	return fail_at(r, group != NULL ? config_setting_source_line(group) : 1);
}

/* ---- groups ---- */

static const struct table_section *
find_section(const char *name)
{
	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT; i++) {
		if (strcmp(table_section(i)->name, name) == 0)
			return table_section(i);
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
	                      read_value(r, row, index, index, member, place);
}

/* Of a list in a group that does not have it. */
static enum status
set_initial_part(struct reader *r, const struct table_row *row, unsigned group, unsigned first)
{
	unsigned count = initial_count(row);

	if (initial_set_part(r->settings, row, first) != STATUS_OK)
		return fail_memory(r);
	for (unsigned i = 0; i < count; i++)
		build_place(r->settings, row->setting, first + i, group, 0);
	r->filled[row->setting] += count;
	return STATUS_OK;
}

/* The list in one group of a list of groups. */
static enum status
read_part(struct reader *r, const struct table_row *row, unsigned index, config_setting_t *group,
    const char *place)
{
	config_setting_t *member = config_setting_get_member(group, row->name);
	unsigned first = r->filled[row->setting];
	enum status status;

	if (member == NULL && row->is_required)
		return fail_missing(r, row, group, place);
	if (member == NULL)
		return set_initial_part(r, row, index, first);
	status = check_list(r, row, member, place);
	if (status != STATUS_OK)
		return status;
	r->filled[row->setting] += (unsigned)config_setting_length(member);
	build_place_list(r->settings, row->setting, index, config_setting_source_line(member));
	return read_elements(r, row, index, first, member, place);
}

/* The settings of one group; index is that in a list of groups, 0 elsewhere. NULL: all defaults. */
static enum status
read_group(struct reader *r, enum setting_section section, unsigned index,
    config_setting_t *group, const char *place)
{
	enum status status = STATUS_OK;

	if (group != NULL)
		status = check_names(r, section, group, place);
	for (enum setting i = 0; i < SETTING_COUNT && status == STATUS_OK; i++) {
		if (table_row(i)->section != section)
			continue;
		if (table_section(section)->is_list && table_row(i)->is_list)
			status = read_part(r, table_row(i), index, group, place);
		else
			status = read_row(r, table_row(i), index, group, place);
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
	const char *name = table_section(section)->name;
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

/* ---- lists of groups ---- */

/* How many values all groups have of this row; what is no list is found later. */
static unsigned
count_values(const struct table_row *row, const config_setting_t *list, unsigned groups)
{
	unsigned count = 0;

	for (unsigned i = 0; i < groups && row->is_list; i++) {
		const config_setting_t *member =
		    config_setting_get_member(config_setting_get_elem(list, i), row->name);

		count += member != NULL ? (unsigned)config_setting_length(member) : initial_count(row);
	}
	return row->is_list ? count : groups;
}

static enum status
reserve_row(struct reader *r, const struct table_row *row, const config_setting_t *list,
    unsigned groups)
{
	const char *section = table_section(row->section)->name;
	unsigned count = count_values(row, list, groups);

	if (row->is_list && count > TABLE_LIST_MAX) {
		(void)error_set(r->err, STATUS_INVALID,
		    "the %s of all %s have %u elements; write at most %d", row->name, section, count,
		    TABLE_LIST_MAX);
		return fail_at(r, config_setting_source_line(list));
	}
	if (build_reserve(r->settings, row->setting, count) != STATUS_OK ||
	    build_reserve_lists(r->settings, row->setting, row->is_list ? groups : 1) != STATUS_OK)
		return fail_memory(r);
	for (unsigned i = 0; i < count && !row->is_list; i++)
		build_place(r->settings, row->setting, i, i, 0);
	return STATUS_OK;
}

static enum status
reserve_groups(struct reader *r, enum setting_section section, const config_setting_t *list,
    unsigned groups)
{
	enum status status = STATUS_OK;

	for (enum setting i = 0; i < SETTING_COUNT && status == STATUS_OK; i++) {
		if (table_row(i)->section == section)
			status = reserve_row(r, table_row(i), list, groups);
	}
	return status;
}

static enum status
check_is_member(struct reader *r, enum setting_section section, config_setting_t *list,
    unsigned index)
{
	char place[32];
	struct buf b;

	buf_init_fixed(&b, place, sizeof(place));
	buf_put_format(&b, "%s[%u]", table_section(section)->name, index);
	return check_is_group(r, config_setting_get_elem(list, index), buf_text(&b));
}

static enum status
read_member(struct reader *r, enum setting_section section, config_setting_t *list, unsigned index)
{
	char place[32];
	struct buf b;

	buf_init_fixed(&b, place, sizeof(place));
	buf_put_format(&b, "%s[%u].", table_section(section)->name, index);
	return read_group(r, section, index, config_setting_get_elem(list, index), buf_text(&b));
}

static enum status
check_groups(struct reader *r, const struct table_section *section, config_setting_t *list)
{
	unsigned count = list != NULL ? (unsigned)config_setting_length(list) : 0;
	const struct table_row *row = table_row(section->counter);

	if (list != NULL && config_setting_is_list(list) == CONFIG_FALSE)
		(void)error_set(r->err, STATUS_INVALID,
		    "%s is of the wrong type; write a list of groups: ( { %s = …; } )", section->name,
		    row->name);
	else if (count < section->groups_min)
		(void)error_set(r->err, STATUS_INVALID,
		    "there is no %s; add %s = ( { %s = \"%s\"; } );", section->noun, section->name,
		    row->name, row->example);
	else if (count > section->groups_max)
		(void)error_set(r->err, STATUS_INVALID, "there are %u %s; write at most %u", count,
		    section->name, section->groups_max);
	else
		return STATUS_OK;
	return fail_at(r, list != NULL ? config_setting_source_line(list) : 1);
}

static enum status
read_groups(struct reader *r, enum setting_section section)
{
	config_setting_t *list = config_lookup(&r->config, table_section(section)->name);
	enum status status = check_groups(r, table_section(section), list);
	unsigned count = 0;

	if (status != STATUS_OK)
		return status;
	if (list != NULL)
		count = (unsigned)config_setting_length(list);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = check_is_member(r, section, list, i);
	if (status == STATUS_OK)
		status = reserve_groups(r, section, list, count);
	if (status == STATUS_OK && list != NULL)
		build_place_list(r->settings, table_section(section)->counter, 0,
		    config_setting_source_line(list));
	for (unsigned i = 0; i < count && status == STATUS_OK; i++)
		status = read_member(r, section, list, i);
	return status;
}

/* ---- what settings have to do with each other ---- */

static enum status
fail_together(struct reader *r, struct check_place at)
{
	const struct table_row *row = table_row(at.setting);
	const struct table_section *section = table_section(row->section);
	const char *dot = section->name[0] != '\0' ? "." : "";

	if (section->is_list)
		(void)error_prepend(r->err, STATUS_INVALID, "%s[%u].%s", section->name,
		    settings_group(r->settings, at.setting, at.index), row->name);
	else
		(void)error_prepend(
		    r->err, STATUS_INVALID, "%s%s%s", section->name, dot, row->name);
	return fail_at(r, settings_line(r->settings, at.setting, at.index));
}

/* The sentence names the settings, and by their defaults also those that are not in the file. */
static enum status
check_rotation(struct reader *r)
{
	const config_setting_t *at = config_setting_get_member(
	    config_root_setting(&r->config), table_section(SECTION_ROTATION)->name);
	struct rotation_policy policy;

	rotation_settings_read(r->settings, &policy);
	if (rotation_check_policy(&policy, r->err) == STATUS_OK)
		return STATUS_OK;
	return fail_at(r, at != NULL ? config_setting_source_line(at) : 1);
}

static enum status
check_together(struct reader *r)
{
	static enum status (*const checks[])(
	    const struct settings *settings, struct check_place *ret_place, struct error *err) = {
		check_listeners,
		check_metrics,
		check_provider,
		check_fields,
		check_stamp,
		check_origin,
		check_signing,
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		struct check_place place;

		if (checks[i](r->settings, &place, r->err) != STATUS_OK)
			return fail_together(r, place);
	}
	return check_rotation(r);
}

/* ---- the file ---- */

static enum status
read_root(struct reader *r)
{
	enum status status =
	    read_group(r, SECTION_TOP, 0, config_root_setting(&r->config), "");

	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT && status == STATUS_OK; i++)
		status = table_section(i)->is_list ? read_groups(r, i) : read_section(r, i);
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
	{ "memory exhausted", "brackets are nested too deep; write it with fewer" },
	{ "syntax error",
	    "this is not understood; look for a missing \" = ; or bracket here or above" },
};

/* What is found before there are settings knows its line alone, and that has mostly a name. */
static enum status
fail_text(struct reader *r, struct slice text, unsigned line)
{
	struct slice name = prescan_name(text, line);

	if (name.len > 0)
		(void)error_prepend(r->err, STATUS_INVALID, "%.*s", SLICE_PRINT(name));
	return fail_at(r, line);
}

static enum status
fail_syntax(struct reader *r, struct slice content)
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
	return fail_text(r, content, (unsigned)config_error_line(&r->config));
}

static enum status
read_text(struct reader *r, struct buf *content)
{
	unsigned line = 0;
	enum status status = prescan_check(buf_slice(content), &line, r->err);

	if (status != STATUS_OK)
		return fail_text(r, buf_slice(content), line);
	if (config_read_string(&r->config, buf_text(content)) == CONFIG_FALSE)
		return fail_syntax(r, buf_slice(content));
	if (build_new(&r->settings) != STATUS_OK)
		return fail_memory(r);
	if (build_set_path(r->settings, slice_from_text(r->path)) != STATUS_OK)
		status = fail_memory(r);
	else
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
