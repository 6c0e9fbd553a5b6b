/* SPDX-License-Identifier: ISC */
#include "supervisor/agreement.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "process/log.h"
#include "supervisor/children.h"
#include "supervisor/hearing.h"
#include "supervisor/offering.h"

/* A child that does not answer for so long is stuck; heartbeats are not waited for. */
#define ANSWER_MS 5000

/* One may be an accident. */
#define DEATHS_MAX 2

static int on_timeout(sd_event_source *source, uint64_t usec, void *context);

void
agreement_init(struct agreement *agreement)
{
	agreement->phase = AGREEMENT_SETTLED;
	agreement->version = 1;
}

static void
wait_for_answers(struct agreement *agreement)
{
	children_set_timer(
	    agreement->children, &agreement->timer, ANSWER_MS, on_timeout, agreement);
}

/* ---- ending ---- */

static void
forget_steps(struct agreement *agreement)
{
	for (unsigned i = 0; i < agreement->children->count; i++)
		agreement->children->list[i].settings_step = CHILD_SETTINGS_NONE;
}

static void
settle(struct agreement *agreement)
{
	agreement->phase = AGREEMENT_SETTLED;
	agreement->timer = sd_event_source_disable_unref(agreement->timer);
}

static bool
can_be_asked(const struct child *child)
{
	return child->pid != 0 && child->is_ready && !child->is_ended;
}

/* Who became ready while something was offered that nobody uses now: is he behind? */
static void
look_again(struct agreement *agreement)
{
	for (unsigned i = 0; i < agreement->children->count; i++) {
		struct child *child = &agreement->children->list[i];

		if (can_be_asked(child))
			agreement_on_ready(child);
	}
}

static void
refuse(struct agreement *agreement, enum status status, const struct error *err)
{
	settle(agreement);
	forget_steps(agreement);
	look_again(agreement);
	agreement->events.refused(agreement->events.context, status, err);
}

/* Its next life begins with the settings in use. */
static void
replace(struct child *child, const char *why)
{
	log_write(LOG_LEVEL_ERROR, "child role=%s instance=%u pid=%d %s settings=%u: starting it again",
	    word_text(role_words, (int)child->role), child->instance, (int)child->pid, why,
	    child->all->agreement.version);
	child->is_ended = true;
	(void)kill(child->pid, SIGKILL);
}

/* ---- going on ---- */

static const struct child *
find_step(const struct agreement *agreement, enum child_settings_step step)
{
	for (unsigned i = 0; i < agreement->children->count; i++) {
		if (agreement->children->list[i].settings_step == step)
			return &agreement->children->list[i];
	}
	return NULL;
}

/* Who has yet to say yes or no. */
static const struct child *
find_unanswered(const struct agreement *agreement)
{
	const struct child *child = find_step(agreement, CHILD_SETTINGS_OFFERED);

	return child != NULL ? child : find_step(agreement, CHILD_SETTINGS_DIED);
}

/* Nobody but signetd-dns can say whether a key is one. */
static bool
misses_dns(const struct agreement *agreement)
{
	if (agreement->offer.key_fd < 0)
		return false;
	for (unsigned i = 0; i < agreement->children->count; i++) {
		const struct child *child = &agreement->children->list[i];

		if (child->role == ROLE_DNS && child->settings_step == CHILD_SETTINGS_PREPARED)
			return false;
	}
	return true;
}

static void
swap_all(struct agreement *agreement)
{
	agreement->phase = AGREEMENT_SWAPPING;
	agreement->version = agreement->offer.version;
	agreement->events.agreed(agreement->events.context);
	for (unsigned i = 0; i < agreement->children->count; i++) {
		struct child *child = &agreement->children->list[i];

		if (child->settings_step == CHILD_SETTINGS_PREPARED && !child->is_ended)
			offering_send_swap(child);
	}
	wait_for_answers(agreement);
}

static void
go_on(struct agreement *agreement)
{
	if (agreement->phase == AGREEMENT_OFFERED &&
	    find_unanswered(agreement) == NULL && !misses_dns(agreement))
		swap_all(agreement);
	if (agreement->phase == AGREEMENT_SWAPPING &&
	    find_step(agreement, CHILD_SETTINGS_OFFERED) == NULL &&
	    find_step(agreement, CHILD_SETTINGS_SWAPPING) == NULL) {
		settle(agreement);
		agreement->events.settled(agreement->events.context);
	}
}

void
agreement_begin(struct agreement *agreement, const struct agreement_offer *offer)
{
	agreement->phase = AGREEMENT_OFFERED;
	agreement->offer = *offer;
	memset(agreement->deaths, 0, sizeof(agreement->deaths));
	forget_steps(agreement); /* signetd-dns may be on its way out with what it agreed to before */
	for (unsigned i = 0; i < agreement->children->count; i++) {
		struct child *child = &agreement->children->list[i];

		if (can_be_asked(child))
			offering_send(child);
	}
	wait_for_answers(agreement);
	go_on(agreement);
}

bool
agreement_withdraw(struct agreement *agreement)
{
	if (agreement->phase != AGREEMENT_OFFERED)
		return false;
	settle(agreement);
	forget_steps(agreement);
	return true;
}

/* ---- what became of a child ---- */

