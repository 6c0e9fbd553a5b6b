/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"

#include "base/network.h"
#include "settings/endpoint.h"

static void
warn_listeners(
    const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_LISTENER_ADDRESS); i++) {
		const char *text = settings_text(settings, SETTING_LISTENER_ADDRESS, i);
		struct endpoint address;
		struct error warning;

		if (endpoint_parse(slice_from_text(text), &address, NULL) != STATUS_OK ||
		    address.is_unix)
			continue;
		(void)error_set(&warning, STATUS_OK,
		    "listener %s believes whoever connects what client and login it names; prefer "
		    "a unix socket with a group, or let a firewall admit the mail server alone",
		    text);
		visit(context, warning.text);
	}
}

static void
warn_networks(
    const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_TRUSTED_NETWORKS); i++) {
		const char *text = settings_text(settings, SETTING_TRUSTED_NETWORKS, i);
		struct network network;
		struct error warning;

		if (network_parse(slice_from_text(text), &network, NULL) != STATUS_OK ||
		    !network_is_everything(&network))
			continue;
		(void)error_set(&warning, STATUS_OK,
		    "trusted_networks has %s: mail of anybody who connects will be signed", text);
		visit(context, warning.text);
	}
}

/* What a reader sees, or what decides how it is shown (RFC 6376 §5.4). */
static const char *const visible_fields[] = {
	"Subject",
	"To",
	"Cc",
	"Date",
	"Reply-To",
	"Sender",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
};

static bool
is_visible(const char *name)
{
	for (size_t i = 0; i < sizeof(visible_fields) / sizeof(visible_fields[0]); i++) {
		if (slice_equal_nocase(slice_from_text(visible_fields[i]), slice_from_text(name)))
			return true;
	}
	return false;
}

static void
warn_fields(const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_FIELDS_REMOVE); i++) {
		const char *name = settings_text(settings, SETTING_FIELDS_REMOVE, i);
		struct error warning;

		if (!is_visible(name))
			continue;
		(void)error_set(&warning, STATUS_OK,
		    "signed_fields.remove has %s: on the way anybody can change it, and the "
		    "signature stays good", name);
		visit(context, warning.text);
	}
}

void
settings_list_warnings(
    const struct settings *settings, settings_warning_visitor *visit, void *context)
{
	warn_listeners(settings, visit, context);
	warn_networks(settings, visit, context);
	warn_fields(settings, visit, context);
}
