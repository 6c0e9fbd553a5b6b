/* SPDX-License-Identifier: ISC */
#include "policy/decide_settings.h"

#include <stdlib.h>

/* networks has room for all of the list. */
static enum status
read_networks(struct network *networks, const struct settings *settings, struct decide_settings *decide,
    struct error *err)
{
	unsigned count = settings_count(settings, SETTING_TRUSTED_NETWORKS);
	size_t used = 0;

	for (unsigned i = 0; i < count; i++) {
		struct slice text =
		    slice_from_text(settings_text(settings, SETTING_TRUSTED_NETWORKS, i));
		enum status status;

		if (slice_equal(text, SLICE_LITERAL("local"))) {
			decide->is_local_trusted = true;
			continue;
		}
		status = network_parse(text, &networks[used], err);
		if (status != STATUS_OK)
			return status;
		used++;
	}
	decide->trusted_count = used;
	return STATUS_OK;
}

enum status
decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err)
{
	struct decide_settings decide = { .identities = { IDENTITY_HEADER_FROM },
		.identity_count = 1 };
	unsigned count = settings_count(settings, SETTING_TRUSTED_NETWORKS);
	struct network *networks = calloc(count > 0 ? count : 1, sizeof(*networks));
	enum status status;

	if (networks == NULL)
		return error_set(err, STATUS_NO_MEMORY, "no memory for the trusted networks");
	status = read_networks(networks, settings, &decide, err);
	if (status != STATUS_OK) {
		free(networks);
		return status;
	}
	decide.trusted_networks = networks;
	*ret_decide = decide;
	return STATUS_OK;
}

void
decide_settings_free(struct decide_settings *decide)
{
	free((void *)(uintptr_t)decide->trusted_networks);
	*decide = (struct decide_settings){ 0 };
}

bool
decide_settings_is_outbound(const struct settings *settings, unsigned listener)
{
	return settings_number(settings, SETTING_LISTENER_OUTBOUND, listener) == OUTBOUND_ALWAYS;
}

const char *
decide_settings_listener_name(const struct settings *settings, unsigned listener)
{
	const char *name = settings_text(settings, SETTING_LISTENER_NAME, listener);

	return name[0] != '\0' ? name : settings_text(settings, SETTING_LISTENER_ADDRESS, listener);
}
