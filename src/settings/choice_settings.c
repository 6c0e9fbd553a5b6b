/* SPDX-License-Identifier: ISC */
#include "settings/choice_settings.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	enum setting setting;
	enum choice_rule rule;
} lists[] = {
	{ SETTING_FIELDS_ADD, CHOICE_SIGN },
	{ SETTING_FIELDS_OVERSIGN, CHOICE_OVERSIGN_ALWAYS },
	{ SETTING_FIELDS_REMOVE, CHOICE_OMIT },
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

static size_t
count_fields(const struct settings *settings)
{
	size_t count = CHOICE_DEFAULT_COUNT;

	for (size_t i = 0; i < LIST_COUNT; i++)
		count += settings_count(settings, lists[i].setting);
	return count;
}

enum status
choice_settings_read(
    const struct settings *settings, struct choice_row **ret_table, struct error *err)
{
	const char *stamp_header = settings_text(settings, SETTING_STAMP_HEADER, 0);
	size_t count = CHOICE_DEFAULT_COUNT;
	struct choice_row *table = calloc(count_fields(settings) + 2, sizeof(*table));

	if (table == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the fields to sign");
	memcpy(table, choice_default, count * sizeof(*table));
	for (size_t i = 0; i < LIST_COUNT; i++) {
		for (unsigned k = 0; k < settings_count(settings, lists[i].setting); k++)
			count = choice_change(table, count, settings_text(settings, lists[i].setting, k),
			    lists[i].rule);
	}
	if (stamp_header[0] != '\0')
		(void)choice_change(table, count, stamp_header, CHOICE_OVERSIGN_ALWAYS);
	*ret_table = table;
	return STATUS_OK;
}
