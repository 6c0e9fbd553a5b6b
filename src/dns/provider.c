/* SPDX-License-Identifier: ISC */
#include "dns/provider.h"

#include <stdio.h>
#include <unistd.h>

#include "dns/endpoint_server.h"

#define KEY_FILE_MAX 4096

static enum status
read_key(int fd, struct tsig_key *ret_key, struct error *err)
{
	char text[KEY_FILE_MAX];
	ssize_t len = pread(fd, text, sizeof(text), 0);
	enum status status;

	if (len < 0)
		return error_set_errno(err, "cannot read tsig_key_file");
	status = tsig_key_parse(slice_of(text, (size_t)len), ret_key, err);
	explicit_bzero(text, sizeof(text));
	if (status == STATUS_OK)
		return status;
	return error_prepend(err, STATUS_REFUSED, "tsig_key_file");
}

enum status
provider_read(const struct settings *settings, int key_fd, struct provider *ret_provider,
    struct error *err)
{
	const char *server = settings_text(settings, SETTING_PROVIDER_SERVER, 0);
	struct provider provider = {
		.timeout_ms = (int)settings_number(settings, SETTING_DNS_TIMEOUT, 0),
	};
	enum status status = STATUS_OK;

	(void)snprintf(provider.zone, sizeof(provider.zone), "%s",
	    settings_text(settings, SETTING_PROVIDER_NAME, 0));
	if (server[0] != '\0' && key_fd >= 0) {
		status = endpoint_server(server, &provider.server);
		provider.has_server = status == STATUS_OK;
		if (status == STATUS_OK)
			status = read_key(key_fd, &provider.key, err);
	}
	if (status == STATUS_OK)
		*ret_provider = provider;
	return status;
}
