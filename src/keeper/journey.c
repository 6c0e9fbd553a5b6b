/* SPDX-License-Identifier: ISC */
#include "keeper/journey.h"

#include "keeper/deeds.h"
#include "keeper/publisher.h"
#include "keeper/rotator_parts.h"
#include "keeper/timer.h"
#include "process/clock.h"
#include "process/log.h"

#define STEPS_MAX 8 /* of one set in a row: a round has fewer that take no time */
#define AWAITED_S 600 /* whoever does it wakes us */

void
journey_log_trouble(struct journey *journey, const struct error *err)
{
	static struct log_often troubles = { .kind = "event=rotation" };

	journey->is_troubled = true;
	log_write_often(&troubles, LOG_LEVEL_WARNING, "event=rotation set=%lld error=\"%s\"",
	    (long long)journey->set_number, err->text);
}

/* ---- reporting ---- */

/* What a milter, a verifier or the owner will see differently. */
static void
tell(const struct journey *journey)
{
	const struct key_slot *slots = journey->set.slots;

	if (journey->order.action == ROTATION_SWITCH)
		log_write(LOG_LEVEL_NOTICE, "event=rotated set=%lld slot=%s", (long long)journey->set_number,
		    word_text(slot_words, (int)journey->order.slot));
	else if (journey->order.action == ROTATION_MEND_CLOCK)
		log_write(LOG_LEVEL_ERROR, "event=rotation set=%lld error=\"the clock went back\"",
		    (long long)journey->set_number);
	else if (journey->order.action == ROTATION_DELETE)
		log_write(LOG_LEVEL_NOTICE, "event=key-gone domain=%s selector=%s alternate_selector=%s",
		    journey->set.domain, slots[SLOT_PRIMARY].selector, slots[SLOT_ALTERNATE].selector);
}

/* Who goes on from what was written. */
static const struct {
	bool views;
	bool publisher;
} followers[ROTATION_ACTION_COUNT + 1] = {
	[ROTATION_SWITCH] = { .views = true },
	[ROTATION_GENERATE] = { .views = true, .publisher = true },
	[ROTATION_EMPTY] = { .publisher = true },
	[ROTATION_REMOVE] = { .publisher = true },
	[ROTATION_DELETE] = { .views = true },
};

static void
follow_up(struct journey *journey)
{
	struct keeper *keeper = journey->rotator->keeper;

	tell(journey);
	if (followers[journey->order.action].views)
		(void)keeper_follow(keeper);
	if (followers[journey->order.action].publisher)
		publisher_wake(keeper->publisher);
}

/* False when the store could not be written: the set is left until later. */
static bool
report(struct journey *journey, enum rotation_outcome outcome,
    const struct lifecycle_generated *key)
{
	const struct lifecycle_report what = {
		.set_number = journey->set_number,
		.order = journey->order,
		.outcome = outcome,
		.key = key,
	};
	struct rotator *rotator = journey->rotator;
	struct error err;
	bool counts = false;

	if (lifecycle_report_rotation(rotator->keeper->store, &rotator->policy, &what, clock_wall_s(),
	        &counts, &err) != STATUS_OK) {
		journey_log_trouble(journey, &err);
		return false;
	}
	if (counts && outcome == ROTATION_DONE)
		follow_up(journey);
	return true;
}

/* ---- noting ---- */

/* What is wrong with everybody's records at once is wrong with the name servers. */
static struct log_often alarms = { .kind = "event=rotation-stuck" };

/* An alarm is told when it begins; how it stands is in the record. */
static void
note_order(struct journey *journey, const struct store_rotation *kept, int64_t look_at)
{
	const struct rotation_order *order = &journey->order;
	struct error err;

	if (order->is_alarm && !kept->is_alarm)
		log_write_often(&alarms, LOG_LEVEL_ERROR,
		    "event=rotation-stuck set=%lld domain=%s reason=%s", (long long)journey->set_number, journey->set.domain,
		    word_text(rotation_reason_words, (int)order->reason));
	if (kept->look_at == look_at && kept->reason == order->reason && kept->is_alarm == order->is_alarm)
		return;
	if (store_note_rotation(journey->rotator->keeper->store, journey->set_number, look_at,
	        order->reason, order->is_alarm, &err) != STATUS_OK)
		journey_log_trouble(journey, &err);
}

/* A reload may have changed the policy. */
static void
note_times(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	const struct rotator *rotator = journey->rotator;
	struct error err;

	if (lifecycle_time_rotation(rotator->keeper->store, &rotator->policy, rotation, &err) != STATUS_OK)
		journey_log_trouble(journey, &err);
}

/* What cannot be read is in nobody's way: it is told once, and looked at hourly. */
static void
note_damage(struct journey *journey, const struct error *damage)
{
	bool is_news = false;
	struct error err;

	if (store_note_damage(journey->rotator->keeper->store, journey->set_number,
	        clock_wall_s() + ROTATOR_LOOK_AGAIN_S, &is_news, &err) != STATUS_OK)
		journey_log_trouble(journey, &err);
	else if (is_news)
		log_write_often(&alarms, LOG_LEVEL_ERROR,
		    "event=rotation-stuck set=%lld reason=damaged error=\"%s\"",
		    (long long)journey->set_number, damage->text);
}

