/* SPDX-License-Identifier: ISC */
#include "keeper/rotator.h"

#include <stdlib.h>

#include "keeper/check.h"
#include "keeper/publisher.h"
#include "keeper/timer.h"
#include "keeper/vault_line.h"
#include "lifecycle/find.h"
#include "lifecycle/rotate.h"
#include "process/clock.h"
#include "process/log.h"
#include "settings/rotation_settings.h"

#define UNDER_WAY_MAX 8
#define STEPS_MAX 8 /* of one set in a row: a round has fewer that take no time */
#define LOOK_AGAIN_S 3600 /* when nothing is due: the clock may have been set */
#define LATEST_S 86400    /* each set is looked at so often, however long its wait: likewise */
#define RETRY_S 5         /* when the store, dns or the vault cannot be asked now */
#define WATCH_S 86400     /* between two looks at a record that signs */
#define PUBLISHER_S 600   /* it wakes us */

/* One set with which something is being done. */
struct journey {
	struct rotator *rotator;
	bool is_taken;
	bool is_watch;    /* nothing was ordered: nothing is reported */
	bool is_troubled; /* by the store: at once it would be no better */
	int64_t set_number;
	struct rotation_order order;
};

struct rotator {
	struct keeper *keeper;
	struct rotation_policy policy;
	sd_event_source *timer;
	struct journey journeys[UNDER_WAY_MAX];
};

static void go_on(struct journey *journey);

static void
log_trouble(struct journey *journey, const struct error *err)
{
	journey->is_troubled = true;
	log_write(LOG_LEVEL_WARNING, "event=rotation set=%lld error=\"%s\"",
	    (long long)journey->set_number, err->text);
}

/* ---- reporting ---- */

/* What a milter or a verifier will see differently. */
static void
tell(const struct journey *journey)
{
	if (journey->order.action == ROTATION_SWITCH)
		log_write(LOG_LEVEL_NOTICE, "event=rotated set=%lld slot=%s", (long long)journey->set_number,
		    word_text(slot_words, (int)journey->order.slot));
	else if (journey->order.action == ROTATION_MEND_CLOCK)
		log_write(LOG_LEVEL_ERROR, "event=rotation set=%lld error=\"the clock went back\"",
		    (long long)journey->set_number);
}

static void
follow_up(struct journey *journey)
{
	struct keeper *keeper = journey->rotator->keeper;

	tell(journey);
	if (journey->order.action == ROTATION_SWITCH || journey->order.action == ROTATION_GENERATE)
		(void)keeper_follow(keeper);
	if (journey->order.action == ROTATION_GENERATE && keeper->publisher != NULL)
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
		log_trouble(journey, &err);
		return false;
	}
	if (counts && outcome == ROTATION_DONE)
		follow_up(journey);
	return true;
}

static void
leave(struct journey *journey)
{
	journey->is_taken = false;
	if (!journey->rotator->keeper->is_draining)
		timer_set(journey->rotator->timer, journey->is_troubled ? RETRY_S : 0);
}

static void
report_and_go_on(struct journey *journey, enum rotation_outcome outcome,
    const struct lifecycle_generated *key)
{
	if (report(journey, outcome, key) && !journey->rotator->keeper->is_draining)
		go_on(journey);
	else
		leave(journey);
}

/* ---- doing ---- */

/* What became of an action: done at once, begun (an answer will come), or not possible now. */
enum doing { DOING_DONE, DOING_BEGUN, DOING_LATER };

static enum doing
do_at_once(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	(void)journey;
	(void)rotation;
	return DOING_DONE;
}

static enum doing
do_follow(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	(void)rotation;
	return keeper_follow(journey->rotator->keeper) ? DOING_DONE : DOING_LATER;
}

/* The publisher does it, and wakes us; an owner is told by signetctl records. */
static enum doing
do_publish(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	const struct key_slot *slot = &rotation->set.slots[journey->order.slot];

	if (rotation->set.publication == PUBLICATION_DIRECT ||
	    slot->publish.state == PUBLISH_PUBLISHED)
		return DOING_DONE;
	return DOING_LATER;
}

