/* SPDX-License-Identifier: ISC */
#include "milter/options.h"

#include <stdlib.h>

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

static enum status
read_networks(struct options *options, const struct settings *settings, struct error *err)
{
	unsigned count = settings_count(settings, SETTING_TRUSTED_NETWORKS);
	struct network *networks = calloc(count > 0 ? count : 1, sizeof(*networks));
	size_t used = 0;

	if (networks == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the trusted networks");
	options->decide.trusted_networks = networks;
	for (unsigned i = 0; i < count; i++) {
		struct slice text =
		    slice_from_text(settings_text(settings, SETTING_TRUSTED_NETWORKS, i));
		enum status status;

		if (slice_equal(text, SLICE_LITERAL("local"))) {
			options->decide.is_local_trusted = true;
			continue;
		}
		status = network_parse(text, &networks[used], err);
		if (status != STATUS_OK)
			return status;
		used++;
	}
	options->decide.trusted_count = used;
	return STATUS_OK;
}

static void
read_listener(struct options *options, const struct settings *settings, unsigned listener)
{
	const char *name = settings_text(settings, SETTING_LISTENER_NAME, listener);

	options->listener_name = name[0] != '\0'
	    ? name
	    : settings_text(settings, SETTING_LISTENER_ADDRESS, listener);
	options->is_outbound_listener =
	    settings_number(settings, SETTING_LISTENER_OUTBOUND, listener) == OUTBOUND_ALWAYS;
}

enum status
options_new(const struct settings *settings, unsigned listener, struct options **ret_options,
    struct error *err)
{
	struct options *options;
	enum status status;

	if (listener >= settings_count(settings, SETTING_LISTENER_ADDRESS))
		return error_set(err, STATUS_INVALID, "there is no listener %u", listener);
	options = calloc(1, sizeof(*options));
	if (options == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the settings");
	read_listener(options, settings, listener);
	read_canonicalization(options, settings);
	options->decide.identities[0] = IDENTITY_HEADER_FROM;
	options->decide.identity_count = 1;
	options->header_max_bytes = settings_number(settings, SETTING_HEADER_MAX_BYTES, 0);
	options->header_max_fields = settings_number(settings, SETTING_HEADER_MAX_FIELDS, 0);
	options->vault_timeout_ms = (int)settings_number(settings, SETTING_VAULT_TIMEOUT, 0);
	options->drain_timeout_ms = (int)settings_number(settings, SETTING_DRAIN_TIMEOUT, 0);
	status = read_networks(options, settings, err);
	if (status == STATUS_OK) {
		*ret_options = options;
		return STATUS_OK;
	}
	free((void *)(uintptr_t)options->decide.trusted_networks);
	free(options);
	return status;
}