static int64_t
earlier_of(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* For the rotation, or for the watch. */
static int64_t
look_again_at(const struct journey *journey, const struct lifecycle_rotation *rotation, int64_t now)
{
	const struct watcher *watcher = &journey->rotator->watcher;
	const struct rotation_order *order = &journey->order;
	int64_t watch_at = watcher_due_at(watcher, rotation, now);
	int64_t at = order->at;

	if (order->action != ROTATION_REST)
		at = earlier_of(at, now + ROTATOR_LATEST_S);
	if (watch_at <= now)
		watch_at = watcher_next_at(watcher, rotation, now);
	return earlier_of(at, watch_at);
}

/* ---- steps ---- */

static enum deed
put_off(struct journey *journey, const struct lifecycle_rotation *rotation, int64_t seconds,
    int64_t now)
{
	note_order(journey, &rotation->kept, now + seconds);
	return DEED_LATER;
}

/* The next look is put down first: what comes of this one does not bring another. */
static enum deed
watch(struct journey *journey, const struct lifecycle_rotation *rotation, int64_t now)
{
	int64_t seconds;

	if (!watcher_may_look(
	        &journey->rotator->watcher, journey->set_number, clock_monotonic_ms(), &seconds))
		return put_off(journey, rotation, seconds, now);
	note_order(journey, &rotation->kept, look_again_at(journey, rotation, now));
	journey->is_watch = true;
	return deeds_look(journey, rotation);
}

/* Nothing is to be done for the rotation. */
static enum deed
rest(struct journey *journey, const struct lifecycle_rotation *rotation, int64_t now)
{
	if (rotation->kept.look_at <= now &&
	    watcher_due_at(&journey->rotator->watcher, rotation, now) <= now)
		return watch(journey, rotation, now);
	note_order(journey, &rotation->kept, look_again_at(journey, rotation, now));
	return DEED_LATER;
}

/* To keep a proof fresh is no more urgent than to watch. */
static bool
is_renewal(const struct journey *journey, const struct lifecycle_rotation *rotation)
{
	return journey->order.action == ROTATION_CHECK_DNS &&
	    rotation->kept.state.step == ROTATION_READY;
}

static enum deed
act(struct journey *journey, const struct lifecycle_rotation *rotation, int64_t now)
{
	int64_t seconds;
	enum deed deed;

	if (is_renewal(journey, rotation) &&
	    !watcher_may_look(
	        &journey->rotator->watcher, journey->set_number, clock_monotonic_ms(), &seconds))
		return put_off(journey, rotation, seconds, now);
	deed = deeds_do(journey, rotation);
	if (deed == DEED_LATER)
		note_order(journey, &rotation->kept, now + ROTATOR_RETRY_S);
	else if (deed == DEED_AWAITED)
		note_order(journey, &rotation->kept, now + AWAITED_S);
	return deed;
}

/* One step; DEED_DONE when another may follow at once. */
static enum deed
take_step(struct journey *journey)
{
	struct rotator *rotator = journey->rotator;
	struct rotation_order *order = &journey->order;
	struct lifecycle_rotation rotation;
	int64_t now = clock_wall_s();
	struct error err = { "" };
	enum deed deed;
	enum status status = lifecycle_read_rotation(
	    rotator->keeper->store, &rotator->policy, journey->set_number, &rotation, &err);

	if (status == STATUS_DAMAGED)
		note_damage(journey, &err);
	else if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		journey_log_trouble(journey, &err);
	if (status != STATUS_OK)
		return DEED_LATER;
	journey->set = rotation.set;
	note_times(journey, &rotation);
	rotation_next(&rotation.kept.state, &rotation.facts, &rotator->policy, now, order);
	if (order->action == ROTATION_WAIT || order->action == ROTATION_REST)
		return rest(journey, &rotation, now);
	deed = act(journey, &rotation, now);
	return deed == DEED_DONE && !report(journey, ROTATION_DONE, NULL) ? DEED_LATER : deed;
}

static void
take_steps(struct journey *journey)
{
	enum deed deed = DEED_DONE;

	for (int i = 0; i < STEPS_MAX && deed == DEED_DONE; i++)
		deed = take_step(journey);
	if (deed != DEED_BEGUN)
		journey_leave(journey);
}

/* ---- from outside ---- */

void
journey_begin(struct journey *journey, int64_t set_number)
{
	*journey = (struct journey){ .rotator = journey->rotator, .is_taken = true,
		.set_number = set_number };
	take_steps(journey);
}

void
journey_go_on(struct journey *journey, enum rotation_outcome outcome,
    const struct lifecycle_generated *key)
{
	if (report(journey, outcome, key) && !journey->rotator->keeper->is_draining)
		take_steps(journey);
	else
		journey_leave(journey);
}

void
journey_leave(struct journey *journey)
{
	journey->is_taken = false;
	if (!journey->rotator->keeper->is_draining)
		timer_set(journey->rotator->timer, journey->is_troubled ? ROTATOR_RETRY_S : 0);
}