static void
refuse_silent(struct agreement *agreement)
{
	const struct child *silent = find_unanswered(agreement);
	struct error err;

	if (silent == NULL)
		(void)error_set(&err, STATUS_TIMEOUT,
		    "signetd-dns is not there to look at the new tsig_key_file: try again");
	else
		(void)error_set(&err, STATUS_TIMEOUT,
		    "%s (instance %u) has not answered within %d s: try again", child_program(silent),
		    silent->instance, ANSWER_MS / 1000);
	refuse(agreement, STATUS_TIMEOUT, &err);
}

/* It may be we who were stopped, while they have answered long ago. */
static bool
is_answered_after_all(const struct agreement *agreement, const sd_event_source *timer)
{
	for (unsigned i = 0; i < agreement->children->count; i++)
		(void)hearing_catch_up(&agreement->children->list[i]);
	return agreement->timer != timer;
}

static int
on_timeout(sd_event_source *source, uint64_t usec, void *context)
{
	struct agreement *agreement = context;

	(void)usec;
	if (is_answered_after_all(agreement, source) ||
	    agreement->children->phase >= CHILDREN_DRAINING_MILTERS)
		return 0;
	if (agreement->phase == AGREEMENT_OFFERED) {
		refuse_silent(agreement);
		return 0;
	}
	for (unsigned i = 0; i < agreement->children->count; i++) {
		struct child *child = &agreement->children->list[i];

		if (child->settings_step != CHILD_SETTINGS_NONE)
			replace(child, "has not changed to");
	}
	return 0;
}

void
agreement_on_start(struct child *child)
{
	child->settings_version = child->all->agreement.version;
	if (child->settings_step != CHILD_SETTINGS_DIED)
		child->settings_step = CHILD_SETTINGS_NONE;
}

/* It was started before the swap: it has missed the offer. */
static void
catch_up(struct child *child)
{
	struct agreement *agreement = &child->all->agreement;

	agreement->phase = AGREEMENT_SWAPPING;
	agreement->offer = (struct agreement_offer){
		.version = agreement->version,
		.settings_fd = child->all->plumbing->settings_fd,
		.key_fd = -1,
	};
	offering_send(child);
	wait_for_answers(agreement);
}

/* Who has had to start first has as long for it as the others. */
static void
offer_late(struct child *child)
{
	wait_for_answers(&child->all->agreement);
	offering_send(child);
}

void
agreement_on_ready(struct child *child)
{
	struct agreement *agreement = &child->all->agreement;

	if (agreement->phase == AGREEMENT_OFFERED)
		offer_late(child);
	else if (child->settings_version == agreement->version)
		return;
	else if (child->role == ROLE_DNS)
		children_end(child); /* it reads settings at its start alone */
	else
		catch_up(child);
}

static void
on_offer_answered(struct child *child, enum status status, const char *sentence)
{
	struct agreement *agreement = &child->all->agreement;
	struct error err;

	if (status == STATUS_OK) {
		child->settings_step = CHILD_SETTINGS_PREPARED;
		if (agreement->phase == AGREEMENT_SWAPPING) {
			offering_send_swap(child);
			wait_for_answers(agreement);
		}
		go_on(agreement);
		return;
	}
	if (agreement->phase == AGREEMENT_SWAPPING) {
		replace(child, "refuses");
		return;
	}
	(void)error_set(&err, STATUS_REFUSED, "%s", sentence);
	refuse(agreement, STATUS_REFUSED, &err);
}

static void
on_swap_answered(struct child *child, enum status status)
{
	if (status != STATUS_OK) {
		replace(child, "cannot change to");
		return;
	}
	child->settings_step = CHILD_SETTINGS_NONE;
	child->settings_version = child->all->agreement.version;
	go_on(&child->all->agreement);
}

void
agreement_on_answer(struct child *child, const struct frame_settings_answer *answer)
{
	char sentence[FRAME_SENTENCE_SIZE];

	if (child->pid == 0 || answer->head.epoch != child->epoch ||
	    answer->head.id != child->settings_attempt)
		return;
	(void)snprintf(sentence, sizeof(sentence), "%.*s", (int)sizeof(sentence) - 1, answer->sentence);
	if (child->settings_step == CHILD_SETTINGS_OFFERED && answer->step == FRAME_SETTINGS)
		on_offer_answered(child, (enum status)answer->status, sentence);
	else if (child->settings_step == CHILD_SETTINGS_SWAPPING && answer->step == FRAME_SETTINGS_SWAP)
		on_swap_answered(child, (enum status)answer->status);
}

/* With what is on offer in its hands, and not because we wanted it to. */
static bool
has_died_of_offer(const struct child *child, bool is_ended)
{
	return child->all->agreement.phase == AGREEMENT_OFFERED && !is_ended &&
	    child->settings_step != CHILD_SETTINGS_NONE;
}

static void
refuse_deadly(struct agreement *agreement, const struct child *child)
{
	struct error err;

	(void)error_set(&err, STATUS_REFUSED,
	    "%s has died %d times while it got ready to use this: see the log", child_program(child),
	    DEATHS_MAX);
	refuse(agreement, STATUS_REFUSED, &err);
}

void
agreement_on_exit(struct child *child, bool is_ended)
{
	struct agreement *agreement = &child->all->agreement;
	bool has_died = has_died_of_offer(child, is_ended);

	child->settings_step = has_died ? CHILD_SETTINGS_DIED : CHILD_SETTINGS_NONE;
	if (child->all->phase >= CHILDREN_DRAINING_MILTERS)
		return;
	if (has_died && ++agreement->deaths[child->role] >= DEATHS_MAX)
		refuse_deadly(agreement, child);
	else
		go_on(agreement);
}
