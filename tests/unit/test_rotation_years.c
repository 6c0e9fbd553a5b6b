/* SPDX-License-Identifier: ISC */
/*
 * Years of rotation in a world that fails: a keeper that is killed after any
 * write, forgets, comes late and hears reports late or twice; a clock that is
 * inexact and set back; name servers that lag and lose records; owners who
 * take days. Besides it stands a model that knows nothing of the rotation,
 * only what name servers serve, what resolvers may remember of it, and which
 * key signs: whenever a key signs, no resolver can see anything else at its
 * name, and none will before retire_after.
 *
 * The world's own time only goes forward. A clock that jumps forward is the
 * same as time going by while nobody looks, of which there is a lot.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "keys/rotation.h"

#define HOUR INT64_C(3600)
#define DAY (24 * HOUR)
#define YEAR (365 * DAY)
#define START (50 * YEAR) /* of the world; the clock is set back, but not before 1970 */

#define SERVERS 2
#define KEYS_MAX 4096
#define REPORTS_MAX 4
#define NOTHING 0U          /* an empty p= */
#define LOST 0xffffffffU    /* something else at the name */
#define GONE 0xfffffffeU    /* no record at all */

struct key {
	int64_t last_use;  /* 0: never signed */
	int64_t proved_at; /* the name servers and a resolver had it */
	bool is_revoked;
};

struct server_record {
	unsigned key;
	int64_t since;
	bool has_next; /* an update that is on its way */
	unsigned next;
	int64_t next_at;
};

struct report {
	struct rotation_order order;
	enum rotation_outcome outcome;
};

/* What happened, over all runs: a world in which nothing happens proves nothing. */
struct tally {
	unsigned done[ROTATION_ACTION_COUNT + 1][ROTATION_OUTCOME_COUNT + 1];
	unsigned switches, by_hand, refused, revoked, dead, killed, stale, set_back, lost;
	unsigned deleted, gone, at_once, zoneless, lingered;
};

struct world {
	uint64_t seed;
	uint64_t random;
	bool is_calm;
	bool is_rough; /* revocations, too */
	int64_t now;
	int64_t set_back_s;
	int64_t noise_s;

	struct server_record zone[SLOT_COUNT][SERVERS];
	unsigned remembered[SLOT_COUNT]; /* by the resolver that checks */
	int64_t remembered_until[SLOT_COUNT];
	int64_t ttl_s; /* of the records that are really there */
	struct key keys[KEYS_MAX];
	unsigned key_count;
	unsigned signing_key; /* of the milters; NOTHING: they do not sign */
	enum slot milter_slot;
	int64_t switched_at;
	bool is_lost; /* the next key's record, and nobody has noticed yet */
	bool is_hurried; /* deleted at once: somebody gives up the mail on its way */

	struct rotation_policy policy;
	struct rotation_facts facts; /* with state, all that survives the keeper */
	struct rotation_state state;
	unsigned key_of[SLOT_COUNT];

	struct report reports[REPORTS_MAX]; /* to come, or to come again */
	unsigned report_count;
	unsigned looks;
	unsigned switches;
	struct tally *tally;
};

