/* SPDX-License-Identifier: ISC */
#include "keeper/deeds.h"

#include "keeper/check.h"
#include "keeper/rotator_parts.h"
#include "keeper/vault_line.h"
#include "lifecycle/find.h"
#include "process/clock.h"

static enum deed
do_at_once(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	(void)journey;
	(void)rotation;
	return DEED_DONE;
}

static enum deed
do_follow(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	(void)rotation;
	return keeper_follow(journey->rotator->keeper) ? DEED_DONE : DEED_LATER;
}

/* The publisher does it, and wakes us; an owner is told by signetctl records. */
static enum deed
do_publish(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	const struct key_slot *slot = &rotation->set.slots[journey->order.slot];

	if (rotation->set.publication == PUBLICATION_DIRECT ||
	    slot->publish.state == PUBLISH_PUBLISHED)
		return DEED_DONE;
	return DEED_AWAITED;
}

/* Likewise, of both slots: which record that is, the set itself says (lifecycle/publish.h). */
static enum deed
do_publish_both(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	const struct key_set *set = &rotation->set;
	bool is_done = true;

	(void)journey;
	for (int i = 0; i < SLOT_COUNT && set->publication == PUBLICATION_DELEGATED; i++)
		is_done = is_done &&
		    (!set->slots[i].has_key || set->slots[i].publish.state == PUBLISH_PUBLISHED);
	return is_done ? DEED_DONE : DEED_AWAITED;
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
		journey_log_trouble(journey, &err);
	journey_go_on(journey, status == STATUS_OK ? ROTATION_DONE : ROTATION_TEMPORARY, &key);
}

static void
on_met(void *context, enum status status, const union frame *frame)
{
	struct journey *journey = context;
	struct keeper *keeper = journey->rotator->keeper;
	const struct key_set *set = &journey->set;
	struct error err = { "" };

	status = vault_line_judge(status, &err);
	if (status == STATUS_OK)
		status = vault_line_take_checked(frame, keeper->store, clock_wall_s(), &err);
	if (status == STATUS_OK &&
	    vault_line_generate(keeper->vault, set->algorithm, set->key_bits, clock_monotonic_ms(),
	        on_generated, journey) != STATUS_OK)
		status = error_set(&err, STATUS_UNAVAILABLE, "too many keys are being made");
	keeper_watch_deadlines(keeper);
	if (status == STATUS_OK)
		return;
	journey_log_trouble(journey, &err);
	journey_go_on(journey, ROTATION_TEMPORARY, NULL);
}

/* As for whoever creates one: a vault that came back with another master key would make one that nobody can open. */
static enum deed
do_generate(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	struct keeper *keeper = journey->rotator->keeper;
	enum status status = vault_line_check(keeper->vault, clock_monotonic_ms(), on_met, journey);

	(void)rotation;
	keeper_watch_deadlines(keeper);
	return status == STATUS_OK ? DEED_BEGUN : DEED_LATER;
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
			journey_log_trouble(journey, &err);
	}
}

static void
on_checked(void *context, const struct check_result *result)
{
	struct journey *journey = context;

	note_ttls(journey, result);
	if (journey->is_watch) {
		journey_leave(journey);
		return;
	}
	journey_go_on(journey, outcome_of(result, journey->order.slot), NULL);
}

enum deed
deeds_look(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	struct keeper *keeper = journey->rotator->keeper;
	struct check_options options = { .actor = "signetd", .done = on_checked, .context = journey };
	struct domain_key key;
	struct error err;
	enum status status = lifecycle_find_id(keeper->store, &rotation->active, &key, &err);

	if (status != STATUS_OK)
		journey_log_trouble(journey, &err);
	else
		status = check_start(keeper, &key, &options, &err);
	return status == STATUS_OK ? DEED_BEGUN : DEED_LATER;
}

static enum deed (*const actions[ROTATION_ACTION_COUNT + 1])(
    struct journey *journey, const struct lifecycle_rotation *rotation) = {
	[ROTATION_SWITCH] = do_at_once,
	[ROTATION_FOLLOW] = do_follow,
	[ROTATION_GENERATE] = do_generate,
	[ROTATION_PUBLISH] = do_publish,
	[ROTATION_CHECK_DNS] = deeds_look,
	[ROTATION_MEND_CLOCK] = do_at_once,
	[ROTATION_QUIET] = do_follow,
	[ROTATION_EMPTY] = do_at_once,
	[ROTATION_PUBLISH_EMPTY] = do_publish_both,
	[ROTATION_REMOVE] = do_at_once,
	[ROTATION_UNPUBLISH] = do_publish_both,
	[ROTATION_DELETE] = do_at_once,
};

enum deed
deeds_do(struct journey *journey, const struct lifecycle_rotation *rotation)
{
	return actions[journey->order.action](journey, rotation);
}
