/* SPDX-License-Identifier: ISC */
/* The rotation's policy as the settings have it. */
#ifndef KEEPER_POLICY_H
#define KEEPER_POLICY_H

#include "keys/rotation.h"
#include "settings/settings.h"

void policy_read(const struct settings *settings, struct rotation_policy *ret_policy);

#endif