#define REQUIRE(world, condition)                                                               \
	do {                                                                                    \
		if (!(condition))                                                               \
			fail_msg("seed %llu, day %lld, step %s: %s",                            \
			    (unsigned long long)(world)->seed,                                  \
			    (long long)(((world)->now - START) / DAY),                          \
			    word_text(rotation_step_words, (int)(world)->state.step), #condition); \
	} while (0)

/* ---- chance (xorshift64*), the same for the same seed ---- */

static uint64_t
draw(struct world *w, uint64_t below)
{
	w->random ^= w->random >> 12;
	w->random ^= w->random << 25;
	w->random ^= w->random >> 27;
	return ((w->random * UINT64_C(2685821657736338717)) >> 33) % below;
}

static int64_t
draw_s(struct world *w, int64_t most_s)
{
	return (int64_t)draw(w, (uint64_t)most_s + 1);
}

/* Only in bad times. */
static bool
happens(struct world *w, unsigned percent)
{
	return !w->is_calm && draw(w, 100) < percent;
}

static int64_t
clock_of(const struct world *w)
{
	return w->now - w->set_back_s + w->noise_s;
}

/* ---- the model: name servers, what resolvers remember, who signs ---- */

/* Whoever asks now, of whatever he asked before, sees the signing key. */
static void
check_signing(struct world *w)
{
	const struct key *key = &w->keys[w->signing_key];

	if (w->signing_key == NOTHING || key->is_revoked)
		return;
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct server_record *record = &w->zone[w->milter_slot][i];

		REQUIRE(w, record->key == w->signing_key);
		REQUIRE(w, record->since + w->ttl_s <= w->now);
	}
}

/* Nothing happens between two events, so the key that signs at the second signed all the while. */
static void
pass_time(struct world *w, int64_t until)
{
	check_signing(w);
	w->now = until;
	check_signing(w);
	w->keys[w->signing_key].last_use = until;
}

/* Messages that began with the old key may end some time later. */
static void
sign_with(struct world *w, enum slot slot, unsigned key)
{
	if (key == w->signing_key)
		return;
	if (w->signing_key != NOTHING)
		w->keys[w->signing_key].last_use = w->now + draw_s(w, w->policy.margin_s / 2);
	w->milter_slot = slot;
	w->signing_key = key;
	for (unsigned i = 0; i < SERVERS && key != NOTHING && !w->keys[key].is_revoked; i++)
		REQUIRE(w, w->keys[key].proved_at >= w->zone[slot][i].since);
	check_signing(w);
}

static void
serve(struct world *w, enum slot slot, unsigned server, unsigned key)
{
	struct server_record *record = &w->zone[slot][server];
	const struct key *old = &w->keys[record->key < KEYS_MAX ? record->key : NOTHING];

	if (record->key == key)
		return;
	if (record->key != NOTHING && record->key < KEYS_MAX && !old->is_revoked && old->last_use != 0)
		REQUIRE(w, w->now >= old->last_use + w->policy.retire_after_s);
	record->key = key;
	record->since = w->now;
}

/* An update does not hold up the same one that is on its way. */
static void
send_update(struct world *w, enum slot slot, unsigned server, unsigned key, int64_t delay_s)
{
	struct server_record *record = &w->zone[slot][server];

	if (record->has_next && record->next == key)
		return;
	record->has_next = true;
	record->next = key;
	record->next_at = w->now + delay_s;
}

static struct server_record *
first_update(struct world *w, int64_t until)
{
	struct server_record *first = NULL;

	for (unsigned i = 0; i < SLOT_COUNT * SERVERS; i++) {
		struct server_record *record = &w->zone[i / SERVERS][i % SERVERS];

		if (record->has_next && record->next_at <= until &&
		    (first == NULL || record->next_at < first->next_at))
			first = record;
	}
	return first;
}

static void
advance(struct world *w, int64_t seconds)
{
	int64_t until = w->now + seconds;
	struct server_record *record;

	while ((record = first_update(w, until)) != NULL) {
		ptrdiff_t place = record - &w->zone[0][0];

		pass_time(w, record->next_at > w->now ? record->next_at : w->now);
		record->has_next = false;
		serve(w, (enum slot)(place / SERVERS), (unsigned)(place % SERVERS), record->next);
	}
	pass_time(w, until);
	if (w->is_calm)
		w->noise_s = 0;
	else if (draw(w, 5) == 0)
		w->noise_s = draw_s(w, w->policy.margin_s / 2) - w->policy.margin_s / 4;
}

/* ---- what the keeper has done for it ---- */