static void
on_generated(void *context, enum status status, const union frame *frame)
{
	struct journey *journey = context;
	struct lifecycle_generated key;
	struct error err = { "the vault did not answer" };

	if (status == STATUS_OK)
		status = vault_line_take_generated(frame, &key, &err);
	if (status != STATUS_OK)
		log_trouble(journey, &err);
	report_and_go_on(journey, status == STATUS_OK ? ROTATION_DONE : ROTATION_TEMPORARY, &key);
}

static enum doing
do_generate(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	struct keeper *keeper = journey->rotator->keeper;
	enum status status = vault_line_generate(keeper->vault, rotation->set.algorithm,
	    rotation->set.key_bits, clock_monotonic_ms(), on_generated, journey);

	keeper_watch_deadlines(keeper);
	return status == STATUS_OK ? DOING_BEGUN : DOING_LATER;
}

static enum rotation_outcome
outcome_of(const struct check_result *result, enum slot slot)
{
	const struct check_slot *seen = &result->slots[slot];

	if (result->status != STATUS_OK || !seen->was_looked_at ||
	    seen->look.verdict.state == DNS_UNCHECKED)
		return ROTATION_TEMPORARY;
	return seen->look.verdict.state == DNS_VERIFIED ? ROTATION_DONE : ROTATION_FAILED;
}

static void
note_ttls(struct journey *journey, const struct check_result *result)
{
	struct error err;

	for (int i = 0; i < SLOT_COUNT; i++) {
		if (result->slots[i].was_looked_at &&
		    store_note_ttl(journey->rotator->keeper->store, journey->set_number, (enum slot)i,
		        result->slots[i].look.ttl_s, &err) != STATUS_OK)
			log_trouble(journey, &err);
	}
}

static void
on_checked(void *context, const struct check_result *result)
{
	struct journey *journey = context;

	note_ttls(journey, result);
	if (journey->is_watch) {
		leave(journey);
		return;
	}
	report_and_go_on(journey, outcome_of(result, journey->order.slot), NULL);
}

static enum doing
do_check(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	struct keeper *keeper = journey->rotator->keeper;
	struct check_options options = { .actor = "signetd", .done = on_checked, .context = journey };
	struct domain_key key;
	struct error err;
	enum status status = lifecycle_find_id(keeper->store, &rotation->active, &key, &err);

	if (status == STATUS_OK)
		status = check_start(keeper, &key, &options, &err);
	return status == STATUS_OK ? DOING_BEGUN : DOING_LATER;
}

static enum doing (*const actions[ROTATION_ACTION_COUNT + 1])(
    struct journey *journey, const struct lifecycle_rotation *rotation) = {
	[ROTATION_SWITCH] = do_at_once,
	[ROTATION_FOLLOW] = do_follow,
	[ROTATION_GENERATE] = do_generate,
	[ROTATION_PUBLISH] = do_publish,
	[ROTATION_CHECK_DNS] = do_check,
	[ROTATION_MEND_CLOCK] = do_at_once,
};

/* ---- one set ---- */

/* An alarm is told when it begins; how it stands is in the record. */
static void
note_order(struct journey *journey, const struct store_rotation *kept, int64_t look_at)
{
	const struct rotation_order *order = &journey->order;
	struct error err;

	if (order->is_alarm && !kept->is_alarm)
		log_write(LOG_LEVEL_ERROR, "event=rotation-stuck set=%lld reason=%s",
		    (long long)journey->set_number, word_text(rotation_reason_words, (int)order->reason));
	if (kept->look_at == look_at && kept->reason == order->reason && kept->is_alarm == order->is_alarm)
		return;
	if (store_note_rotation(journey->rotator->keeper->store, journey->set_number, look_at,
	        order->reason, order->is_alarm, &err) != STATUS_OK)
		log_trouble(journey, &err);
}

static int64_t
look_again_at(const struct rotation_order *order, int64_t now)
{
	bool is_far = order->action != ROTATION_REST && order->at > now + LATEST_S;

	return is_far ? now + LATEST_S : order->at;
}

