/* SPDX-License-Identifier: ISC */
#include "milter/options.h"

#include <stdlib.h>

#include "milter/message.h"
#include "policy/decide_settings.h"
#include "settings/choice_settings.h"

static const struct {
	enum setting_canonicalization setting;
	enum canon header;
	enum canon body;
} canonicalizations[] = {
	{ CANONICALIZATION_SIMPLE_SIMPLE, CANON_SIMPLE, CANON_SIMPLE },
	{ CANONICALIZATION_SIMPLE_RELAXED, CANON_SIMPLE, CANON_RELAXED },
	{ CANONICALIZATION_RELAXED_SIMPLE, CANON_RELAXED, CANON_SIMPLE },
	{ CANONICALIZATION_RELAXED_RELAXED, CANON_RELAXED, CANON_RELAXED },
};

static void
read_canonicalization(struct options *options, const struct settings *settings)
{
	uint64_t wanted = settings_number(settings, SETTING_CANONICALIZATION, 0);

	for (size_t i = 0; i < sizeof(canonicalizations) / sizeof(canonicalizations[0]); i++) {
		if ((uint64_t)canonicalizations[i].setting != wanted)
			continue;
		options->header_canon = canonicalizations[i].header;
		options->body_canon = canonicalizations[i].body;
	}
}

/* A message that the other limits allow is put off for others only. */
static size_t
at_least_one_message(size_t max_bytes, const struct options *options)
{
	const struct message_limits limits = { options->header_max_bytes, options->header_max_fields };
	size_t one = message_max_bytes(&limits);

	return max_bytes > one ? max_bytes : one;
}

static enum status
read_settings(struct options *options, unsigned listener, struct error *err)
{
	const struct settings *settings = options->settings;
	enum status status;

	if (listener >= settings_count(settings, SETTING_LISTENER_ADDRESS))
		return error_set(err, STATUS_INVALID, "there is no listener %u", listener);
	options->listener_name = decide_settings_listener_name(settings, listener);
	options->listener = listener;
	options->stamp_header = settings_text(settings, SETTING_STAMP_HEADER, 0);
	read_canonicalization(options, settings);
	options->header_max_bytes = settings_number(settings, SETTING_HEADER_MAX_BYTES, 0);
	options->header_max_fields = settings_number(settings, SETTING_HEADER_MAX_FIELDS, 0);
	options->connections_max = (unsigned)settings_number(settings, SETTING_CONNECTIONS_MAX, 0);
	options->messages_max_bytes =
	    at_least_one_message(settings_number(settings, SETTING_MESSAGES_MAX_BYTES, 0), options);
	options->vault_timeout_ms = (int)settings_number(settings, SETTING_VAULT_TIMEOUT, 0);
	options->drain_timeout_ms = (int)settings_number(settings, SETTING_DRAIN_TIMEOUT, 0);
	status = decide_settings_read(settings, &options->decide, err);
	return status == STATUS_OK ? choice_settings_read(settings, &options->fields, err) : status;
}

enum status
options_new(struct settings *settings, unsigned listener, uint32_t version,
    struct options **ret_options, struct error *err)
{
	struct options *options = calloc(1, sizeof(*options));
	enum status status;

	if (options == NULL) {
		settings_free(&settings);
		return error_set(err, STATUS_NO_MEMORY, "no memory for the settings");
	}
	options->settings = settings;
	options->version = version;
	status = read_settings(options, listener, err);
	if (status == STATUS_OK)
		*ret_options = options;
	else
		options_free(&options);
	return status;
}

void
options_free(struct options **options)
{
	if (*options == NULL)
		return;
	decide_settings_free(&(*options)->decide);
	free((*options)->fields);
	settings_free(&(*options)->settings);
	free(*options);
	*options = NULL;
}