static enum rotation_outcome
publish(struct world *w, enum slot slot, unsigned key)
{
	bool is_direct = w->facts.publication == PUBLICATION_DIRECT;

	if (!is_direct && happens(w, 30))
		return ROTATION_FAILED;
	for (unsigned i = 0; i < SERVERS; i++) {
		int64_t lag_s = i == 0 ? 0 : draw_s(w, w->is_calm ? 60 : 2 * DAY);

		if (is_direct)
			lag_s += draw_s(w, w->is_calm ? 2 * DAY : 20 * DAY);
		send_update(w, slot, i, key, lag_s);
	}
	advance(w, 0); /* before a kill and before the report */
	return ROTATION_DONE;
}

static unsigned
resolve(struct world *w, enum slot slot)
{
	if (w->now >= w->remembered_until[slot]) {
		w->remembered[slot] = w->zone[slot][draw(w, SERVERS)].key;
		w->remembered_until[slot] = w->now + draw_s(w, w->ttl_s);
	}
	return w->remembered[slot];
}

static enum rotation_outcome
check_dns(struct world *w, enum slot slot)
{
	unsigned key = w->key_of[slot];

	if (happens(w, 20))
		return ROTATION_TEMPORARY;
	w->facts.seen_ttl_s[slot] = w->ttl_s;
	if (resolve(w, slot) != key)
		return ROTATION_FAILED;
	for (unsigned i = 0; i < SERVERS; i++) {
		if (w->zone[slot][i].key != key)
			return ROTATION_FAILED;
	}
	w->keys[key].proved_at = w->now;
	return ROTATION_DONE;
}

static enum rotation_outcome
follow(struct world *w)
{
	enum slot slot = w->state.signing_slot;

	if (happens(w, 20))
		return ROTATION_TEMPORARY;
	sign_with(w, slot, w->facts.is_active ? w->key_of[slot] : NOTHING);
	return ROTATION_DONE;
}

/* In both slots; only where there is a zone to publish in. */
static enum rotation_outcome
publish_both(struct world *w, unsigned key)
{
	enum rotation_outcome outcome = ROTATION_DONE;

	REQUIRE(w, w->facts.publication == PUBLICATION_DELEGATED && w->facts.can_publish);
	for (int slot = 0; slot < SLOT_COUNT && outcome == ROTATION_DONE; slot++)
		outcome = publish(w, (enum slot)slot, key);
	return outcome;
}

/* An empty p= was there for as long as resolvers remembered the key, where one ever signed. */
static enum rotation_outcome
unpublish(struct world *w)
{
	for (int slot = 0; slot < SLOT_COUNT && w->state.began_at != 0 && !w->is_hurried; slot++) {
		const struct server_record *record = &w->zone[slot][0];

		REQUIRE(w, record->key == GONE || record->key == NOTHING);
		REQUIRE(w, record->key == GONE || record->since + w->ttl_s <= w->now);
	}
	return publish_both(w, GONE);
}

static enum rotation_outcome
perform(struct world *w, const struct rotation_order *order)
{
	if (order->action == ROTATION_FOLLOW || order->action == ROTATION_QUIET)
		return follow(w);
	if (order->action == ROTATION_PUBLISH_EMPTY)
		return publish_both(w, NOTHING);
	if (order->action == ROTATION_UNPUBLISH)
		return unpublish(w);
	if (order->action == ROTATION_PUBLISH)
		return publish(w, order->slot, w->key_of[order->slot]);
	if (order->action == ROTATION_CHECK_DNS)
		return check_dns(w, order->slot);
	if (order->action == ROTATION_GENERATE)
		return happens(w, 20) ? ROTATION_FAILED : ROTATION_DONE;
	return ROTATION_DONE; /* a write */
}

/* ---- the store ---- */

static void
put_key(struct world *w, enum slot slot)
{
	unsigned key = ++w->key_count;

	REQUIRE(w, key < KEYS_MAX);
	w->key_of[slot] = key;
	w->facts.has_key[slot] = true;
	memset(w->facts.key_sha256[slot], 0, ROTATION_DIGEST_SIZE);
	memcpy(w->facts.key_sha256[slot], &key, sizeof(key));
}

