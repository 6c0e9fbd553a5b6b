/* SPDX-License-Identifier: ISC */
/* What settings have to do with each other, once each is right by itself. */
#ifndef SETTINGS_CHECK_H
#define SETTINGS_CHECK_H

#include "settings/settings.h"

/*
 * No two sockets have the same address, no two listeners the same name.
 * STATUS_INVALID: the setting and the listener at fault, and why in err; the
 * outputs mean nothing otherwise.
 */
MUST_CHECK enum status check_listeners(const struct settings *settings, enum setting *ret_setting,
    unsigned *ret_index, struct error *err);

#endif
