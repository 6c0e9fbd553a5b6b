/* SPDX-License-Identifier: ISC */
/*
 * How a struct settings comes to be, for file/ and image.c: make an empty one,
 * say how many values each setting has, set them all, and say where they stood.
 * From then on it is immutable.
 */
#ifndef SETTINGS_BUILD_H
#define SETTINGS_BUILD_H

#include "settings/settings.h"

/* Without a value; settings_free frees it. STATUS_NO_MEMORY. */
MUST_CHECK enum status build_new(struct settings **ret_settings);

/* Once per setting: count values, 0 and "" for now. */
MUST_CHECK enum status build_reserve(
    struct settings *settings, enum setting setting, unsigned count);

/* Copies text. index is below the count. */
MUST_CHECK enum status build_set(struct settings *settings, enum setting setting, unsigned index,
    uint64_t number, struct slice text);

/* Where a value stands: the group of a list of groups (else 0), and the line (0: it is a default). */
void build_place(struct settings *settings, enum setting setting, unsigned index, unsigned group,
    unsigned line);

/*
 * Of a list, as a whole, also an empty one: room for the lines of count of them (1, or one for each
 * group; 0 for now), and the line of one.
 */
MUST_CHECK enum status build_reserve_lists(
    struct settings *settings, enum setting setting, unsigned count);
void build_place_list(
    struct settings *settings, enum setting setting, unsigned group, unsigned line);

/* Copies the path of the file. */
MUST_CHECK enum status build_set_path(struct settings *settings, struct slice path);

#endif
