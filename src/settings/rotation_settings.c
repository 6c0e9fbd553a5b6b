/* SPDX-License-Identifier: ISC */
#include "settings/rotation_settings.h"

#define PROOF_LIFE_S (24 * 60 * 60) /* as long as a verdict opens the gate */

static int64_t
seconds(const struct settings *settings, enum setting setting)
{
	return (int64_t)(settings_number(settings, setting, 0) / 1000);
}

void
rotation_settings_read(const struct settings *settings, struct rotation_policy *ret_policy)
{
	*ret_policy = (struct rotation_policy){
		.every_s = seconds(settings, SETTING_ROTATION_EVERY),
		.retire_after_s = seconds(settings, SETTING_ROTATION_RETIRE_AFTER),
		.ttl_s = seconds(settings, SETTING_PROVIDER_TTL),
		.margin_s = seconds(settings, SETTING_ROTATION_MARGIN),
		.proof_life_s = PROOF_LIFE_S,
		.queue_life_s = seconds(settings, SETTING_ROTATION_QUEUE_LIFE),
		.signature_life_s = seconds(settings, SETTING_ROTATION_SIGNATURE_LIFE),
		.zone = settings_text(settings, SETTING_PROVIDER_NAME, 0),
	};
}