/* A new state; where it switches, the milters may follow at once or not. */
static void
write_state(struct world *w, const struct rotation_state *after)
{
	bool switches = after->signing_slot != w->state.signing_slot;

	if (switches) {
		REQUIRE(w, w->switched_at == 0 ||
		    w->now >= w->switched_at + w->policy.retire_after_s);
		w->switched_at = w->now;
		w->switches++;
		w->tally->switches++;
	}
	w->state = *after;
	if (switches && w->facts.is_active && !happens(w, 50))
		sign_with(w, after->signing_slot, w->key_of[after->signing_slot]);
}

static void make_set(struct world *w);

/* The set is removed: nobody signs with it, and no mail needs its records, which an owner removes now. */
static void
remove_set(struct world *w)
{
	REQUIRE(w, !w->facts.is_active);
	REQUIRE(w, w->signing_key == NOTHING || w->is_hurried);
	for (unsigned i = 0; i < SLOT_COUNT * SERVERS && !w->is_hurried; i++) {
		const struct server_record *record = &w->zone[i / SERVERS][i % SERVERS];
		bool is_first = i % SERVERS == 0;

		REQUIRE(w, w->facts.publication == PUBLICATION_DIRECT || !is_first || record->key == GONE);
		serve(w, (enum slot)(i / SERVERS), i % SERVERS, GONE);
	}
	w->tally->gone++;
	make_set(w);
}

/* One transaction. */
static void
take_report(struct world *w, const struct report *report)
{
	const struct rotation_order *order = &report->order;
	struct rotation_state after;

	if (rotation_done(&w->state, &w->facts, &w->policy, order, report->outcome, clock_of(w),
	        &after) != STATUS_OK) {
		w->tally->stale++;
		return;
	}
	w->tally->done[order->action][report->outcome]++;
	if (order->action == ROTATION_GENERATE && report->outcome == ROTATION_DONE)
		put_key(w, order->slot);
	if (order->action == ROTATION_DELETE && report->outcome == ROTATION_DONE)
		remove_set(w);
	else
		write_state(w, &after);
}

/* ---- the keeper ---- */

/* Reports of before that come now, or never. */
static void
take_late_reports(struct world *w)
{
	while (w->report_count > 0 && (w->is_calm || draw(w, 100) < 40)) {
		struct report report = w->reports[--w->report_count];

		if (!w->is_calm && draw(w, 100) < 70)
			take_report(w, &report);
	}
}

static void
report(struct world *w, const struct rotation_order *order, enum rotation_outcome outcome)
{
	struct report report = { *order, outcome };

	if (happens(w, 15)) {
		w->tally->killed++;
		return;
	}
	if (happens(w, 15) && w->report_count < REPORTS_MAX) {
		w->reports[w->report_count++] = report;
		if (draw(w, 2) == 0)
			return; /* it comes late; else it comes twice */
	}
	advance(w, w->is_calm ? 1 : draw_s(w, 120));
	take_report(w, &report);
}

static int64_t
nap_s(struct world *w, const struct rotation_order *order)
{
	int64_t until_s = order->at - clock_of(w);

	if (until_s > DAY)
		until_s = DAY; /* at least daily */
	if (w->is_calm)
		return until_s;
	switch (draw(w, 20)) {
	case 0:
		return draw_s(w, 60 * DAY);
	case 1:
		return draw_s(w, 2 * DAY);
	case 2:
		return draw_s(w, 60);
	default:
		return until_s + draw_s(w, HOUR);
	}
}

static void
look(struct world *w)
{
	struct rotation_order order;

	w->looks++;
	rotation_next(&w->state, &w->facts, &w->policy, clock_of(w), &order);
	REQUIRE(w, order.at > clock_of(w));
	REQUIRE(w, order.reason != ROTATION_DAMAGED && order.reason != ROTATION_ONE_SLOT);
	REQUIRE(w, order.action != ROTATION_REST || !w->facts.is_active);
	if (order.action >= ROTATION_SWITCH && !happens(w, 5))
		report(w, &order, perform(w, &order));
	take_late_reports(w);
	advance(w, order.action >= ROTATION_SWITCH ? draw_s(w, 60) : nap_s(w, &order));
}

