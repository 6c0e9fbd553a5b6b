/* SPDX-License-Identifier: ISC */
#include "milter/successor.h"

#include "process/settings_answer.h"

static enum status
build(const struct successor *successor, const struct frame_settings *offer, int settings_fd,
    struct options **ret_options, struct error *err)
{
	struct settings *settings = NULL;
	enum status status = settings_from_memfd(settings_fd, &settings, err);

	if (status != STATUS_OK)
		return status;
	return options_new(settings, successor->listener, offer->version, ret_options, err);
}

void
successor_prepare(
    struct successor *successor, const struct frame_settings *offer, int settings_fd)
{
	struct options *options = NULL;
	struct error err = { "" };
	enum status status;

	/* what an earlier life of ours has left unread */
	if (offer->head.epoch != successor->epoch)
		return;
	status = build(successor, offer, settings_fd, &options, &err);
	options_free(&successor->pending);
	successor->pending = options;
	successor->attempt = offer->head.id;
	settings_answer(successor->supervisor_fd, successor->epoch, offer, status, &err);
}

void
successor_swap(struct successor *successor, const struct frame_settings *order)
{
	if (order->head.epoch != successor->epoch || order->head.id != successor->attempt ||
	    successor->pending == NULL)
		return;
	/* a message that the new limits allow finds room */
	atomic_store(&successor->pool->max_bytes, successor->pending->messages_max_bytes);
	room_set_max(successor->room, successor->pending->connections_max);
	shelf_replace(successor->shelf, successor->pending);
	successor->pending = NULL;
	settings_answer(successor->supervisor_fd, successor->epoch, order, STATUS_OK, NULL);
}
