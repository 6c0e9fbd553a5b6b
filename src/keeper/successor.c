/* SPDX-License-Identifier: ISC */
#include "keeper/successor.h"

#include "process/settings_answer.h"
#include "settings/rotation_settings.h"

/* Any of them may be the one too long or too short: the file is named, and the sentence names the setting. */
static enum status
check_rotation(const struct settings *settings, struct error *err)
{
	struct rotation_policy policy;
	enum status status;

	rotation_settings_read(settings, &policy);
	status = rotation_check_policy(&policy, err);
	if (status == STATUS_OK)
		return status;
	return error_prepend(err, STATUS_REFUSED, "%s", settings_path(settings));
}

static enum status
build(int settings_fd, struct edition **ret_edition, struct error *err)
{
	struct settings *settings = NULL;
	enum status status = settings_from_memfd(settings_fd, &settings, err);

	if (status != STATUS_OK)
		return status;
	status = check_rotation(settings, err);
	if (status == STATUS_OK)
		status = edition_new(settings, ret_edition, err);
	if (status != STATUS_OK)
		settings_free(&settings);
	return status;
}

void
successor_prepare(struct successor *successor, const struct keeper *keeper,
    const struct frame_settings *offer, int settings_fd)
{
	struct edition *edition = NULL;
	struct error err = { "" };
	enum status status;

	/* what an earlier life of ours has left unread */
	if (offer->head.epoch != keeper->epoch)
		return;
	status = build(settings_fd, &edition, &err);
	edition_release(&successor->pending);
	successor->pending = edition;
	successor->attempt = offer->head.id;
	settings_answer(keeper->supervisor_fd, keeper->epoch, offer, status, &err);
}

void
successor_swap(
    struct successor *successor, struct keeper *keeper, const struct frame_settings *order)
{
	if (order->head.epoch != keeper->epoch || order->head.id != successor->attempt ||
	    successor->pending == NULL)
		return;
	keeper_use(keeper, successor->pending);
	successor->pending = NULL;
	settings_answer(keeper->supervisor_fd, keeper->epoch, order, STATUS_OK, NULL);
}
