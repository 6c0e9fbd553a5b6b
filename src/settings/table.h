/* SPDX-License-Identifier: ISC */
/*
 * The configuration as a table: a new row (and its line in enum setting) is
 * the whole of a new setting. The rows stand in settings/table/, a file for
 * what belongs together, in the order of enum setting.
 */
#ifndef SETTINGS_TABLE_H
#define SETTINGS_TABLE_H

#include "settings/settings.h"

enum setting_type {
	TYPE_NAME = 1,     /* of a user, a group, a listener: letters, digits, . _ - */
	TYPE_PATH,         /* absolute */
	TYPE_SECRET,       /* a path, or "credential:" and the name of what systemd passes */
	TYPE_ADDRESS,      /* settings/endpoint.h */
	TYPE_UNIX_ADDRESS, /* of these, unix alone */
	TYPE_NETWORK,      /* base/network.h, or "local" */
	TYPE_DOMAIN,       /* lower case, A-labels, without the final dot */
	TYPE_SCOPE,        /* a domain, "." and a domain for what is below it, or "@" */
	TYPE_LOGIN,        /* a login, "*", or "*@" and a domain */
	TYPE_SERVER,       /* of names: endpoint_parse_server */
	TYPE_MAILBOX,      /* an address: dot-atom, "@", a domain; RFC 5322 §3.4.1 */
	TYPE_FIELD,        /* the name of a header field, RFC 5322 §2.2 */
	TYPE_MODE,         /* octal, in quotes */
	TYPE_SIZE,
	TYPE_DURATION,
	TYPE_WORD,
	TYPE_NUMBER,
	TYPE_FLAG,
};

enum setting_section {
	SECTION_TOP = 0,
	SECTION_LISTENERS,
	SECTION_CONTROL,
	SECTION_METRICS,
	SECTION_USERS,
	SECTION_FIT,
	SECTION_SIGNED_FIELDS,
	SECTION_ORGANIZATIONS,
	SECTION_ORGANIZATION_HEADER,
	SECTION_LOGIN_DOMAINS,
	SECTION_DNS,
	SECTION_PROVIDER_ZONE,
	SECTION_ROTATION,
};
#define SECTION_COUNT 13

struct table_section {
	const char *name;
	bool is_list; /* of groups */
	/* of such a list: */
	unsigned groups_min;
	unsigned groups_max;
	enum setting counter; /* its first row, of which each group has one value */
	const char *noun;     /* what a group is */
	const char *help;
};

struct table_row {
	enum setting setting;
	enum setting_section section;
	const char *name;
	enum setting_type type;
	bool is_list;
	bool is_required;
	bool is_never_empty; /* a list that is there has an element */
	bool is_reloadable;
	const char *initial; /* as the user would write it, without quotes; a list's by spaces */
	const char *example; /* what the sample file sets; NULL: it shows the default */
	uint64_t min;        /* of the number, or of the octets of a text */
	uint64_t max;
	const struct word *words; /* TYPE_WORD */
	const char *help;         /* for the sample file; lines end with \n, but for the last */
	const char *why;          /* of what has a default: the reason of it, as help */
	const char *restart;      /* of what is not reloadable: the reason of it, a sentence */
};

#define TABLE_LISTENERS_MAX 32
#define TABLE_GROUPS_MAX 1000 /* of other lists of groups */
#define TABLE_LIST_MAX 4096   /* elements; in a list of groups, of all of them together */

/* Of each setting there is a row, of each section what it is. */
const struct table_row *table_row(enum setting setting);
const struct table_section *table_section(enum setting_section section);

/* The row of a name in a section, or NULL. */
const struct table_row *table_find(enum setting_section section, const char *name);

/* Has it one value per group of a list, or is it a list itself? */
static inline bool
table_is_plural(const struct table_row *row)
{
	return row->is_list || table_section(row->section)->is_list;
}

/* Of everything that decides how an image is read: another build's differs. */
uint64_t table_hash(void);

#endif
