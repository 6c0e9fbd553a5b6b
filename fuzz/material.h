/* SPDX-License-Identifier: ISC */
/*
 * What a target starts from, as files: corpus/<target>/, each file a seed, and
 * dictionaries/<target>.dict in libFuzzer's form, one word in quotes a line,
 * with \xNN, \\ and \" in it.
 */
#ifndef MATERIAL_H
#define MATERIAL_H

#include "mutate.h"

/* Reads them; a process reads once and keeps them. Ends the process when they are not as they should be. */
void material_read(const char *directory, const char *target, struct mutate_material *ret_material);

/* The octets of a file, to be kept. */
struct slice material_read_file(const char *path);

#endif
