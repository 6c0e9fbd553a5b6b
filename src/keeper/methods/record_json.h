/* SPDX-License-Identifier: ISC */
/*
 * A domain key as JSON, under the names that docs/control.varlink gives its
 * fields. One table says which field is read from where, and who may see it.
 */
#ifndef KEEPER_METHODS_RECORD_JSON_H
#define KEEPER_METHODS_RECORD_JSON_H

#include "keys/record.h"
#include "varlink/json.h"

/*
 * The caller's own. rights: or-ed enum peer_right; fields that may not be seen
 * are null. NULL when memory is out.
 */
json_t *record_json_of_key(const struct domain_key *key, unsigned rights);

#endif
