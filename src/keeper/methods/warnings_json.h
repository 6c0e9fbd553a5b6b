/* SPDX-License-Identifier: ISC */
/* Warnings of the life cycle as the control interface tells them. */
#ifndef KEEPER_METHODS_WARNINGS_JSON_H
#define KEEPER_METHODS_WARNINGS_JSON_H

#include "keys/record.h"
#include "settings/settings.h"
#include "varlink/json.h"

/* A list of sentences; warnings: or-ed enum lifecycle_warning. NULL when memory is out. */
json_t *warnings_json_of(unsigned warnings);

/* What is to be said of a key that has just come to be. */
json_t *warnings_json_of_new(const struct domain_key *key, const struct settings *settings);

#endif
