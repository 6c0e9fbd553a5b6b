/* SPDX-License-Identifier: ISC */
/* Who walks: which sets are due, and when to come again. What is done with one is journey.c. */
#include "keeper/rotator.h"

#include <stdlib.h>

#include "keeper/rotator_parts.h"
#include "keeper/timer.h"
#include "process/clock.h"
#include "process/log.h"
#include "settings/rotation_settings.h"

struct round {
	struct rotator *rotator;
	int64_t now;
	int64_t next_at; /* when something is due that is not yet */
	unsigned count;
	int64_t due[ROTATOR_UNDER_WAY_MAX];
};

static bool
is_under_way(const struct rotator *rotator, int64_t number)
{
	for (size_t i = 0; i < ROTATOR_UNDER_WAY_MAX; i++) {
		if (rotator->journeys[i].is_taken && rotator->journeys[i].set_number == number)
			return true;
	}
	return false;
}

static enum status
take_due(void *context, int64_t number, int64_t look_at)
{
	struct round *round = context;

	if (is_under_way(round->rotator, number))
		return STATUS_OK;
	if (look_at > round->now) {
		if (look_at < round->next_at)
			round->next_at = look_at;
	} else if (round->count < ROTATOR_UNDER_WAY_MAX) {
		round->due[round->count++] = number;
	}
	return STATUS_OK;
}

static struct journey *
find_room(struct rotator *rotator)
{
	for (size_t i = 0; i < ROTATOR_UNDER_WAY_MAX; i++) {
		if (!rotator->journeys[i].is_taken)
			return &rotator->journeys[i];
	}
	return NULL;
}

/* A set whose step is over at once makes the timer come again by itself. */
static void
begin_due(struct round *round)
{
	for (unsigned i = 0; i < round->count; i++) {
		struct journey *journey = find_room(round->rotator);

		if (journey == NULL)
			return; /* who is done makes room, and comes back here */
		journey_begin(journey, round->due[i]);
	}
}

void
rotator_wake(struct rotator *rotator)
{
	static struct log_often troubles = { .kind = "event=rotation" };
	struct round round = { .rotator = rotator, .now = clock_wall_s() };
	struct store *store;
	struct error err;
	enum status status;

	if (rotator == NULL)
		return;
	store = rotator->keeper->store;
	status = store_recall_rotations(store, round.now + ROTATOR_LATEST_S + ROTATOR_LOOK_AGAIN_S, &err);
	round.next_at = round.now + ROTATOR_LOOK_AGAIN_S;
	if (status == STATUS_OK)
		status = watcher_count(&rotator->watcher, store, clock_monotonic_ms(), &err);
	if (status == STATUS_OK)
		status = store_list_rotations(store, 2 * ROTATOR_UNDER_WAY_MAX + 1, take_due, &round, &err);
	if (status != STATUS_OK) {
		log_write_often(&troubles, LOG_LEVEL_WARNING, "event=rotation error=\"%s\"", err.text);
		timer_set(rotator->timer, ROTATOR_RETRY_S);
		return;
	}
	timer_set(rotator->timer, round.next_at - round.now);
	begin_due(&round);
}

static bool
is_same_pace(const struct rotation_policy *a, const struct rotation_policy *b)
{
	return a->every_s == b->every_s && a->retire_after_s == b->retire_after_s &&
	    a->ttl_s == b->ttl_s && a->margin_s == b->margin_s;
}

/* What was told of each set, and when it is looked at again, came of the policy before. */
static void
wake_all(struct rotator *rotator)
{
	struct error err;

	if (store_wake_rotations(rotator->keeper->store, &err) != STATUS_OK)
		log_write(LOG_LEVEL_WARNING,
		    "event=rotation error=\"each set goes by the new settings from its next look on: %s\"",
		    err.text);
}

void
rotator_follow_settings(struct rotator *rotator)
{
	struct rotation_policy before;

	if (rotator == NULL)
		return;
	before = rotator->policy;
	rotation_settings_read(rotator->keeper->settings, &rotator->policy);
	if (!is_same_pace(&before, &rotator->policy))
		wake_all(rotator);
	rotator_wake(rotator);
}

static int
on_timer(sd_event_source *source, uint64_t at, void *context)
{
	(void)source;
	(void)at;
	rotator_wake(context);
	return 0;
}

enum status
rotator_new(struct keeper *keeper, struct rotator **ret_rotator, struct error *err)
{
	struct rotator *rotator = calloc(1, sizeof(*rotator));
	enum status status;

	if (rotator == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	rotator->keeper = keeper;
	for (size_t i = 0; i < ROTATOR_UNDER_WAY_MAX; i++)
		rotator->journeys[i].rotator = rotator;
	rotation_settings_read(keeper->settings, &rotator->policy);
	status = rotation_check_policy(&rotator->policy, err);
	if (status != STATUS_OK)
		status = STATUS_REFUSED;
	else
		status = timer_new(keeper->event, on_timer, rotator, &rotator->timer, err);
	if (status != STATUS_OK) {
		free(rotator);
		return status;
	}
	*ret_rotator = rotator;
	return STATUS_OK;
}

void
rotator_free(struct rotator **rotator)
{
	if (*rotator == NULL)
		return;
	sd_event_source_disable_unref((*rotator)->timer);
	free(*rotator);
	*rotator = NULL;
}
