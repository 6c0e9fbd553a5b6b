/* SPDX-License-Identifier: ISC */
/* signetctl reload: yes when everybody uses the configuration as it is now. */
#include <stdio.h>

#include "ctl/command.h"

enum outcome
reload_run(struct session *session)
{
	json_t *answer;
	enum outcome outcome = session_call(session, "Reload", NULL, &answer);

	if (outcome != OUTCOME_YES)
		return outcome;
	if (session_wants_json(session))
		return session_print_json(answer);
	(void)printf("Reloaded: settings version %jd.\n",
	    (intmax_t)json_member_number(answer, "settings_version", 0));
	json_decref(answer);
	return outcome;
}
