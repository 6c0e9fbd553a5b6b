/* SPDX-License-Identifier: ISC */
/*
 * One configuration file being read: what libconfig has made of it, row by row
 * of the table, into settings. For the files of this folder alone, which are
 * the only ones that know libconfig; linked by signetd.
 *
 * All return STATUS_OK, or STATUS_INVALID with "FILE:LINE: what is wrong; what
 * to do", or STATUS_NO_MEMORY. place is what stands before a name in the
 * sentence: "", "dns.", "listeners[0].".
 */
#ifndef SETTINGS_FILE_READER_H
#define SETTINGS_FILE_READER_H

#include <libconfig.h>

#include "settings/table.h"

struct reader {
	const char *path;
	config_t config;
	struct settings *settings;
	unsigned filled[SETTING_COUNT]; /* of a list in a list of groups: its elements so far */
	struct error *err;
};

/* ---- scalar.c: a value, as the index-th of its row, of this group (0: there are none) ---- */

MUST_CHECK enum status scalar_read(struct reader *r, const struct table_row *row, unsigned index,
    unsigned group, const config_setting_t *at, const char *place);

/* ---- list.c ---- */

MUST_CHECK enum status list_read(
    struct reader *r, const struct table_row *row, config_setting_t *at, const char *place);

/* The list in one group of a list of groups; room for those of all groups is there. */
MUST_CHECK enum status list_read_part(struct reader *r, const struct table_row *row, unsigned index,
    config_setting_t *group, const char *place);

/* ---- group.c ---- */

MUST_CHECK enum status group_check(
    struct reader *r, const config_setting_t *at, const char *place);

/* Its settings; index is that in a list of groups, 0 elsewhere. group NULL: all defaults. */
MUST_CHECK enum status group_read(struct reader *r, enum setting_section section, unsigned index,
    config_setting_t *group, const char *place);

/* A section may be left out when nothing in it is required. */
MUST_CHECK enum status group_read_section(struct reader *r, enum setting_section section);

/* ---- groups.c: a section that is a list of groups ---- */

MUST_CHECK enum status groups_read(struct reader *r, enum setting_section section);

/* ---- together.c: what settings have to do with each other ---- */

MUST_CHECK enum status together_check(struct reader *r);

/* ---- fail.c ---- */

/* Puts FILE:LINE: before the error; the line of what has none (0) is the first. STATUS_INVALID. */
enum status fail_at(struct reader *r, unsigned line);

/* Of a value: "FILE:LINE: listeners[0].mode: …". */
enum status fail_value(
    struct reader *r, const config_setting_t *at, const char *place, const char *name);

/* What is required and not in the group; NULL: not even the group is there. */
enum status fail_missing(struct reader *r, const struct table_row *row,
    const config_setting_t *group, const char *place);

enum status fail_memory(struct reader *r); /* STATUS_NO_MEMORY */

#endif
