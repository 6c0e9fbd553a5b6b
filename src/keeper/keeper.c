/* SPDX-License-Identifier: ISC */
#include "keeper/keeper.h"

#include <errno.h>

#include "keeper/publisher.h"
#include "keeper/rotator.h"
#include "process/clock.h"
#include "process/log.h"

#define USEC_PER_MS 1000U
#define ACCURACY_USEC 10000U
#define PUBLISH_RETRY_MS 1000

static void
set_timer(sd_event_source *timer, int64_t at_ms)
{
	int r = sd_event_source_set_time(timer, (uint64_t)at_ms * USEC_PER_MS);

	if (r >= 0)
		r = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
	if (r < 0)
		log_write(LOG_LEVEL_ERROR, "event=timer error=\"%s\"", strerrordesc_np(-r));
}

static int
on_publishing(sd_event_source *source, uint64_t at, void *context)
{
	struct error err;

	(void)source;
	(void)at;
	(void)!keeper_publish(context, &err); /* it has said why, and will come again */
	return 0;
}

static int
on_deadlines(sd_event_source *source, uint64_t at, void *context)
{
	struct keeper *keeper = context;

	(void)source;
	(void)at;
	line_expire(keeper->vault, clock_monotonic_ms());
	line_expire(keeper->dns, clock_monotonic_ms());
	line_expire(keeper->supervisor, clock_monotonic_ms());
	keeper_watch_deadlines(keeper);
	return 0;
}

static int
add_timer(struct keeper *keeper, sd_event_source **ret_timer, sd_event_time_handler_t handler)
{
	int r = sd_event_add_time(
	    keeper->event, ret_timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, handler, keeper);

	return r < 0 ? r : sd_event_source_set_enabled(*ret_timer, SD_EVENT_OFF);
}

enum status
keeper_init(struct keeper *keeper, struct error *err)
{
	int r = add_timer(keeper, &keeper->publishing, on_publishing);

	if (r >= 0)
		r = add_timer(keeper, &keeper->deadlines, on_deadlines);
	if (r >= 0)
		return STATUS_OK;
	errno = -r;
	return error_set_errno(err, "cannot make a timer");
}

void
keeper_done(struct keeper *keeper)
{
	/* the lines first: they answer what is under way */
	line_free(&keeper->vault);
	line_free(&keeper->dns);
	line_free(&keeper->supervisor);
	server_free(&keeper->server);
	publisher_free(&keeper->publisher);
	rotator_free(&keeper->rotator);
	publish_free(&keeper->publish);
	view_close(&keeper->table);
	view_close(&keeper->keyring);
	store_close(&keeper->store);
	sd_event_source_disable_unref(keeper->publishing);
	sd_event_source_disable_unref(keeper->deadlines);
}

enum status
keeper_publish(struct keeper *keeper, struct error *err)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t again_at_ms = now_ms + PUBLISH_RETRY_MS;
	enum status status = publish_catch_up(keeper->publish, now_ms, &again_at_ms, err);

	if (again_at_ms != 0)
		set_timer(keeper->publishing, again_at_ms);
	if (status != STATUS_OK)
		log_write(LOG_LEVEL_ERROR, "event=publish status=%s error=\"%s\"", status_name(status),
		    err->text);
	return status;
}

void
keeper_watch_deadlines(struct keeper *keeper)
{
	const struct line *lines[] = { keeper->vault, keeper->dns, keeper->supervisor };
	int64_t now_ms = clock_monotonic_ms();
	int64_t next = 0;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int64_t at = line_next_deadline(lines[i], now_ms);

		if (at != 0 && (next == 0 || at < next))
			next = at;
	}
	if (next != 0)
		set_timer(keeper->deadlines, next);
}

void
keeper_tell_view_wait(void *context, enum publish_view view, bool is_waiting)
{
	struct keeper *keeper = context;
	struct frame_view_wait frame = { .view = view, .is_waiting = is_waiting ? 1 : 0 };

	channel_head(&frame.head, FRAME_VIEW_WAIT, sizeof(frame), keeper->epoch, 0);
	if (channel_send(keeper->supervisor_fd, &frame.head) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING, "event=supervisor-channel-full frame=view-wait");
}
