/* SPDX-License-Identifier: ISC */
/*
 * One version of the settings in the keeper. A call holds that of its beginning
 * until it is answered, since it may wait for others in between; the settings
 * are freed when nobody holds them and others are in use. One thread.
 */
#ifndef KEEPER_EDITION_H
#define KEEPER_EDITION_H

#include "policy/decide_settings.h"

struct edition {
	struct settings *settings;
	struct decide_settings decide; /* what they say to explain */
	unsigned holders;
};

/* Takes settings over with STATUS_OK; held by the caller. What decide_settings_read says against them. */
MUST_CHECK enum status edition_new(
    struct settings *settings, struct edition **ret_edition, struct error *err);

/* One holder more, who releases it. */
struct edition *edition_hold(struct edition *edition);

/* Accepts NULL, and leaves it. */
void edition_release(struct edition **edition);

#endif
