/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "http/accept.h"

#define OPEN "application/openmetrics-text"

static void
accept__chooses_the_form_that_is_more_welcome(void **state)
{
	static const struct {
		const char *text;
		enum render_form form;
	} rows[] = {
		{ "", RENDER_OPENMETRICS },
		{ "*/*", RENDER_OPENMETRICS },
		{ "image/png", RENDER_OPENMETRICS },
		{ OPEN, RENDER_OPENMETRICS },
		{ "text/plain", RENDER_PROMETHEUS },
		{ "TEXT/Plain ; version=0.0.4", RENDER_PROMETHEUS },
		{ "text/*", RENDER_PROMETHEUS },
		{ "text/plain;q=0.5, */*;q=0.1", RENDER_PROMETHEUS },
		{ "text/plain;q=0.1, */*;q=0.5", RENDER_OPENMETRICS },
		{ OPEN ";version=1.0.0;q=0.5,text/plain;q=0.6", RENDER_PROMETHEUS },
		{ OPEN ";version=1.0.0;q=0.6,text/plain;q=0.5", RENDER_OPENMETRICS },
		{ OPEN ";version=1.0.0," OPEN ";version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.8,*/*;q=0.1",
		    RENDER_OPENMETRICS },
		/* what is named counts more than what is meant by "all", whichever is first */
		{ "*/*, " OPEN ";q=0, text/plain;q=0.001", RENDER_PROMETHEUS },
		{ OPEN ";q=0, text/plain;q=0.001, */*", RENDER_PROMETHEUS },
		{ "text/plain;q=0.999, " OPEN ";q=1.000", RENDER_OPENMETRICS },
		/* no q at all */
		{ "text/plain;q=nine, " OPEN ";q=0.1", RENDER_OPENMETRICS },
		{ "text/plain;q=9, " OPEN ";q=0.1", RENDER_OPENMETRICS },
		{ "text/plain;q=, " OPEN ";q=0.1", RENDER_OPENMETRICS },
		{ ",,;;=;q=,text/plain", RENDER_PROMETHEUS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (accept_choose(slice_from_text(rows[i].text)) != rows[i].form)
			fail_msg("%s", rows[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accept__chooses_the_form_that_is_more_welcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
