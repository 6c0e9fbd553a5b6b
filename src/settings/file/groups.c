/* SPDX-License-Identifier: ISC */
#include "settings/file/reader.h"

#include "settings/build.h"
#include "settings/initial.h"

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
	return group_check(r, config_setting_get_elem(list, index), buf_text(&b));
}

static enum status
read_member(struct reader *r, enum setting_section section, config_setting_t *list, unsigned index)
{
	char place[32];
	struct buf b;

	buf_init_fixed(&b, place, sizeof(place));
	buf_put_format(&b, "%s[%u].", table_section(section)->name, index);
	return group_read(r, section, index, config_setting_get_elem(list, index), buf_text(&b));
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

enum status
groups_read(struct reader *r, enum setting_section section)
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
