/* SPDX-License-Identifier: ISC */
/*
 * What the milter takes from one version of the configuration: immutable, any
 * thread. Who holds it: shelf.h.
 */
#ifndef MILTER_OPTIONS_H
#define MILTER_OPTIONS_H

#include <stdatomic.h>

#include "dkim/canon.h"
#include "dkim/choice.h"
#include "policy/decide.h"
#include "settings/settings.h"

struct options {
	atomic_uint holders; /* shelf.h's */
	uint32_t version;    /* of the settings */
	struct settings *settings;
	const char *listener_name; /* for the log */
	unsigned listener;         /* its number */
	struct decide_settings decide;
	enum canon header_canon;
	enum canon body_canon;
	const char *stamp_header;        /* the field that says whose mail it is; "": none */
	struct choice_row *fields;       /* which header fields are signed */
	size_t header_max_bytes;
	size_t header_max_fields;
	unsigned connections_max;
	size_t messages_max_bytes;
	int vault_timeout_ms;
	int drain_timeout_ms;
};

/* Takes settings over, also when it fails. */
MUST_CHECK enum status options_new(struct settings *settings, unsigned listener, uint32_t version,
    struct options **ret_options, struct error *err);
void options_free(struct options **options);

#endif