/* ---- what else happens ---- */

static void
activate(struct world *w, bool is_active)
{
	enum slot slot = w->state.signing_slot;

	w->facts.is_active = is_active;
	if (is_active)
		rotation_activate(&w->state, clock_of(w));
	else if (happens(w, 50) && w->tally->lingered++ < UINT32_MAX)
		return; /* the milters do not know yet */
	sign_with(w, slot, is_active ? w->key_of[slot] : NOTHING);
}

/* A set as it is when it is activated for the first time. */
static void
make_set(struct world *w)
{
	struct rotation_facts facts = { .publication = w->facts.publication, .can_publish = true };

	sign_with(w, SLOT_PRIMARY, NOTHING);
	w->facts = facts;
	memset(w->zone, 0, sizeof(w->zone));
	memset(w->remembered_until, 0, sizeof(w->remembered_until));
	w->switched_at = 0;
	w->report_count = 0;
	w->is_lost = false;
	w->is_hurried = false;
	for (int slot = 0; slot < SLOT_COUNT; slot++) {
		put_key(w, (enum slot)slot);
		for (unsigned i = 0; i < SERVERS; i++)
			w->zone[slot][i].key = w->key_of[slot];
		w->keys[w->key_of[slot]].proved_at = 1;
	}
	rotation_begin(SLOT_PRIMARY, clock_of(w), &w->state);
	activate(w, true);
}

static void
set_clock_back(struct world *w)
{
	int64_t most_s = draw(w, 2) == 0 ? DAY : 40 * DAY;

	w->set_back_s += draw_s(w, most_s);
	if (clock_of(w) < DAY)
		w->set_back_s = 0;
	w->tally->set_back++;
}

/*
 * Somebody damages the record of the next key; only so that a check is still
 * to come before it signs and that it does not heal by itself, since nobody
 * could know otherwise.
 */
static void
lose_record(struct world *w)
{
	enum slot idle = w->state.signing_slot == SLOT_PRIMARY ? SLOT_ALTERNATE : SLOT_PRIMARY;
	int64_t due_in_s = rotation_due_at(&w->state, &w->policy) - clock_of(w);
	int64_t proof_s = w->policy.proof_life_s + w->policy.margin_s; /* as the clock has it */
	bool has_check_before = w->state.step < ROTATION_READY ||
	    (w->state.step == ROTATION_READY && due_in_s > 2 * proof_s);

	if (!has_check_before || w->report_count > 0 || w->state.retirement != ROTATION_STAYS ||
	    w->key_of[idle] == w->signing_key ||
	    w->keys[w->key_of[idle]].last_use != 0)
		return;
	for (unsigned i = 0; i < SERVERS; i++) {
		const struct server_record *record = &w->zone[idle][i];

		if (record->key == w->key_of[idle] && !record->has_next && draw(w, 3) > 0) {
			serve(w, idle, i, LOST);
			w->is_lost = true;
			w->tally->lost++;
		}
	}
}

/* A state in which it is noticed has been reached. */
static void
notice_loss(struct world *w)
{
	if (w->state.step != ROTATION_READY && w->state.step != ROTATION_SETTLING)
		w->is_lost = false;
}

static void
rotate_by_hand(struct world *w)
{
	struct rotation_state after;
	struct error err;

	if (rotation_ask(&w->state, &w->facts, &w->policy, clock_of(w), &after, &err) != STATUS_OK) {
		w->tally->refused++;
		return;
	}
	w->tally->by_hand++;
	write_state(w, &after);
}

