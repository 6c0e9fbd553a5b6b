/* SPDX-License-Identifier: ISC */
#include "settings/file/reader.h"

#include "settings/build.h"
#include "settings/initial.h"

static const struct table_section *
find_section(const char *name)
{
	for (enum setting_section i = SECTION_TOP + 1; i < SECTION_COUNT; i++) {
		if (strcmp(table_section(i)->name, name) == 0)
			return table_section(i);
	}
	return NULL;
}

/*
 * Where a setting of this name would be in its place, when there is one such place: a section that
 * is no list of groups, or SECTION_TOP. SECTION_COUNT: nowhere, or in several.
 */
static enum setting_section
find_place(const char *name)
{
	enum setting_section place = SECTION_COUNT;
	unsigned found = 0;

	for (enum setting_section i = SECTION_TOP; i < SECTION_COUNT; i++) {
		if (table_find(i, name) == NULL)
			continue;
		found++;
		place = table_section(i)->is_list ? SECTION_COUNT : i;
	}
	return found == 1 ? place : SECTION_COUNT;
}

static enum status
fail_unknown(struct reader *r, const config_setting_t *member, const char *place)
{
	const char *name = config_setting_name(member);
	enum setting_section home = find_place(name);

	if (home == SECTION_COUNT)
		(void)error_set(r->err, STATUS_INVALID,
		    "%s%s is no setting; correct or remove it (all are in signetd.conf(5))", place, name);
	else if (home == SECTION_TOP)
		(void)error_set(r->err, STATUS_INVALID,
		    "%s%s is no setting; %s stands outside of groups: move it there", place, name, name);
	else
		(void)error_set(r->err, STATUS_INVALID, "%s%s is no setting; move it into %s = { … }", place, name,
		    table_section(home)->name);
	return fail_at(r, config_setting_source_line(member));
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
		return fail_unknown(r, member, place);
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
	return row->is_list ? list_read(r, row, member, place) :
	                      scalar_read(r, row, index, index, member, place);
}

enum status
group_read(struct reader *r, enum setting_section section, unsigned index,
    config_setting_t *group, const char *place)
{
	enum status status = STATUS_OK;

	if (group != NULL)
		status = check_names(r, section, group, place);
	for (enum setting i = 0; i < SETTING_COUNT && status == STATUS_OK; i++) {
		if (table_row(i)->section != section)
			continue;
		if (table_section(section)->is_list && table_row(i)->is_list)
			status = list_read_part(r, table_row(i), index, group, place);
		else
			status = read_row(r, table_row(i), index, group, place);
	}
	return status;
}

enum status
group_check(struct reader *r, const config_setting_t *at, const char *place)
{
	if (config_setting_is_group(at) != CONFIG_FALSE)
		return STATUS_OK;
	(void)error_set(
	    r->err, STATUS_INVALID, "%s is of the wrong type; write a group: { … }", place);
	return fail_at(r, config_setting_source_line(at));
}

enum status
group_read_section(struct reader *r, enum setting_section section)
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
		return group_read(r, section, 0, NULL, buf_text(&b));
	status = group_check(r, group, name);
	return status == STATUS_OK ? group_read(r, section, 0, group, buf_text(&b)) : status;
}
