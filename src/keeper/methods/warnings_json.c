/* SPDX-License-Identifier: ISC */
#include "keeper/methods/warnings_json.h"

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

json_t *
warnings_json_of_new(const struct domain_key *key)
{
	unsigned warnings = lifecycle_set_warnings(&key->set);
	char organizational[DOMAIN_MAX + 1];

	organizational_domain(key->set.domain, organizational);
	if (organizational[0] == '\0')
		warnings |= LIFECYCLE_PUBLIC_SUFFIX;
	return warnings_json_of(warnings);
}
