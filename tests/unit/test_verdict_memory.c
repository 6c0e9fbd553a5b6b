/* SPDX-License-Identifier: ISC */
/*
 * A key that could not be hashed is nobody's mistake. This program brings its
 * own digest, which fails.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "dkim/digest.h"
#include "verdict/text_verdict.h"

static enum status failure;

enum status
digest_new(struct digest **ret_digest)
{
	(void)ret_digest;
	return failure;
}

void
digest_free(struct digest **digest)
{
	(void)digest;
}

void
digest_put(struct digest *digest, struct slice bytes)
{
	(void)digest;
	(void)bytes;
}

enum status
digest_end(struct digest *digest, uint8_t ret_hash[DIGEST_SIZE])
{
	(void)digest;
	(void)ret_hash;
	return failure;
}

static void
verdict__of_a_key_that_could_not_be_hashed(void **state)
{
	static const enum status failures[] = { STATUS_NO_MEMORY, STATUS_SYSTEM };
	struct expectation expected = { .algorithm = ALGORITHM_RSA_SHA256 };
	static struct sight_text text = { .len = 19, .bytes = "v=DKIM1; p=aGVsbG8=" };

	(void)state;
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct verdict verdict;

		failure = failures[i];
		text_verdict_reach(&expected, "s1._domainkey.example.com", &text, &verdict);
		assert_int_equal(verdict.code, DNS_CODE_UNREACHABLE);
		assert_false(verdict.has_key);
		assert_non_null(strstr(verdict.sentence, status_name(failure)));
		assert_string_equal(verdict.advice, "look again later");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdict__of_a_key_that_could_not_be_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
