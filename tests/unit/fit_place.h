/* SPDX-License-Identifier: ISC */
/* Actions on unfit mail for tests of what decides: what is said of each flaw by default (signetd.conf(5)). */
#ifndef FIT_PLACE_H
#define FIT_PLACE_H

#include "policy/fitness.h"

static const struct fitness_settings fitness_default = {
	.actions = {
		[FLAW_NO_FROM] = DECISION_SKIP,
		[FLAW_SEVERAL_FROM] = DECISION_REJECT,
		[FLAW_DUPLICATE_FIELD] = DECISION_SIGN,
		[FLAW_LONG_HEADER_LINE] = DECISION_SIGN,
		[FLAW_LONG_BODY_LINE] = DECISION_SIGN,
		[FLAW_EIGHT_BIT_HEADER] = DECISION_SIGN,
		[FLAW_EIGHT_BIT_BODY] = DECISION_SIGN,
		[FLAW_EIGHT_BIT_UNDECLARED] = DECISION_SIGN,
		[FLAW_BARE_CR] = DECISION_SIGN,
		[FLAW_BARE_LF] = DECISION_SIGN,
		[FLAW_NUL] = DECISION_SIGN,
	},
	.line_max = 998,
};

#endif
