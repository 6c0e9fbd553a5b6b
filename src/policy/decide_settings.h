/* SPDX-License-Identifier: ISC */
/* What the configuration says to policy/decide.h: read in one way by all who ask it. */
#ifndef POLICY_DECIDE_SETTINGS_H
#define POLICY_DECIDE_SETTINGS_H

#include "policy/decide.h"
#include "settings/settings.h"

/* STATUS_INVALID names a network that is none; STATUS_NO_MEMORY. On success the caller frees it. */
MUST_CHECK enum status decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err);
void decide_settings_free(struct decide_settings *decide);

/* Has the listener outbound = "always"? */
bool decide_settings_is_outbound(const struct settings *settings, unsigned listener);

/* The listener's name, or else its address. */
const char *decide_settings_listener_name(const struct settings *settings, unsigned listener);

#endif
