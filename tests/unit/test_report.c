/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "milter/report.h"
#include "process/log.h"

#define LONG 1000
#define NAMES 241 /* octets of a domain and a selector together, beside "._domainkey.": RFC 1035 §2.3.4 */

static char written[2 * 8192];

/* In the place of process/log.c. */
void
log_write_slice(enum log_level level, struct slice line)
{
	(void)level;
	assert_true(line.len < sizeof(written));
	memcpy(written, line.ptr, line.len);
	written[line.len] = '\0';
}

static struct verdict
longest_verdict(void)
{
	struct verdict verdict = {
		.reason = REASON_SIGNED,
		.decision = DECISION_SIGN,
		.signature_count = DECIDE_SIGNATURE_MAX,
	};

	memset(verdict.org, 'o', ORG_MAX);
	for (size_t i = 0; i < DECIDE_SIGNATURE_MAX; i++) {
		struct match_choice *choice = &verdict.signatures[i].key;

		choice->entry.algorithm = ALGORITHM_ED25519_SHA256;
		memset(choice->entry.selector, 's', LABEL_MAX);
		memset(choice->domain, 'd', NAMES - LABEL_MAX);
	}
	return verdict;
}

/* Whoever chooses all names may not have what stands last cut off. */
static void
report__is_whole_however_long_names_are(void **state)
{
	struct verdict verdict = longest_verdict();
	char text[LONG];
	struct slice longest = slice_of(text, sizeof(text));
	char listener[128] = "";
	struct report report = {
		.message_id = longest,
		.verdict = &verdict,
		.from_domain = longest,
		.envelope_domain = longest,
		.login = longest,
		.header_bytes = UINT64_MAX,
		.body_bytes = UINT64_MAX,
		.duration_us = INT64_MAX,
	};
	char detail[LONG + 1] = "";

	(void)state;
	memset(text, 'x', sizeof(text));
	memset(listener, 'l', sizeof(listener) - 1);
	memset(detail, 'z', LONG);
	report.queue_id = detail;
	report.listener = listener;
	report.detail = detail;
	report_write(&report);
	assert_non_null(strstr(written, " us=9223372036854775807 detail=\""));
	assert_string_equal(written + strlen(written) - 2, "z\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report__is_whole_however_long_names_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
