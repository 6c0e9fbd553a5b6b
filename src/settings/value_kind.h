/* SPDX-License-Identifier: ISC */
/*
 * How a text is read as a value of each kind of row: for the table in value.c
 * alone. STATUS_INVALID, with the text, what is wrong with it and the remedy in
 * err. *ret_number is 0 for texts; the range of a number is not looked at.
 */
#ifndef SETTINGS_VALUE_KIND_H
#define SETTINGS_VALUE_KIND_H

#include "settings/table.h"

/* For "%.*s": enough to recognize it, and the remedy still fits into the error. */
#define VALUE_SHOWN(text) SLICE_PRINT(slice_first((text), 80))

typedef enum status value_parser(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err);

/* ---- value_text.c ---- */

value_parser value_kind_form; /* names, paths, domains, scopes, logins, mailboxes, fields */
value_parser value_kind_secret;
value_parser value_kind_address;
value_parser value_kind_network;
value_parser value_kind_server;

/* ---- value_number.c ---- */

value_parser value_kind_mode;
value_parser value_kind_size;
value_parser value_kind_duration;
value_parser value_kind_number;
value_parser value_kind_flag;
value_parser value_kind_word;

#endif