/* ---- watching ---- */

/* A record that signs was not looked at for a day: it may be gone. */
static bool
wants_watch(const struct lifecycle_rotation *rotation, int64_t now)
{
	const struct key_slot *signing = &rotation->set.slots[rotation->set.signing_slot];

	return rotation->facts.is_active && rotation->kept.look_at <= now &&
	    now - signing->dns.checked_at > WATCH_S;
}

/* The next look is put down first: what comes of this one does not bring another. */
static enum doing
watch(struct journey *journey, const struct lifecycle_rotation *rotation, int64_t now)
{
	int64_t at = look_again_at(&journey->order, now);

	note_order(journey, &rotation->kept, at < now + LOOK_AGAIN_S ? at : now + LOOK_AGAIN_S);
	journey->is_watch = true;
	return do_check(journey, rotation);
}

/* One step; DOING_DONE when another may follow at once. */
static enum doing
take_step(struct journey *journey)
{
	struct rotator *rotator = journey->rotator;
	struct rotation_order *order = &journey->order;
	struct lifecycle_rotation rotation;
	int64_t now = clock_wall_s();
	struct error err = { "" };
	enum doing doing;
	enum status status =
	    lifecycle_read_rotation(rotator->keeper->store, journey->set_number, &rotation, &err);

	if (status != STATUS_OK) {
		if (status != STATUS_NOT_FOUND)
			log_trouble(journey, &err);
		return DOING_LATER;
	}
	rotation_next(&rotation.kept.state, &rotation.facts, &rotator->policy, now, order);
	if (order->action == ROTATION_WAIT || order->action == ROTATION_REST) {
		if (wants_watch(&rotation, now))
			return watch(journey, &rotation, now);
		note_order(journey, &rotation.kept, look_again_at(order, now));
		return DOING_LATER;
	}
	doing = actions[order->action](journey, &rotation);
	if (doing == DOING_LATER)
		note_order(journey, &rotation.kept,
		    now + (order->action == ROTATION_PUBLISH ? PUBLISHER_S : RETRY_S));
	if (doing == DOING_DONE && !report(journey, ROTATION_DONE, NULL))
		return DOING_LATER;
	return doing;
}

static void
go_on(struct journey *journey)
{
	enum doing doing = DOING_DONE;

	for (int i = 0; i < STEPS_MAX && doing == DOING_DONE; i++)
		doing = take_step(journey);
	if (doing != DOING_BEGUN)
		leave(journey);
}

/* ---- all of them ---- */

struct round {
	struct rotator *rotator;
	int64_t now;
	int64_t next_at; /* when something is due that is not yet */
	unsigned count;
	int64_t due[UNDER_WAY_MAX];
};

static bool
is_under_way(const struct rotator *rotator, int64_t number)
{
	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
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
	} else if (round->count < UNDER_WAY_MAX) {
		round->due[round->count++] = number;
	}
	return STATUS_OK;
}

static struct journey *
find_room(struct rotator *rotator)
{
	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
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
		journey->is_taken = true;
		journey->is_troubled = false;
		journey->is_watch = false;
		journey->set_number = round->due[i];
		go_on(journey);
	}
}

void
rotator_wake(struct rotator *rotator)
{
	struct round round = { .rotator = rotator, .now = clock_wall_s() };
	struct store *store = rotator->keeper->store;
	struct error err;
	enum status status =
	    store_recall_rotations(store, round.now + LATEST_S + LOOK_AGAIN_S, &err);

	round.next_at = round.now + LOOK_AGAIN_S;
	if (status == STATUS_OK)
		status = store_list_rotations(store, 2 * UNDER_WAY_MAX + 1, take_due, &round, &err);
	if (status != STATUS_OK) {
		log_write(LOG_LEVEL_WARNING, "event=rotation error=\"%s\"", err.text);
		timer_set(rotator->timer, RETRY_S);
		return;
	}
	timer_set(rotator->timer, round.next_at - round.now);
	begin_due(&round);
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
	for (size_t i = 0; i < UNDER_WAY_MAX; i++)
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
