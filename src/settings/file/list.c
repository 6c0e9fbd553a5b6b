/* SPDX-License-Identifier: ISC */
#include "settings/file/reader.h"

#include "settings/build.h"
#include "settings/initial.h"
#include "settings/value.h"

/* Of a group of a list of groups: room for the elements of all is there, its own come from first on. */
static enum status
read_elements(struct reader *r, const struct table_row *row, unsigned group, unsigned first,
    config_setting_t *at, const char *place)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < (unsigned)config_setting_length(at) && status == STATUS_OK; i++)
		status = scalar_read(r, row, first + i, group, config_setting_get_elem(at, i), place);
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

enum status
list_read(struct reader *r, const struct table_row *row, config_setting_t *at, const char *place)
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

enum status
list_read_part(struct reader *r, const struct table_row *row, unsigned index, config_setting_t *group,
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
