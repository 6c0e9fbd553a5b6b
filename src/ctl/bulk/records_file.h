/* SPDX-License-Identifier: ISC */
/*
 * The records of all keys in one file. It is there when it is whole: until then
 * it is PATH.new, so that nobody loads half of it.
 */
#ifndef CTL_BULK_RECORDS_FILE_H
#define CTL_BULK_RECORDS_FILE_H

#include "ctl/bulk/job.h"

struct records_file;

/* format: "zone", "oneline", "nsupdate", "json"; NULL: zone. Errors name path or format. */
MUST_CHECK enum status records_file_open(
    const char *path, const char *format, struct records_file **ret_file, struct error *err);

/* Adds the records of the job's key, if they are known. A failure is told by records_file_close. */
void records_file_add(struct records_file *file, const struct job *job);

/* Puts it in its place when it is whole, else removes it. *file may be NULL. */
MUST_CHECK enum status records_file_close(
    struct records_file **file, bool is_whole, struct error *err);

#endif
