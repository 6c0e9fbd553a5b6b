/* SPDX-License-Identifier: ISC */
/* signetctl key import: opens the file, and never reads it. */
#include <stdio.h>
#include <unistd.h>

#include "ctl/command.h"
#include "ctl/key_file.h"
#include "ctl/new_key.h"
#include "ctl/records.h"

static enum outcome
check_arguments(const struct session *session)
{
	const struct arguments *arguments = session->arguments;

	if (!arguments_has(arguments, OPTION_DOMAIN))
		return session_fail("--domain is missing: whose mail is to be signed?");
	if (!arguments_has(arguments, OPTION_SELECTOR))
		return session_fail(
		    "--selector is missing: under which name is the public key published?");
	if (strcmp(session->operands[0], "-") == 0)
		return session_fail("a private key is taken from a file, never from standard input");
	return OUTCOME_YES;
}

/* What is NULL is left out: it was not given. test_mode is stolen. */
static json_t *
parameters_of(const struct arguments *arguments, json_t *test_mode)
{
	return json_pack("{s:s, s:s, s:s*, s:s*, s:o}",
	    "domain", arguments->values[OPTION_DOMAIN],
	    "selector", arguments->values[OPTION_SELECTOR],
	    "org", arguments->values[OPTION_ORG],
	    "domain_match", arguments->values[OPTION_MATCH],
	    "test_mode", test_mode);
}

static enum outcome
call(struct session *session, json_t **ret_answer)
{
	json_t *test_mode, *parameters;
	enum outcome outcome = session_read_switch(session, OPTION_TEST_MODE, &test_mode);
	struct error err;
	int fd = -1;

	if (outcome != OUTCOME_YES)
		return outcome;
	parameters = parameters_of(session->arguments, test_mode);
	if (parameters == NULL)
		return session_fail("an option is not UTF-8");
	if (key_file_open(session->operands[0], &fd, &err) != STATUS_OK) {
		json_decref(parameters);
		return session_fail("%s", err.text);
	}
	outcome = session_call_passing(session, "ImportKey", parameters, fd, ret_answer);
	(void)close(fd);
	return outcome;
}

/* What was taken over, what should be published already, and the next command. */
static enum outcome
tell_imported(struct session *session, const json_t *answer)
{
	const json_t *key = json_object_get(answer, "key");
	const char *id = json_member_text(key, "id");
	enum outcome outcome;

	(void)printf("Imported %s for %s (%s, %s). It does not sign yet.\n\nThis should be published:\n\n",
	    id, json_member_text(key, "domain"), json_member_text(key, "domain_match"),
	    json_member_text(key, "algorithm"));
	outcome = records_show(session, id);
	(void)printf("Is it there?   signetctl key check %s\n"
	             "When it is:    signetctl key activate %s\n"
	             "Where the key came from, remove it: whoever reads the file can sign.\n",
	    id, id);
	new_key_warn(answer);
	return outcome;
}

enum outcome
key_import(struct session *session)
{
	json_t *answer;
	enum outcome outcome = check_arguments(session);

	if (outcome == OUTCOME_YES)
		outcome = call(session, &answer);
	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		outcome = session_print_json(new_key_flatten(answer));
	else
		outcome = tell_imported(session, answer);
	json_decref(answer);
	return outcome;
}
