/* SPDX-License-Identifier: ISC */
#include "supervisor/offering.h"

#include "ipc/channel.h"
#include "process/log.h"
#include "supervisor/children.h"

/* What these use of the settings takes a restart: they get no copy, but are asked whether they are there. */
#define WITHOUT_COPY (ROLE_BIT(ROLE_VAULT) | ROLE_BIT(ROLE_HTTP))

static enum status
send_settings(struct child *child, const struct agreement_offer *offer, const struct frame_head *head)
{
	int fd = child->channel[END_OF_SUPERVISOR];

	if ((ROLE_BIT(child->role) & WITHOUT_COPY) != 0)
		return channel_send(fd, head);
	return channel_send_passing(fd, head, offer->settings_fd);
}

static enum status
send_key(struct child *child, const struct agreement_offer *offer, struct frame_settings frame)
{
	if (child->role != ROLE_DNS || offer->key_fd < 0)
		return STATUS_OK;
	channel_head(&frame.head, FRAME_SETTINGS_KEY, sizeof(frame), child->epoch, frame.head.id);
	return channel_send_passing(
	    child->channel[END_OF_SUPERVISOR], &frame.head, offer->key_fd);
}

/*
 * A child that cannot be told is one that does not answer: that is told in time.
 * What a life leaves unread in its channel the next one reads: it is not for it,
 * as the epoch says.
 */
void
offering_send(struct child *child)
{
	struct agreement *agreement = &child->all->agreement;
	struct frame_settings frame = { .version = agreement->offer.version };
	enum status status;

	channel_head(
	    &frame.head, FRAME_SETTINGS, sizeof(frame), child->epoch, ++agreement->attempts);
	child->settings_step = CHILD_SETTINGS_OFFERED;
	child->settings_attempt = frame.head.id;
	status = send_key(child, &agreement->offer, frame);
	if (status == STATUS_OK)
		status = send_settings(child, &agreement->offer, &frame.head);
	if (status != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "child role=%s instance=%u does not read",
		    word_text(role_words, (int)child->role), child->instance);
}

void
offering_send_swap(struct child *child)
{
	struct frame_settings frame = { .version = child->all->agreement.version };

	channel_head(&frame.head, FRAME_SETTINGS_SWAP, sizeof(frame), child->epoch,
	    child->settings_attempt);
	child->settings_step = CHILD_SETTINGS_SWAPPING;
	channel_offer(child->channel[END_OF_SUPERVISOR], &frame.head);
}
