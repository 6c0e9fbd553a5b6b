/* SPDX-License-Identifier: ISC */
#include "keeper/check.h"

#include <stdlib.h>
#include <string.h>

#include "keeper/publisher.h"
#include "lifecycle/gate.h"
#include "process/clock.h"
#include "process/log.h"

/* A check under way: freed when its last answer has come. */
struct check {
	struct keeper *keeper;
	struct check_options options;
	struct domain_key seen; /* as it was when the look began */
	struct check_result result;
	unsigned awaited;
};

/* The answers of the slots differ in where they go. */
struct look_of_slot {
	struct check *check;
	enum slot slot;
};

static void
note_failure(struct check *check, enum status status, const struct error *err)
{
	if (check->result.status != STATUS_OK || status == STATUS_OK)
		return;
	check->result.status = status;
	check->result.err = *err;
}

static void
keep_verdicts(struct check *check)
{
	struct lifecycle_by by = {
		.now = clock_wall_s(),
		.actor = check->options.actor,
		.on_behalf_of = check->seen.org,
	};
	struct dns_status verdicts[SLOT_COUNT] = { { .state = DNS_UNCHECKED } };
	struct error err = { "" };

	for (int i = 0; i < SLOT_COUNT; i++) {
		if (!check->result.slots[i].was_looked_at)
			continue;
		verdicts[i] = check->result.slots[i].look.verdict;
		verdicts[i].checked_at = by.now;
	}
	note_failure(check,
	    lifecycle_note_verdicts(check->keeper->store, &by, &check->seen, verdicts,
	        &check->result.key, &err),
	    &err);
}

/* A sentence shows what anybody wrote into DNS: it must not end the value that it stands in. */
static void
log_loss(const struct key_set *set, const struct key_slot *slot)
{
	static struct log_often losses = { .kind = "event=record-lost" };
	char sentence[DNS_SENTENCE_SIZE];

	memcpy(sentence, slot->dns.sentence, sizeof(sentence));
	for (char *c = sentence; *c != '\0'; c++)
		*c = *c == '"' ? '\'' : *c;
	log_write_often(&losses, LOG_LEVEL_ERROR,
	    "event=record-lost domain=%s selector=%s code=%s error=\"%s\"", set->domain,
	    slot->selector, word_text(dns_code_words, (int)slot->dns.code), sentence);
}

/* Once, when it is news: how it stands is in the record. */
static void
tell_loss(const struct check *check)
{
	const struct key_set *before = &check->seen.set;
	const struct key_slot *after = &check->result.key.set.slots[before->signing_slot];

	if (check->seen.is_active && after->dns.state == DNS_FAILED &&
	    before->slots[before->signing_slot].dns.state != DNS_FAILED)
		log_loss(before, after);
}

static void
finish_one(struct check *check)
{
	if (--check->awaited > 0)
		return;
	if (check->result.status == STATUS_OK)
		keep_verdicts(check);
	if (check->result.status == STATUS_OK)
		tell_loss(check);
	/* a record may be to be published again */
	if (check->result.status == STATUS_OK)
		publisher_wake(check->keeper->publisher);
	check->options.done(check->options.context, &check->result);
	free(check);
}

static enum status
judge(enum status status, struct error *err)
{
	if (status == STATUS_OK)
		return status;
	return error_set(err, STATUS_UNAVAILABLE, status == STATUS_TIMEOUT
	        ? "signetd-dns did not answer in time: see its log, and try again"
	        : "signetd-dns went away over this request: see its log, and try again");
}

static void
on_looked(void *context, enum status status, const union frame *frame)
{
	struct look_of_slot *of = context;
	struct check_slot *slot = &of->check->result.slots[of->slot];
	struct error err = { "" };

	status = judge(status, &err);
	if (status == STATUS_OK)
		status = dns_line_take_look(frame, &slot->look, &err);
	slot->was_looked_at = status == STATUS_OK;
	note_failure(of->check, status, &err);
	finish_one(of->check);
	free(of);
}

/* Notes are beside the matter: without them the verdicts stand. */
static void
on_aligned(void *context, enum status status, const union frame *frame)
{
	struct check *check = context;
	struct check_result *result = &check->result;

	if (status == STATUS_OK)
		(void)!dns_line_take_notes(frame, result->notes, &result->note_count, NULL);
	finish_one(check);
}

static enum status
ask_slot(struct check *check, enum slot slot, struct error *err)
{
	const struct key_set *set = &check->seen.set;
	struct look_of_slot *of = calloc(1, sizeof(*of));
	uint8_t sha256[DNS_DIGEST_SIZE];
	enum status status;

	if (of == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	of->check = check;
	of->slot = slot;
	status = lifecycle_hash_key(&set->slots[slot], sha256, err);
	if (status == STATUS_OK)
		status = dns_line_look(check->keeper->dns, set, slot, sha256, clock_monotonic_ms(),
		    on_looked, of);
	if (status == STATUS_OK) {
		check->awaited++;
		return status;
	}
	free(of);
	return error_set(err, status, "too many looks at DNS are under way: try again later");
}

/* Of the bounce address that the configuration gives mail of the organization; "" when it keeps its own. */
static const char *
envelope_of(const struct settings *settings, const char *org)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_ORG_NAME); i++) {
		const char *address = settings_text(settings, SETTING_ORG_ENVELOPE_SENDER, i);
		const char *at = strchr(address, '@');

		if (strcmp(settings_text(settings, SETTING_ORG_NAME, i), org) == 0 && at != NULL)
			return at + 1;
	}
	return "";
}

static void
ask(struct check *check)
{
	const struct key_set *set = &check->seen.set;
	struct error err = { "" };

	for (int i = 0; i < SLOT_COUNT; i++) {
		if (set->slots[i].has_key)
			note_failure(check, ask_slot(check, (enum slot)i, &err), &err);
	}
	if (check->options.with_notes && check->awaited > 0 &&
	    dns_line_align(check->keeper->dns, set->domain,
	        envelope_of(check->keeper->settings, check->seen.org), check->seen.domain_match,
	        clock_monotonic_ms(), on_aligned, check) == STATUS_OK)
		check->awaited++;
	keeper_watch_deadlines(check->keeper);
}

enum status
check_start(struct keeper *keeper, const struct domain_key *key,
    const struct check_options *options, struct error *err)
{
	struct check *check = calloc(1, sizeof(*check));
	enum status status;

	if (check == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	check->keeper = keeper;
	check->options = *options;
	check->seen = *key;
	ask(check);
	if (check->awaited > 0)
		return STATUS_OK;
	*err = check->result.err;
	status = check->result.status;
	free(check);
	return status;
}

bool
check_is_proved(const struct check_result *result)
{
	for (int i = 0; i < SLOT_COUNT; i++) {
		if (result->slots[i].was_looked_at &&
		    result->slots[i].look.verdict.state != DNS_VERIFIED)
			return false;
	}
	return result->status == STATUS_OK;
}
