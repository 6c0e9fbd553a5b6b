/* SPDX-License-Identifier: ISC */
/*
 * What the milter takes from the configuration: read once, immutable, any
 * thread.
 */
#ifndef MILTER_OPTIONS_H
#define MILTER_OPTIONS_H

#include "dkim/canon.h"
#include "dkim/choice.h"
#include "policy/decide.h"
#include "settings/settings.h"

struct options {
	const char *listener_name; /* for the log */
	unsigned listener;         /* its number */
	struct decide_settings decide;
	enum canon header_canon;
	enum canon body_canon;
	const char *stamp_header;        /* the field that says whose mail it is; "": none */
	const struct choice_row *fields; /* which header fields are signed */
	size_t header_max_bytes;
	size_t header_max_fields;
	unsigned connections_max;
	size_t messages_max_bytes;
	int vault_timeout_ms;
	int drain_timeout_ms;
};

/* Texts point into settings, which must stay. */
MUST_CHECK enum status options_new(const struct settings *settings, unsigned listener,
    struct options **ret_options, struct error *err);

#endif
