/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

static const struct {
	enum flaw flaw;
	enum setting setting;
} fits[] = {
	{ FLAW_NO_FROM, SETTING_FIT_NO_FROM },
	{ FLAW_SEVERAL_FROM, SETTING_FIT_SEVERAL_FROM },
	{ FLAW_DUPLICATE_FIELD, SETTING_FIT_DUPLICATE_FIELD },
	{ FLAW_LONG_HEADER_LINE, SETTING_FIT_LONG_HEADER_LINE },
	{ FLAW_LONG_BODY_LINE, SETTING_FIT_LONG_BODY_LINE },
	{ FLAW_EIGHT_BIT_HEADER, SETTING_FIT_EIGHT_BIT_HEADER },
	{ FLAW_EIGHT_BIT_BODY, SETTING_FIT_EIGHT_BIT_BODY },
	{ FLAW_EIGHT_BIT_UNDECLARED, SETTING_FIT_EIGHT_BIT_UNDECLARED },
	{ FLAW_BARE_CR, SETTING_FIT_BARE_CR },
	{ FLAW_BARE_LF, SETTING_FIT_BARE_LF },
	{ FLAW_NUL, SETTING_FIT_NUL },
};

static const enum decision fit_decisions[] = {
	[SETTING_FIT_SIGN] = DECISION_SIGN,
	[SETTING_FIT_SKIP] = DECISION_SKIP,
	[SETTING_FIT_REJECT] = DECISION_REJECT,
};

enum status
fit_read(struct reader *r)
{
	struct fitness_settings *fitness = &r->decide->fitness;

	fitness->line_max = settings_number(r->settings, SETTING_FIT_LINE_MAX, 0);
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		enum setting setting = fits[i].setting;

		fitness->actions[fits[i].flaw] = fit_decisions[settings_number(r->settings, setting, 0)];
		fitness->lines[fits[i].flaw] = settings_line(r->settings, setting, 0);
	}
	return STATUS_OK;
}