static void
revoke_by_hand(struct world *w)
{
	enum slot slot = (enum slot)draw(w, SLOT_COUNT);
	struct rotation_revocation revocation;
	struct error err;

	REQUIRE(w, rotation_revoke(&w->state, &w->facts, &w->policy, slot, clock_of(w), &revocation,
	               &err) == STATUS_OK);
	w->tally->revoked++;
	w->keys[w->key_of[slot]].is_revoked = true;
	write_state(w, &revocation.state);
	for (unsigned i = 0; i < SERVERS; i++)
		send_update(w, slot, i, NOTHING, 0);
	if (revocation.deactivates && w->state.retirement == ROTATION_STAYS) {
		w->tally->dead++;
		activate(w, false);
		make_set(w);
	}
}

static void
hurry(struct world *w)
{
	w->is_hurried = true;
	w->tally->at_once++;
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		w->keys[w->key_of[slot]].is_revoked = true;
}

/* The last record of a set that nobody signs with; or once more, at once. */
static void
delete_by_hand(struct world *w, bool at_once)
{
	struct rotation_end end;

	rotation_retire(&w->state, &w->facts, &w->policy, at_once, clock_of(w), &end);
	w->tally->deleted++;
	if (at_once && !end.was_retiring)
		hurry(w);
	if (end.is_over)
		remove_set(w);
	else
		write_state(w, &end.state);
}

/* The provider zone goes out of the configuration, and comes back. */
static void
mishap_of_retirement(struct world *w)
{
	if (happens(w, 2))
		delete_by_hand(w, true);
	else if (happens(w, 2))
		delete_by_hand(w, false);
	if (w->facts.can_publish && happens(w, 5) && w->tally->zoneless++ < UINT32_MAX)
		w->facts.can_publish = false;
	else if (!w->facts.can_publish && happens(w, 30))
		w->facts.can_publish = true;
}

static void
mishap(struct world *w)
{
	bool is_retiring = w->state.retirement != ROTATION_STAYS;

	if (happens(w, 2))
		set_clock_back(w);
	if (happens(w, 3))
		lose_record(w);
	if (happens(w, 3) && !w->is_lost)
		rotate_by_hand(w);
	if (is_retiring)
		mishap_of_retirement(w);
	else if (happens(w, 1))
		activate(w, !w->facts.is_active);
	else if (happens(w, 20) && !w->facts.is_active)
		activate(w, true);
	else if (happens(w, 10) && !w->facts.is_active)
		delete_by_hand(w, draw(w, 10) == 0);
	if (w->is_rough && happens(w, 1) && draw(w, 4) == 0 && !w->is_lost &&
	    w->state.retirement < ROTATION_REMOVING)
		revoke_by_hand(w);
	notice_loss(w);
}

static void
live(struct world *w, int64_t seconds)
{
	int64_t until = w->now + seconds;

	while (w->now < until) {
		mishap(w);
		look(w);
	}
}

/* ---- the runs ---- */

static void
choose_policy(struct world *w)
{
	static const int64_t ttls[] = { 300, HOUR, DAY };
	static const int64_t margins[] = { 0, HOUR, DAY };
	struct rotation_policy *policy = &w->policy;
	struct error err;

	policy->ttl_s = ttls[draw(w, 3)];
	policy->margin_s = margins[draw(w, 3)];
	policy->queue_life_s = draw_s(w, 5 * DAY);
	policy->signature_life_s = draw_s(w, 7 * DAY);
	policy->retire_after_s =
	    policy->queue_life_s + policy->ttl_s + policy->signature_life_s + draw_s(w, DAY);
	policy->every_s = policy->retire_after_s + policy->ttl_s + 2 * policy->margin_s +
	    draw_s(w, draw(w, 2) == 0 ? 0 : 60 * DAY);
	policy->proof_life_s = 2 * HOUR + draw_s(w, DAY);
	assert_int_equal(rotation_check_policy(policy, &err), STATUS_OK);
	/* owners choose their own */
	w->ttl_s = w->facts.publication == PUBLICATION_DIRECT ? ttls[draw(w, 3)] : policy->ttl_s;
}

