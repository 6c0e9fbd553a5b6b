/* SPDX-License-Identifier: ISC */
#include "settings/table.h"

#include <assert.h>

#include "base/buf.h"
#include "base/checksum.h"
#include "base/wire.h"
#include "settings/table/part.h"

static const struct table_section section_top = { .name = "" };

static const struct table_section *const sections[SECTION_COUNT] = {
	[SECTION_TOP] = &section_top,
	[SECTION_LISTENERS] = &section_listeners,
	[SECTION_CONTROL] = &section_control,
	[SECTION_METRICS] = &section_metrics,
	[SECTION_USERS] = &section_users,
	[SECTION_FIT] = &section_fit,
	[SECTION_SIGNED_FIELDS] = &section_signed_fields,
	[SECTION_ORGANIZATIONS] = &section_organizations,
	[SECTION_ORGANIZATION_HEADER] = &section_organization_header,
	[SECTION_LOGIN_DOMAINS] = &section_login_domains,
	[SECTION_DNS] = &section_dns,
	[SECTION_PROVIDER_ZONE] = &section_provider_zone,
	[SECTION_ROTATION] = &section_rotation,
};

/* In the order of enum setting. */
static const struct table_part *const parts[] = {
	&part_storage,
	&part_listeners,
	&part_sockets,
	&part_users,
	&part_mail,
	&part_limits,
	&part_fit,
	&part_fields,
	&part_organizations,
	&part_logins,
	&part_dns,
	&part_rotation,
	&part_conduct,
};
#define PART_COUNT (sizeof(parts) / sizeof(parts[0]))

const struct table_row *
table_row(enum setting setting)
{
	size_t place = setting;
	size_t i = 0;

	while (i < PART_COUNT && place >= parts[i]->count)
		place -= parts[i++]->count;
	assert(i < PART_COUNT && parts[i]->rows[place].setting == setting);
	return &parts[i]->rows[place];
}

const struct table_section *
table_section(enum setting_section section)
{
	return sections[section];
}

const struct table_row *
table_find(enum setting_section section, const char *name)
{
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = table_row(i);

		if (row->section == section && strcmp(row->name, name) == 0)
			return row;
	}
	return NULL;
}

static void
hash_row(struct buf *b, const struct table_row *row)
{
	buf_put_text(b, row->name);
	wire_put(b, row->section, 1);
	wire_put(b, row->type, 1);
	wire_put(b, row->is_list, 1);
	wire_put(b, row->min, 8);
	wire_put(b, row->max, 8);
	for (const struct word *w = row->words; w != NULL && w->text != NULL; w++) {
		wire_put(b, (uint64_t)w->value, 4);
		buf_put_text(b, w->text);
	}
}

uint64_t
table_hash(void)
{
	char storage[32768]; /* of some hundred rows with their words */
	struct buf b;

	buf_init_fixed(&b, storage, sizeof(storage));
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		hash_row(&b, table_row(i));
	assert(buf_status(&b) == STATUS_OK);
	return checksum_of(buf_slice(&b));
}
