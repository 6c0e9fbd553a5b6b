/* SPDX-License-Identifier: ISC */
#include "keeper/keeper.h"

#include <errno.h>

#include "keeper/inventory.h"
#include "keeper/methods/methods.h"
#include "keeper/publisher.h"
#include "keeper/resealer.h"
#include "keeper/rotator.h"
#include "process/clock.h"
#include "process/log.h"
#include "process/pulse.h"
#include "process/role_start.h"
#include "process/view_wait.h"

#define USEC_PER_MS 1000U
#define STEP_ACCURACY_USEC 1U /* no pause between two steps */
#define DEADLINE_ACCURACY_USEC 10000U
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

void
keeper_use(struct keeper *keeper, struct edition *edition)
{
	struct edition *old = keeper->edition;

	keeper->edition = edition;
	keeper->settings = edition->settings;
	if (keeper->publish != NULL)
		publish_set_vault_timeout(keeper->publish,
		    (int64_t)settings_number(keeper->settings, SETTING_VAULT_TIMEOUT, 0));
	rotator_follow_settings(keeper->rotator);
	publisher_wake(keeper->publisher);
	edition_release(&old);
}

/* ---- publishing ---- */

static void
tell_waiting(struct keeper *keeper, enum status status, const struct error *err)
{
	while (keeper->waiting != NULL) {
		struct call *call = keeper->waiting;

		keeper->waiting = call->next;
		call_published(call, status, err);
	}
}

/* A time that has come: as soon as others have had their turn (a defer source would be before all). */
static void
come_again(struct keeper *keeper, int64_t at_ms)
{
	if (at_ms != 0)
		set_timer(keeper->publishing, at_ms);
}

/* One step; between two steps the loop serves others. */
bool
keeper_follow(struct keeper *keeper)
{
	static struct log_often troubles = { .kind = "event=publish" };
	int64_t now_ms = clock_monotonic_ms();
	struct publish_progress progress = { .again_at_ms = now_ms + PUBLISH_RETRY_MS };
	struct error err = { "" };
	enum status status = publish_step(keeper->publish, now_ms, &progress, &err);

	come_again(keeper, progress.again_at_ms);
	if (status != STATUS_OK)
		log_write_often(&troubles, LOG_LEVEL_ERROR, "event=publish status=%s error=\"%s\"",
		    status_name(status), err.text);
	if (status != STATUS_OK || progress.is_current)
		tell_waiting(keeper, status, &err);
	if (status == STATUS_DAMAGED)
		(void)sd_event_exit(keeper->event, EXIT_VIEW_DAMAGED);
	return status == STATUS_OK && progress.is_current;
}

void
keeper_publish(struct keeper *keeper, struct call *call)
{
	struct call **last = &keeper->waiting;

	while (*last != NULL)
		last = &(*last)->next;
	*last = call;
	(void)keeper_follow(keeper);
}

enum status
keeper_catch_up(struct keeper *keeper, struct error *err)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t again_at_ms = 0;
	enum status status = publish_catch_up(keeper->publish, now_ms, &again_at_ms, err);

	if (status == STATUS_OK)
		come_again(keeper, again_at_ms);
	return status;
}

static int
on_publishing(sd_event_source *source, uint64_t at, void *context)
{
	(void)source;
	(void)at;
	(void)keeper_follow(context);
	return 0;
}

/* ---- beginning and ending ---- */

static int
add_timer(struct keeper *keeper, sd_event_source **ret_timer, uint64_t accuracy_usec,
    sd_event_time_handler_t handler)
{
	int r = sd_event_add_time(
	    keeper->event, ret_timer, CLOCK_MONOTONIC, 0, accuracy_usec, handler, keeper);

	return r < 0 ? r : sd_event_source_set_enabled(*ret_timer, SD_EVENT_OFF);
}

enum status
keeper_init(struct keeper *keeper, struct error *err)
{
	int r = add_timer(keeper, &keeper->publishing, STEP_ACCURACY_USEC, on_publishing);

	if (r >= 0)
		r = add_timer(keeper, &keeper->deadlines, DEADLINE_ACCURACY_USEC, on_deadlines);
	if (r >= 0)
		return STATUS_OK;
	errno = -r;
	return error_set_errno(err, "cannot make a timer");
}

void
keeper_done(struct keeper *keeper)
{
	struct error ending = { "the daemon is being stopped" };

	/* the lines first: they answer what is under way */
	line_free(&keeper->vault);
	line_free(&keeper->dns);
	line_free(&keeper->supervisor);
	tell_waiting(keeper, STATUS_UNAVAILABLE, &ending);
	backup_forget(keeper);
	server_free(&keeper->server);
	publisher_free(&keeper->publisher);
	rotator_free(&keeper->rotator);
	resealer_free(&keeper->resealer);
	inventory_free(&keeper->inventory);
	publish_free(&keeper->publish);
	view_close(&keeper->table);
	view_close(&keeper->keyring);
	store_close(&keeper->store);
	edition_release(&keeper->edition);
	sd_event_source_disable_unref(keeper->publishing);
	sd_event_source_disable_unref(keeper->deadlines);
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
	const struct keeper *keeper = context;

	view_wait_tell(keeper->supervisor_fd, keeper->epoch, (enum frame_view)view, is_waiting);
}

void
keeper_tell_progress(void *context)
{
	const struct keeper *keeper = context;

	pulse_beat(keeper->supervisor_fd, keeper->epoch);
}
