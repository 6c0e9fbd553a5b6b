/* SPDX-License-Identifier: ISC */
/*
 * The parameters of a method, as a table: what may be there, of which kind,
 * and where in the method's own struct it goes. A name that is not in the
 * table is an error, null is as good as absent.
 */
#ifndef KEEPER_METHODS_PARAMS_H
#define KEEPER_METHODS_PARAMS_H

#include "base/words.h"
#include "varlink/json.h"

enum param_kind {
	PARAM_TEXT = 1, /* struct slice, NUL-terminated, alive as long as the JSON, not empty; absent: empty */
	PARAM_ANY_TEXT, /* as PARAM_TEXT, and may be empty */
	PARAM_FLAG,     /* bool; absent: false */
	PARAM_SWITCH,   /* enum param_switch */
	PARAM_NUMBER,   /* int64_t, from 1 to max; absent: 0 */
	PARAM_WORD,     /* int, one of words; absent: 0 */
	PARAM_TEXTS,    /* json_t *, an array of at most max texts, as long as the JSON lives; absent: NULL */
	PARAM_OBJECTS,  /* the same of objects, which the method reads */
	PARAM_COUNTS,   /* json_t *, an object of numbers from 0 to max; absent: NULL */
};

enum param_switch { PARAM_ABSENT = 0, PARAM_OFF, PARAM_ON };

struct param {
	const char *name; /* NULL ends the table */
	enum param_kind kind;
	bool is_required;
	size_t offset;
	const struct word *words;
	int64_t max;
};

/*
 * Reads parameters (an object, or NULL for none) into ret_values, a struct
 * that the caller has cleared; it may be half filled after a failure.
 * STATUS_INVALID: an unknown name or the wrong JSON type; STATUS_REFUSED: a
 * value that is missing or out of range. Both name the parameter in *ret_name.
 */
MUST_CHECK enum status params_read(const struct param *table, json_t *parameters,
    void *ret_values, const char **ret_name, struct error *err);

#endif
