/* SPDX-License-Identifier: ISC */
/*
 * The rows of the table stand in parts, a file each, beside the sections and
 * the words that they name; settings/table.c joins them. For the files of this
 * folder and that one alone: others ask settings/table.h.
 */
#ifndef SETTINGS_TABLE_PART_H
#define SETTINGS_TABLE_PART_H

#include <stddef.h>

#include "settings/table.h"

/* Rows that are neighbours in enum setting, in its order. */
struct table_part {
	const struct table_row *rows;
	size_t count;
};

extern const struct table_part part_storage;
extern const struct table_part part_listeners;
extern const struct table_part part_sockets;
extern const struct table_part part_users;
extern const struct table_part part_mail;
extern const struct table_part part_limits;
extern const struct table_part part_fit;
extern const struct table_part part_fields;
extern const struct table_part part_organizations;
extern const struct table_part part_logins;
extern const struct table_part part_dns;
extern const struct table_part part_rotation;
extern const struct table_part part_conduct;

extern const struct table_section section_listeners;
extern const struct table_section section_control;
extern const struct table_section section_metrics;
extern const struct table_section section_users;
extern const struct table_section section_fit;
extern const struct table_section section_signed_fields;
extern const struct table_section section_organizations;
extern const struct table_section section_organization_header;
extern const struct table_section section_login_domains;
extern const struct table_section section_dns;
extern const struct table_section section_provider_zone;
extern const struct table_section section_rotation;

/* Why a change takes a restart. */
#define RESTART_SOCKETS "Sockets are made with rights that are given up after the start."
#define RESTART_USERS "Each program becomes its user when it starts, by rights that are given up then."

#define ROW(id) { .setting = id,
#define END }
#define PART(rows) { rows, sizeof(rows) / sizeof((rows)[0]) }

/* ---- sizes in octets, durations in ms ---- */

#define KIB UINT64_C(1024)
#define MIB (1024 * KIB)
#define TIB (1024 * 1024 * MIB)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define DAY (24 * 60 * MINUTE)

/* ---- the longest texts, in octets ---- */

#define PATH_OCTETS 1023 /* leaves room for what we add to state_dir */
#define USER_OCTETS 63
#define MAILBOX_OCTETS 254 /* RFC 5321 §4.5.3.1.3, without the brackets */
#define ORG_OCTETS 63
#define LOGIN_OCTETS 255
#define DOMAIN_OCTETS 253
#define ZONE_OCTETS 200 /* leaves room for the names below it */
#define FIELD_OCTETS 70 /* a longer one would not fit into a line of h= */
#define ADDRESS_OCTETS 112 /* "unix:" and sun_path without its NUL */

#endif
