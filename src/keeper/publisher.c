/* SPDX-License-Identifier: ISC */
#include "keeper/publisher.h"

#include <stdlib.h>

#include "keeper/dns_line.h"
#include "keeper/rotator.h"
#include "keeper/timer.h"
#include "keys/target.h"
#include "lifecycle/publish.h"
#include "process/clock.h"
#include "process/log.h"

#define UNDER_WAY_MAX 16 /* a bulk of new keys must not fill the line that checks need */
#define BACKOFF_FIRST_S 2
#define BACKOFF_MAX_S 3600
#define LOOK_AGAIN_S 3600 /* when nothing is due: the clock may have been set */
#define RETRY_S 5         /* when the store or dns cannot be asked now */

/* One record on its way. */
struct journey {
	struct publisher *publisher;
	bool is_taken;
	struct lifecycle_publication what;
};

struct publisher {
	struct keeper *keeper;
	sd_event_source *timer;
	struct journey journeys[UNDER_WAY_MAX];
};

/* How long to wait after so many failures in a row. */
static int64_t
backoff_s(unsigned attempts)
{
	int64_t seconds = BACKOFF_FIRST_S;

	for (unsigned i = 1; i < attempts && seconds < BACKOFF_MAX_S; i++)
		seconds *= 2;
	return seconds < BACKOFF_MAX_S ? seconds : BACKOFF_MAX_S;
}

/* ---- what came of it ---- */

static enum status
read_answer(enum status status, const union frame *frame, struct error *err)
{
	if (status == STATUS_OK)
		return dns_line_take_published(frame, err);
	return error_set(err, STATUS_UNAVAILABLE, status == STATUS_TIMEOUT
	        ? "signetd-dns did not answer in time"
	        : "signetd-dns went away over this record");
}

/* A name server that is away fails the records of many domains. */
static struct log_often failures = { .kind = "event=publish-failed" };
static struct log_often troubles = { .kind = "event=publish" };

/* A failure is told when it begins; how it stands is in the record. */
static void
tell(const struct lifecycle_publication *what, enum status status, const struct error *err)
{
	if (status == STATUS_OK)
		log_write(LOG_LEVEL_NOTICE, "event=%s name=%s domain=%s",
		    what->text_len > 0 ? "published" : "record-removed", what->name, what->domain);
	else if (what->status.attempts == 0)
		log_write_often(&failures, LOG_LEVEL_ERROR,
		    "event=publish-failed name=%s domain=%s error=\"%s\"", what->name, what->domain, err->text);
}

static void
on_published(void *context, enum status status, const union frame *frame)
{
	struct journey *journey = context;
	struct publisher *publisher = journey->publisher;
	struct error err = { "" };
	struct error trouble;
	int64_t pause_s = 0;

	status = read_answer(status, frame, &err);
	tell(&journey->what, status, &err);
	if (lifecycle_note_published(publisher->keeper->store, &journey->what, status, err.text,
	        backoff_s(journey->what.status.attempts + 1), clock_wall_s(), &trouble) != STATUS_OK) {
		log_write_often(&troubles, LOG_LEVEL_ERROR, "event=publish error=\"%s\"", trouble.text);
		pause_s = RETRY_S; /* it is due still: the server is not to be asked in a circle */
	}
	journey->is_taken = false;
	if (publisher->keeper->is_draining)
		return;
	timer_set(publisher->timer, pause_s);
	rotator_wake(publisher->keeper->rotator);
}

/* ---- what is due ---- */

static bool
is_under_way(const struct publisher *publisher, int64_t number, enum slot slot)
{
	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
		const struct journey *journey = &publisher->journeys[i];

		if (journey->is_taken && journey->what.set_number == number && journey->what.slot == slot)
			return true;
	}
	return false;
}

static struct journey *
find_room(struct publisher *publisher)
{
	for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
		if (!publisher->journeys[i].is_taken)
			return &publisher->journeys[i];
	}
	return NULL;
}

/* One look at what is due. */
struct round {
	struct publisher *publisher;
	int64_t now;
	int64_t next_at; /* when something is due that is not yet */
	unsigned count;
	struct {
		int64_t number;
		enum slot slot;
	} due[UNDER_WAY_MAX];
};

static enum status
take_due(void *context, int64_t number, enum slot slot, int64_t next_at)
{
	struct round *round = context;

	if (is_under_way(round->publisher, number, slot))
		return STATUS_OK;
	if (next_at > round->now) {
		if (next_at < round->next_at)
			round->next_at = next_at;
	} else if (round->count < UNDER_WAY_MAX) {
		round->due[round->count].number = number;
		round->due[round->count].slot = slot;
		round->count++;
	}
	return STATUS_OK;
}

