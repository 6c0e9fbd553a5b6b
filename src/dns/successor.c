/* SPDX-License-Identifier: ISC */
#include "dns/successor.h"

#include <string.h>

#include "base/passing.h"
#include "dns/provider.h"
#include "process/settings_answer.h"

void
successor_take_key(struct successor *successor, const struct frame_settings *frame, int *key_fd)
{
	/* what an earlier life of ours has left unread */
	if (frame->head.epoch != successor->epoch)
		return;
	passing_drop(&successor->key_fd);
	successor->key_fd = *key_fd;
	successor->key_attempt = frame->head.id;
	*key_fd = -1;
}

static enum status
read_provider(const struct settings *settings, int key_fd, struct error *err)
{
	struct provider provider;
	enum status status = provider_read(settings, key_fd, &provider, err);

	explicit_bzero(&provider, sizeof(provider));
	if (status == STATUS_OK)
		return status;
	return error_prepend(err, STATUS_REFUSED, "%s:%u", settings_path(settings),
	    settings_line(settings, SETTING_PROVIDER_KEY_FILE, 0));
}

/* Of the rest nothing can be wrong that was not seen when the file was read. */
static enum status
judge(int settings_fd, int key_fd, struct error *err)
{
	struct settings *settings = NULL;
	enum status status = settings_from_memfd(settings_fd, &settings, err);

	if (status != STATUS_OK)
		return status;
	status = read_provider(settings, key_fd, err);
	settings_free(&settings);
	return status;
}

void
successor_prepare(
    struct successor *successor, const struct frame_settings *offer, int settings_fd)
{
	struct error err = { "" };
	int key_fd;
	enum status status;

	if (offer->head.epoch != successor->epoch)
		return;
	key_fd = successor->key_attempt == offer->head.id ? successor->key_fd : -1;
	status = judge(settings_fd, key_fd, &err);
	passing_drop(&successor->key_fd);
	settings_answer(successor->supervisor_fd, successor->epoch, offer, status, &err);
}

void
successor_swap(const struct successor *successor, const struct frame_settings *order)
{
	if (order->head.epoch == successor->epoch)
		settings_answer(successor->supervisor_fd, successor->epoch, order, STATUS_OK, NULL);
}
