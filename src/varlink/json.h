/* SPDX-License-Identifier: ISC */
/*
 * JSON for the control interface: the only header that includes jansson.h.
 * Reading is strict (one object, no name twice); writing keeps the order in
 * which members were set. Functions that take a json_t to keep it ("steal")
 * say so, as jansson's do.
 */
#ifndef VARLINK_JSON_H
#define VARLINK_JSON_H

#include <jansson.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/slice.h"

/* Parses one object; the caller owns it (json_decref). STATUS_INVALID says where. */
MUST_CHECK enum status json_read_object(
    struct slice text, json_t **ret_object, struct error *err);

/* Compact or, for people, indented. A failure is sticky in out. */
void json_write(const json_t *value, bool is_indented, struct buf *out);

/* Texts are UTF-8 in JSON; what is not becomes null. */
json_t *json_of_slice(struct slice text);

/* Standard base64 with padding. */
json_t *json_of_base64(const uint8_t *bytes, size_t len);

/* RFC 3339 in UTC, or null for 0: "never". */
json_t *json_of_time(int64_t seconds);

/* The member as text, or NULL when it is not there, null, or something else. */
const char *json_member_text(const json_t *object, const char *name);

/* The member as a flag or a number; fallback when it is not there. */
bool json_member_flag(const json_t *object, const char *name, bool fallback);
int64_t json_member_number(const json_t *object, const char *name, int64_t fallback);

#endif
