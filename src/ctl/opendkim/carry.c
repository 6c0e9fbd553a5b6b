/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/carry.h"

#include <stdio.h>
#include <unistd.h>

#include "ctl/key_file.h"
#include "keys/org.h"

const struct word carry_words[] = {
	{ CARRY_PLANNED, "planned" },
	{ CARRY_SIGNS, "signs" },
	{ CARRY_THERE, "there" },
	{ CARRY_INACTIVE, "inactive" },
	{ CARRY_FAILED, "failed" },
	{ 0, NULL },
};

/* More keys of one domain nobody imports. */
#define LIST_LIMIT 500

struct carrying {
	struct session *session;
	const struct plan_key *key;
	struct carried *carried;
};

static void
keep_list(json_t *kept, const json_t *answer, const char *member)
{
	(void)json_array_extend(kept, json_object_get(answer, member));
}

static void
keep_id(struct carried *carried, const json_t *record)
{
	const char *id = json_member_text(record, "id");

	(void)snprintf(carried->id, sizeof(carried->id), "%s", id != NULL ? id : "");
}

/* ---- what is there ---- */

static bool
has_selector(const json_t *record, const char *member, struct slice selector)
{
	const char *text = json_member_text(record, member);

	return text != NULL && slice_equal_nocase(slice_from_text(text), selector);
}

static const json_t *
find_record(const json_t *answer, struct slice selector)
{
	const json_t *record;
	size_t index;

	json_array_foreach(json_object_get(answer, "keys"), index, record) {
		if (has_selector(record, "selector", selector) ||
		    has_selector(record, "alternate_selector", selector))
			return record;
	}
	return NULL;
}

/* Somebody may have changed it since: that is not undone. */
static void
take_record(struct carrying *c, const json_t *record)
{
	const char *wanted = word_text(domain_match_words, (int)c->key->domain_match);
	const char *match = json_member_text(record, "domain_match");

	keep_id(c->carried, record);
	c->carried->state =
	    json_member_flag(record, "is_active", false) ? CARRY_THERE : CARRY_INACTIVE;
	if (match == NULL || strcmp(match, wanted) == 0)
		return;
	c->carried->state = CARRY_FAILED;
	(void)error_set(&c->carried->why, STATUS_CONFLICT,
	    "is there as %s: signetctl key update %s --match %s", match, c->carried->id, wanted);
}

static bool
look(struct carrying *c)
{
	const json_t *record;
	json_t *answer;
	enum outcome outcome = session_ask(c->session, "ListKeys",
	    json_pack("{s:s%, s:s, s:i}", "domain", c->key->domain.ptr, c->key->domain.len, "org",
		ORG_DEFAULT, "limit", LIST_LIMIT),
	    -1, &answer, &c->carried->why);

	if (outcome != OUTCOME_YES)
		return false;
	record = find_record(answer, c->key->key->selector);
	if (record != NULL)
		take_record(c, record);
	json_decref(answer);
	return true;
}

/* ---- bringing it in ---- */

static json_t *
import_parameters(const struct plan_key *key)
{
	struct slice selector = key->key->selector;

	return json_pack("{s:s%, s:s%, s:s, s:s}", "domain", key->domain.ptr, key->domain.len,
	    "selector", selector.ptr, selector.len, "org", ORG_DEFAULT, "domain_match",
	    word_text(domain_match_words, (int)key->domain_match));
}

static void
import(struct carrying *c)
{
	struct carried *carried = c->carried;
	json_t *answer;
	int fd;

	if (key_file_open(c->key->path, &fd, &carried->why) != STATUS_OK)
		return;
	if (session_ask(c->session, "ImportKey", import_parameters(c->key), fd, &answer,
		&carried->why) == OUTCOME_YES) {
		keep_id(carried, json_object_get(answer, "key"));
		keep_list(carried->warnings, answer, "warnings");
		carried->state = CARRY_INACTIVE;
		json_decref(answer);
	}
	(void)close(fd);
}

/* Of the warnings, a weak key's is one of the import already. */
static void
activate(struct carrying *c)
{
	bool is_unchecked = arguments_has(c->session->arguments, OPTION_WITHOUT_DNS_CHECK);
	json_t *answer;

	if (session_ask(c->session, "ActivateKey",
		json_pack("{s:s, s:b}", "id", c->carried->id, "without_dns_check", (int)is_unchecked),
		-1, &answer, &c->carried->why) != OUTCOME_YES)
		return;
	c->carried->state = CARRY_SIGNS;
	if (json_array_size(c->carried->warnings) == 0)
		keep_list(c->carried->warnings, answer, "warnings");
	keep_list(c->carried->effects, answer, "effects");
	json_decref(answer);
}

static struct carried
carried_new(enum carry_state state)
{
	return (struct carried){
		.state = state, .warnings = json_array(), .effects = json_array() };
}

void
carry_key(struct session *session, const struct plan_key *key, struct carried *ret_carried)
{
	struct carrying c = { session, key, ret_carried };

	*ret_carried = carried_new(CARRY_FAILED);
	if (!look(&c))
		return;
	if (ret_carried->id[0] == '\0')
		import(&c);
	if (ret_carried->state == CARRY_INACTIVE)
		activate(&c);
}

void
carry_plan(const struct plan_key *key, struct carried *ret_carried)
{
	int fd;

	*ret_carried = carried_new(CARRY_PLANNED);
	if (key_file_open(key->path, &fd, &ret_carried->why) == STATUS_OK)
		(void)close(fd);
	else
		ret_carried->state = CARRY_FAILED;
}

void
carried_done(struct carried *carried)
{
	json_decref(carried->warnings);
	json_decref(carried->effects);
}
