/* SPDX-License-Identifier: ISC */
/*
 * Comma-separated values, RFC 4180: row by row, with the line each begins in.
 * Lines end with CRLF or LF; empty lines are no rows; quoted fields may hold
 * commas, line ends and doubled quotation marks; white space counts. What breaks
 * these rules is an error, never guessed at.
 *
 * signetctl's; one owner: csv_init, csv_done.
 */
#ifndef CTL_BULK_CSV_H
#define CTL_BULK_CSV_H

#include "base/arena.h"
#include "base/error.h"

#define CSV_FIELDS_MAX 64
#define CSV_ROW_MAX (1U << 20) /* octets of the fields of a row that had to be copied */

struct csv {
	struct slice rest;
	unsigned line;      /* in which rest begins, from 1 */
	struct arena arena; /* of fields with doubled quotation marks */
};

struct csv_row {
	unsigned line;
	size_t count;
	struct slice fields[CSV_FIELDS_MAX]; /* until the next row is read */
};

/* text: without byte order mark; stays the caller's. */
void csv_init(struct csv *csv, struct slice text);
void csv_done(struct csv *csv);

/*
 * The next row; STATUS_NOT_FOUND at the end. STATUS_INVALID or STATUS_TOO_LARGE:
 * csv->line is the line at fault, and nothing can be read after it.
 */
MUST_CHECK enum status csv_next(struct csv *csv, struct csv_row *ret_row, struct error *err);

#endif
