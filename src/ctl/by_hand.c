/* SPDX-License-Identifier: ISC */
/* signetctl key rotate, key revoke. */
#include <stdio.h>

#include "ctl/command.h"
#include "ctl/records.h"
#include "keys/record.h"

static const char *
signing_selector(const json_t *key)
{
	const char *slot = json_member_text(key, "signing_slot");
	bool is_primary = slot != NULL && strcmp(slot, "primary") == 0;

	return json_member_text(key, is_primary ? "selector" : "alternate_selector");
}

enum outcome
key_rotate(struct session *session)
{
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	const json_t *key;
	enum outcome outcome = session_find_key(session, id, sizeof(id));

	if (outcome == OUTCOME_YES)
		outcome = session_call(session, "RotateKey", json_pack("{s:s}", "id", id), &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	key = json_object_get(answer, "key");
	if (session_wants_json(session))
		outcome = session_print_json(json_deep_copy(key));
	else
		(void)printf("%s (%s) signs with selector %s now. The record of the other selector stays "
		             "until no mail needs it.\n",
		    id, json_member_text(key, "domain"), signing_selector(key));
	json_decref(answer);
	return outcome;
}

/* ---- revoke ---- */

static void
tell_revocation(struct session *session, const json_t *answer, const char *id, const char *slot)
{
	const json_t *key = json_object_get(answer, "key");

	if (json_member_flag(answer, "was_revoked", false))
		(void)printf("The %s key of %s was revoked already.\n", slot, id);
	else
		(void)printf("The %s key of %s (%s) is revoked.\n", slot, id, json_member_text(key, "domain"));
	if (json_member_flag(answer, "has_stopped", false))
		(void)printf("No proved key could take its place: nothing of this key set signs any more. "
		             "Make another key.\n");
	else
		(void)printf("It signs with selector %s.\n", signing_selector(key));
	if (strcmp(json_member_text(key, "publication"), "direct") == 0) {
		(void)printf("\nPublish now:\n\n");
		(void)!records_show(session, id);
	}
}

enum outcome
key_revoke(struct session *session)
{
	const char *slot = session->arguments->values[OPTION_SLOT];
	char id[ID_TEXT_SIZE + 1];
	json_t *answer;
	enum outcome outcome;

	if (slot == NULL)
		return session_fail("--slot is missing: primary or alternate (signing_slot of key show is the "
		                    "one that signs)");
	outcome = session_find_key(session, id, sizeof(id));
	if (outcome == OUTCOME_YES)
		outcome = session_call(
		    session, "RevokeKey", json_pack("{s:s, s:s}", "id", id, "slot", slot), &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		outcome = session_print_json(json_deep_copy(answer));
	else
		tell_revocation(session, answer, id, slot);
	json_decref(answer);
	return outcome;
}
