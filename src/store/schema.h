/* SPDX-License-Identifier: ISC */
/*
 * The schema as a table of migrations: row n brings a store of version n to
 * version n + 1 (docs/store.md). Rows are never changed once released; a
 * change of the schema is a new row. Pure text: what runs it is sqlite.c.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <stddef.h>

#define SCHEMA_APPLICATION_ID 0x53474e44 /* "SGND", in the header of the file */

/* Each a list of SQL texts that ends with NULL. */
extern const char *const *const schema_migrations[];
extern const size_t schema_version; /* the newest: how many migrations there are */

#endif
