/* SPDX-License-Identifier: ISC */
#include "settings/check.h"

#include "settings/endpoint.h"

static bool
is_same_address(const char *a, const char *b)
{
	struct endpoint a_address, b_address;

	return endpoint_parse(slice_from_text(a), &a_address, NULL) == STATUS_OK &&
	    endpoint_parse(slice_from_text(b), &b_address, NULL) == STATUS_OK &&
	    endpoint_equal(&a_address, &b_address);
}

static enum status
check_address(const struct settings *settings, unsigned index, struct error *err)
{
	const char *text = settings_text(settings, SETTING_LISTENER_ADDRESS, index);

	if (is_same_address(text, settings_text(settings, SETTING_CONTROL_ADDRESS, 0)))
		return error_set(
		    err, STATUS_INVALID, "control has the same address; give each its own");
	for (unsigned i = 0; i < index; i++) {
		if (is_same_address(text, settings_text(settings, SETTING_LISTENER_ADDRESS, i)))
			return error_set(
			    err, STATUS_INVALID, "another listener has this address; remove one");
	}
	return STATUS_OK;
}

static enum status
check_name(const struct settings *settings, unsigned index, struct error *err)
{
	const char *text = settings_text(settings, SETTING_LISTENER_NAME, index);

	for (unsigned i = 0; i < index && text[0] != '\0'; i++) {
		if (strcmp(text, settings_text(settings, SETTING_LISTENER_NAME, i)) == 0)
			return error_set(err, STATUS_INVALID,
			    "another listener has this name; give each its own");
	}
	return STATUS_OK;
}

enum status
check_listeners(
    const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_LISTENER_ADDRESS); i++) {
		*ret_place = (struct check_place){ SETTING_LISTENER_ADDRESS, i };
		if (check_address(settings, i, err) != STATUS_OK)
			return STATUS_INVALID;
		*ret_place = (struct check_place){ SETTING_LISTENER_NAME, i };
		if (check_name(settings, i, err) != STATUS_OK)
			return STATUS_INVALID;
	}
	return STATUS_OK;
}

/* ---- metrics ---- */

static bool
is_loopback(const char *address)
{
	struct endpoint endpoint;
	struct network v4, v6;

	return endpoint_parse(slice_from_text(address), &endpoint, NULL) == STATUS_OK &&
	    network_parse(SLICE_LITERAL("127.0.0.0/8"), &v4, NULL) == STATUS_OK &&
	    network_parse(SLICE_LITERAL("::1"), &v6, NULL) == STATUS_OK &&
	    (endpoint.is_unix || network_has(&v4, &endpoint.host) ||
	        network_has(&v6, &endpoint.host));
}

static bool
is_taken(const struct settings *settings, const char *address)
{
	if (is_same_address(address, settings_text(settings, SETTING_CONTROL_ADDRESS, 0)))
		return true;
	for (unsigned i = 0; i < settings_count(settings, SETTING_LISTENER_ADDRESS); i++) {
		if (is_same_address(address, settings_text(settings, SETTING_LISTENER_ADDRESS, i)))
			return true;
	}
	return false;
}

enum status
check_metrics(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	const char *address = settings_text(settings, SETTING_METRICS_ADDRESS, 0);

	*ret_place = (struct check_place){ SETTING_METRICS_ADDRESS, 0 };
	if (address[0] == '\0')
		return STATUS_OK;
	if (is_taken(settings, address))
		return error_set(err, STATUS_INVALID,
		    "control or a listener has the same address; give each its own");
	if (!is_loopback(address))
		return error_set(err, STATUS_INVALID,
		    "metrics are told without a password; use unix:PATH or inet:127.0.0.1@PORT, and let a "
		    "proxy ask for one");
	return STATUS_OK;
}

/* ---- the provider zone ---- */

/* Each needs the next. */
static const struct {
	enum setting setting;
	enum setting needs;
	const char *remedy;
} provider_needs[] = {
	{ SETTING_PROVIDER_SERVER, SETTING_PROVIDER_NAME,
	    "a server without a zone; give the name of the zone, too" },
	{ SETTING_PROVIDER_SERVER, SETTING_PROVIDER_KEY_FILE,
	    "a server that anybody could update; give a tsig_key_file, too" },
	{ SETTING_PROVIDER_KEY_FILE, SETTING_PROVIDER_SERVER,
	    "a key and no server to use it with; give the server, too" },
};

static bool
is_given(const struct settings *settings, enum setting setting)
{
	return settings_text(settings, setting, 0)[0] != '\0';
}

enum status
check_provider(
    const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	for (size_t i = 0; i < sizeof(provider_needs) / sizeof(provider_needs[0]); i++) {
		*ret_place = (struct check_place){ provider_needs[i].setting, 0 };
		if (is_given(settings, provider_needs[i].setting) &&
		    !is_given(settings, provider_needs[i].needs))
			return error_set(err, STATUS_INVALID, "%s", provider_needs[i].remedy);
	}
	return STATUS_OK;
}
