/* SPDX-License-Identifier: ISC */
/* Settings are this test's: what is done with them is noted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/edition.h"

/* The body is settings/'s own; nobody looks into one here. */
struct settings {
	unsigned freed;
};

static enum status readable;
static unsigned decides; /* that are not freed */

/* ---- what settings/ and policy/ have for this ---- */

void
settings_free(struct settings **settings)
{
	(*settings)->freed++;
	*settings = NULL;
}

enum status
decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err)
{
	assert_int_equal(settings->freed, 0);
	if (readable != STATUS_OK)
		return error_set(err, readable, "no");
	*ret_decide = (struct decide_settings){ 0 };
	decides++;
	return STATUS_OK;
}

/* Its texts point into the settings. */
void
decide_settings_free(struct decide_settings *decide)
{
	(void)decide;
	decides--;
}

static struct edition *
make(struct settings *settings)
{
	struct edition *edition = NULL;
	struct error err;

	*settings = (struct settings){ 0 };
	readable = STATUS_OK;
	assert_int_equal(edition_new(settings, &edition, &err), STATUS_OK);
	assert_ptr_equal(edition->settings, settings);
	return edition;
}

static void
edition__is_freed_with_its_settings_when_nobody_holds_it(void **state)
{
	struct settings settings;
	struct edition *edition = make(&settings);

	(void)state;
	assert_int_equal(decides, 1);
	edition_release(&edition);
	assert_null(edition);
	assert_int_equal(settings.freed, 1);
	assert_int_equal(decides, 0);
}

/* A call has that of its beginning until it is answered, whatever is in use. */
static void
edition__stays_for_who_holds_it(void **state)
{
	struct settings settings;
	struct edition *edition = make(&settings);
	struct edition *first = edition_hold(edition);
	struct edition *second = edition_hold(edition);

	(void)state;
	assert_ptr_equal(first, edition);
	edition_release(&edition);
	edition_release(&second);
	assert_int_equal(settings.freed, 0);
	assert_int_equal(decides, 1);
	edition_release(&first);
	assert_int_equal(settings.freed, 1);
	assert_int_equal(decides, 0);
}

static void
edition__accepts_that_nothing_is_held(void **state)
{
	struct edition *none = NULL;

	(void)state;
	edition_release(&none);
	assert_null(none);
}

/* Then they are still the caller's. */
static void
edition__of_settings_that_say_nothing_sensible_is_none(void **state)
{
	struct edition *edition = NULL;
	struct settings settings = { 0 };
	struct error err;

	(void)state;
	readable = STATUS_INVALID;
	assert_int_equal(edition_new(&settings, &edition, &err), STATUS_INVALID);
	assert_null(edition);
	assert_int_equal(settings.freed, 0);
	assert_string_equal(err.text, "no");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edition__is_freed_with_its_settings_when_nobody_holds_it),
		cmocka_unit_test(edition__stays_for_who_holds_it),
		cmocka_unit_test(edition__accepts_that_nothing_is_held),
		cmocka_unit_test(edition__of_settings_that_say_nothing_sensible_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
