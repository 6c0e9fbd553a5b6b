/* SPDX-License-Identifier: ISC */
/*
 * What a start would meet on this machine, for signetd --check: groups, users,
 * directories, keys. It looks and changes nothing. What systemd or another
 * user may put right by then is foreseen as a warning, what nobody will as an
 * error.
 */
#ifndef SUPERVISOR_FORESIGHT_H
#define SUPERVISOR_FORESIGHT_H

#include "settings/settings.h"

/* text: "FILE:LINE: SETTING: what is wrong; what to do". */
typedef void foresight_visitor(void *context, bool is_certain, const char *text);
void foresight_look(const struct settings *settings, foresight_visitor *visit, void *context);

#endif
