/* SPDX-License-Identifier: ISC */
/* The rotation's policy as the settings have it. The only place of settings/ that knows keys/. */
#ifndef SETTINGS_ROTATION_SETTINGS_H
#define SETTINGS_ROTATION_SETTINGS_H

#include "keys/rotation.h"
#include "settings/settings.h"

/* What the policy must be by itself, rotation_check_policy says. */
void rotation_settings_read(const struct settings *settings, struct rotation_policy *ret_policy);

#endif
