/* SPDX-License-Identifier: ISC */
#include "keeper/methods/warnings_json.h"

#include "keys/org.h"
#include "lifecycle/lifecycle.h"
#include "verdict/organizational.h"

json_t *
warnings_json_of(unsigned warnings)
{
	json_t *texts = json_array();

	for (unsigned bit = 1; bit != 0 && bit <= warnings; bit <<= 1) {
		const char *text = lifecycle_warning_text((enum lifecycle_warning)bit);

		if ((warnings & bit) == 0)
			continue;
		if (json_array_append_new(texts, json_string(text)) != 0) {
			json_decref(texts);
			return NULL;
		}
	}
	return texts;
}

/* Whether any rule leads mail there; a header field can name them all. */
static bool
is_org_named(const char *org, const struct settings *settings)
{
	if (strcmp(org, ORG_DEFAULT) == 0 || settings_text(settings, SETTING_ORG_HEADER_NAME, 0)[0] != '\0')
		return true;
	for (unsigned i = 0; i < settings_count(settings, SETTING_ORG_NAME); i++) {
		if (strcmp(org, settings_text(settings, SETTING_ORG_NAME, i)) == 0)
			return true;
	}
	return false;
}

json_t *
warnings_json_of_new(const struct domain_key *key, const struct settings *settings)
{
	unsigned warnings = lifecycle_set_warnings(&key->set);
	char organizational[DOMAIN_MAX + 1];

	organizational_domain(key->set.domain, organizational);
	if (organizational[0] == '\0')
		warnings |= LIFECYCLE_PUBLIC_SUFFIX;
	if (!is_org_named(key->org, settings))
		warnings |= LIFECYCLE_ORG_UNNAMED;
	return warnings_json_of(warnings);
}
