/* SPDX-License-Identifier: ISC */
/* What CreateKey and ImportKey answer alike: a key, and warnings. */
#ifndef CTL_NEW_KEY_H
#define CTL_NEW_KEY_H

#include "varlink/json.h"

/* The record under its own names, with the warnings beside it; the caller's. */
json_t *new_key_flatten(const json_t *answer);

/* On stderr. */
void new_key_warn(const json_t *answer);

#endif
