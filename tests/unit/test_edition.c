/* SPDX-License-Identifier: ISC */
/* Settings in here are numbers nobody looks into, of which it is counted how many are freed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/edition.h"

static unsigned settings_freed, decide_freed;
static enum status answer;

/* In place of policy/decide_settings.c and settings/settings.c. */
enum status
decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err)
{
	(void)settings;
	(void)ret_decide;
	return answer == STATUS_OK ? STATUS_OK : error_set(err, answer, "not these");
}

void
decide_settings_free(struct decide_settings *decide)
{
	(void)decide;
	decide_freed++;
}

void
settings_free(struct settings **settings)
{
	*settings = NULL;
	settings_freed++;
}

static struct settings *
some_settings(void)
{
	static char one;

	return (struct settings *)(void *)&one;
}

static int
begin(void **state)
{
	(void)state;
	settings_freed = 0;
	decide_freed = 0;
	answer = STATUS_OK;
	return 0;
}

static struct edition *
make(void)
{
	struct edition *edition = NULL;
	struct error err = { "" };

	assert_int_equal(edition_new(some_settings(), &edition, &err), STATUS_OK);
	return edition;
}

static void
edition__is_freed_by_the_last_who_holds_it(void **state)
{
	struct edition *edition = make();
	struct edition *call = edition_hold(edition);

	(void)state;
	assert_ptr_equal(call, edition);
	edition_release(&edition);
	assert_null(edition);
	assert_int_equal(settings_freed, 0);
	assert_ptr_equal(call->settings, some_settings());
	edition_release(&call);
	assert_int_equal(settings_freed, 1);
	assert_int_equal(decide_freed, 1);
}

static void
edition__that_nobody_has_is_released_too(void **state)
{
	struct edition *none = NULL;

	(void)state;
	edition_release(&none);
	assert_int_equal(settings_freed, 0);
}

/* Whoever offered them frees them: they were not taken over. */
static void
edition__of_settings_that_are_refused_is_none(void **state)
{
	struct edition *edition = NULL;
	struct error err = { "" };

	(void)state;
	answer = STATUS_INVALID;
	assert_int_equal(edition_new(some_settings(), &edition, &err), STATUS_INVALID);
	assert_null(edition);
	assert_string_equal(err.text, "not these");
	assert_int_equal(settings_freed + decide_freed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(edition__is_freed_by_the_last_who_holds_it, begin),
		cmocka_unit_test_setup(edition__that_nobody_has_is_released_too, begin),
		cmocka_unit_test_setup(edition__of_settings_that_are_refused_is_none, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