static enum status
send_off(struct publisher *publisher, struct journey *journey, struct error *err)
{
	const struct settings *settings = publisher->keeper->settings;
	uint32_t ttl_s = (uint32_t)(settings_number(settings, SETTING_PROVIDER_TTL, 0) / 1000);
	enum status status = dns_line_publish(publisher->keeper->dns, journey->what.name,
	    slice_of(journey->what.text, journey->what.text_len), ttl_s, clock_monotonic_ms(),
	    on_published, journey);

	journey->is_taken = status == STATUS_OK;
	if (status != STATUS_OK)
		return error_set(err, status, "signetd-dns has too much to do");
	return status;
}

/* What cannot be read is in nobody's way: it is told once, and tried hourly. */
static enum status
put_off(struct publisher *publisher, int64_t number, enum slot slot, const struct error *damage,
    int64_t now, struct error *err)
{
	bool is_news = false;
	enum status status = store_note_unpublishable(publisher->keeper->store, number, slot,
	    now + BACKOFF_MAX_S, damage->text, &is_news, err);

	if (status == STATUS_OK && is_news)
		log_write_often(&failures, LOG_LEVEL_ERROR,
		    "event=publish-failed set=%lld slot=%s error=\"%s\"", (long long)number,
		    word_text(slot_words, (int)slot), damage->text);
	return status;
}

/* No name server of ours has it. */
static enum status
refuse(struct publisher *publisher, const struct lifecycle_publication *what, int64_t now,
    struct error *err)
{
	struct error why;

	(void)error_set(&why, STATUS_REFUSED,
	    "%s is in no provider_zone of the configuration: configure its zone again, or give the record "
	    "up with signetctl key delete --now",
	    what->name);
	tell(what, STATUS_REFUSED, &why);
	return lifecycle_note_published(publisher->keeper->store, what, STATUS_REFUSED, why.text,
	    backoff_s(what->status.attempts + 1), now, err);
}

static bool
is_own(struct publisher *publisher, const char *name)
{
	return target_is_in(
	    name, settings_text(publisher->keeper->settings, SETTING_PROVIDER_NAME, 0));
}

static enum status
begin(struct publisher *publisher, struct journey *journey, int64_t number, enum slot slot,
    int64_t now, struct error *err)
{
	enum status status = lifecycle_read_publication(
	    publisher->keeper->store, number, slot, &journey->what, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status == STATUS_DAMAGED || status == STATUS_TOO_LARGE) {
		struct error damage = *err;

		return put_off(publisher, number, slot, &damage, now, err);
	}
	if (status != STATUS_OK)
		return status;
	if (!is_own(publisher, journey->what.name))
		return refuse(publisher, &journey->what, now, err);
	return send_off(publisher, journey, err);
}

static enum status
begin_due(struct round *round, struct error *err)
{
	struct publisher *publisher = round->publisher;
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < round->count && status == STATUS_OK; i++) {
		struct journey *journey = find_room(publisher);

		if (journey == NULL)
			break; /* an answer makes room, and comes back here */
		status = begin(publisher, journey, round->due[i].number, round->due[i].slot, round->now, err);
		if (!journey->is_taken)
			round->next_at = round->now + 1; /* no answer will: others may stand behind it */
	}
	keeper_watch_deadlines(publisher->keeper);
	return status;
}

void
publisher_wake(struct publisher *publisher)
{
	struct round round = {
		.publisher = publisher,
		.now = clock_wall_s(),
	};
	struct error err;
	enum status status;

	if (publisher == NULL)
		return;
	round.next_at = round.now + LOOK_AGAIN_S;
	status = store_recall_publications(
	    publisher->keeper->store, round.now + BACKOFF_MAX_S + LOOK_AGAIN_S, &err);
	/* those under way may stand before those that are due */
	if (status == STATUS_OK)
		status = store_list_to_publish(
		    publisher->keeper->store, 2 * UNDER_WAY_MAX + 1, take_due, &round, &err);
	if (status == STATUS_OK)
		status = begin_due(&round, &err);
	if (status == STATUS_OK) {
		timer_set(publisher->timer, round.next_at - round.now);
		return;
	}
	log_write_often(&troubles, LOG_LEVEL_WARNING, "event=publish error=\"%s\"", err.text);
	timer_set(publisher->timer, RETRY_S);
}

static int
on_timer(sd_event_source *source, uint64_t at, void *context)
{
	(void)source;
	(void)at;
	publisher_wake(context);
	return 0;
}

/* ---- */

enum status
publisher_new(struct keeper *keeper, struct publisher **ret_publisher, struct error *err)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));
	enum status status;

	if (publisher == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	publisher->keeper = keeper;
	for (size_t i = 0; i < UNDER_WAY_MAX; i++)
		publisher->journeys[i].publisher = publisher;
	status = timer_new(keeper->event, on_timer, publisher, &publisher->timer, err);
	if (status != STATUS_OK) {
		free(publisher);
		return status;
	}
	*ret_publisher = publisher;
	return STATUS_OK;
}

void
publisher_free(struct publisher **publisher)
{
	if (*publisher == NULL)
		return;
	sd_event_source_disable_unref((*publisher)->timer);
	free(*publisher);
	*publisher = NULL;
}
