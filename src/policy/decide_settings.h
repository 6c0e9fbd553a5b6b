/* SPDX-License-Identifier: ISC */
/* What the configuration says to policy/decide.h: read in one way by all who ask it. */
#ifndef POLICY_DECIDE_SETTINGS_H
#define POLICY_DECIDE_SETTINGS_H

#include "policy/decide.h"
#include "settings/settings.h"

/*
 * STATUS_INVALID names what the settings should not have let through;
 * STATUS_NO_MEMORY. On success the caller frees it. Texts point into settings,
 * which must stay.
 */
MUST_CHECK enum status decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err);
void decide_settings_free(struct decide_settings *decide);

/* The listener's name, or else its address. */
const char *decide_settings_listener_name(const struct settings *settings, unsigned listener);

#endif
