/* SPDX-License-Identifier: ISC */
/*
 * How a struct settings comes to be, for file.c and image.c: make an empty one,
 * say how many values each setting has, set them all. From then on it is
 * immutable.
 */
#ifndef SETTINGS_BUILD_H
#define SETTINGS_BUILD_H

#include "settings/settings.h"

MUST_CHECK enum status build_new(struct settings **ret_settings);

/* Once per setting: count values, 0 and "" for now. */
MUST_CHECK enum status build_reserve(
    struct settings *settings, enum setting setting, unsigned count);

/* Copies text. index is below the count. */
MUST_CHECK enum status build_set(struct settings *settings, enum setting setting, unsigned index,
    uint64_t number, struct slice text);

#endif
