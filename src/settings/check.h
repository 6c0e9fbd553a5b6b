/* SPDX-License-Identifier: ISC */
/* What settings have to do with each other, once each is right by itself. */
#ifndef SETTINGS_CHECK_H
#define SETTINGS_CHECK_H

#include "settings/settings.h"

/* The value at fault: its setting, and the listener or the element of a list. */
struct check_place {
	enum setting setting;
	unsigned index;
};

/*
 * No two sockets have the same address, no two listeners the same name.
 * STATUS_INVALID: what is at fault, and why in err.
 */
MUST_CHECK enum status check_listeners(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

/*
 * No field is named twice in signed_fields, From stays over-signed, Sender is
 * signed where it is written, and what changes on the way is not. STATUS_INVALID
 * as above.
 */
MUST_CHECK enum status check_fields(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

/*
 * Organizations have names of their own and know their listeners; their header
 * field has somebody to write it. STATUS_INVALID as above.
 */
MUST_CHECK enum status check_origin(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

/*
 * identity and also_sign name nothing twice, also_sign not too much, and it is
 * there where it is needed. STATUS_INVALID as above.
 */
MUST_CHECK enum status check_signing(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

/* The field that stamps is nobody else's. STATUS_INVALID as above. */
MUST_CHECK enum status check_stamp(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

/* Metrics have an address of their own, which other machines do not reach. STATUS_INVALID as above. */
MUST_CHECK enum status check_metrics(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

/* The provider zone has all it needs, or nothing. STATUS_INVALID as above. */
MUST_CHECK enum status check_provider(
    const struct settings *settings, struct check_place *ret_place, struct error *err);

#endif