/* So is a set that is deleted gone. */
static void
check_calm_retirement(struct world *w, int64_t seen_ttl_s)
{
	unsigned gone = w->tally->gone;

	live(w, w->policy.retire_after_s + seen_ttl_s + 3 * w->policy.margin_s + 2 * DAY);
	REQUIRE(w, w->tally->gone == gone + 1);
}

/* The failures end: from then on the rotation keeps its time, and does not look more than it must. */
static void
check_calm(struct world *w)
{
	bool is_direct = w->facts.publication == PUBLICATION_DIRECT;
	int64_t seen_ttl_s = w->ttl_s > w->policy.ttl_s ? w->ttl_s : w->policy.ttl_s;
	/* a resolver's memory, the wait for it, the owner, and the longest pause after a failure */
	int64_t round_s = w->policy.every_s + 2 * seen_ttl_s + DAY + (is_direct ? 3 * DAY : 0);

	w->is_calm = true;
	w->facts.can_publish = true;
	if (w->state.retirement != ROTATION_STAYS)
		check_calm_retirement(w, seen_ttl_s);
	if (!w->facts.is_active)
		activate(w, true);
	live(w, 2 * w->policy.every_s + 90 * DAY); /* what is on its way arrives */
	w->switches = 0;
	w->looks = 0;
	live(w, 4 * round_s);
	REQUIRE(w, w->switches >= 3);
	REQUIRE(w, w->looks < 100 * (w->switches + 1) + 40 * (unsigned)(4 * round_s / DAY));
}

static void
run(uint64_t seed, bool is_rough, struct tally *tally)
{
	static struct world world;
	struct world *w = &world;

	memset(w, 0, sizeof(*w));
	w->seed = seed;
	w->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	w->now = START;
	w->is_rough = is_rough;
	w->tally = tally;
	w->facts.publication = draw(w, 3) == 0 ? PUBLICATION_DIRECT : PUBLICATION_DELEGATED;
	choose_policy(w);
	make_set(w);
	live(w, 10 * YEAR);
	check_calm(w);
}

#define RUNS 200

static void
check_tally(const struct tally *tally)
{
	static const enum rotation_action can_fail[] = { ROTATION_FOLLOW, ROTATION_GENERATE,
		ROTATION_PUBLISH, ROTATION_CHECK_DNS, ROTATION_QUIET, ROTATION_PUBLISH_EMPTY,
		ROTATION_UNPUBLISH };

	for (int action = ROTATION_SWITCH; action <= ROTATION_ACTION_COUNT; action++)
		assert_true(tally->done[action][ROTATION_DONE] > RUNS);
	for (size_t i = 0; i < sizeof(can_fail) / sizeof(can_fail[0]); i++)
		assert_true(tally->done[can_fail[i]][ROTATION_FAILED] +
		        tally->done[can_fail[i]][ROTATION_TEMPORARY] > RUNS);
	assert_true(tally->switches > 10 * RUNS);
	assert_true(tally->by_hand > RUNS && tally->refused > RUNS);
	assert_true(tally->killed > RUNS && tally->stale > RUNS);
	assert_true(tally->set_back > RUNS && tally->lost > RUNS);
	assert_true(tally->gone > 2 * RUNS && tally->deleted > tally->gone);
	assert_true(tally->at_once > RUNS / 2 && tally->zoneless > RUNS / 2);
	assert_true(tally->lingered > RUNS);
}

static void
rotation__keeps_every_signature_verifiable_for_years(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++)
		run(seed, false, &tally);
	check_tally(&tally);
}

static void
rotation__survives_revocations(void **state)
{
	struct tally tally = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= RUNS; seed++)
		run(seed, true, &tally);
	assert_true(tally.revoked > RUNS);
	assert_true(tally.dead > RUNS / 10 && tally.dead < tally.revoked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rotation__keeps_every_signature_verifiable_for_years),
		cmocka_unit_test(rotation__survives_revocations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
