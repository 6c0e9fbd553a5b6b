/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "http/family.h"
#include "http/render.h"
#include "policy/reason.h"

#define CELLS (sizeof(struct counters) / sizeof(struct counter))

static struct counters milter, other_milter, vault, keeper, supervisor;
static const struct pages pages = {
	.count = 5,
	.list = {
		{ ROLE_SUPERVISOR, &supervisor },
		{ ROLE_MILTER, &milter },
		{ ROLE_MILTER, &other_milter },
		{ ROLE_VAULT, &vault },
		{ ROLE_KEEPER, &keeper },
	},
};

struct text {
	struct buf buf;
};

static int
text_make(void **state)
{
	static struct text text;

	milter = other_milter = vault = keeper = supervisor = (struct counters){ 0 };
	buf_init(&text.buf, 1 << 20);
	*state = &text;
	return 0;
}

static int
text_remove(void **state)
{
	buf_done(&((struct text *)*state)->buf);
	return 0;
}

static const char *
render(void **state, enum render_form form)
{
	struct buf *buf = &((struct text *)*state)->buf;

	buf_reset(buf);
	render_pages(&pages, form, buf);
	assert_int_equal(buf_status(buf), STATUS_OK);
	return buf_text(buf);
}

static void
assert_has(const char *text, const char *line)
{
	if (strstr(text, line) == NULL)
		fail_msg("missing: %s", line);
}

static void
assert_has_not(const char *text, const char *line)
{
	if (strstr(text, line) != NULL)
		fail_msg("too much: %s", line);
}

/* ---- the table ---- */

static void
mark(unsigned char marks[CELLS], size_t offset)
{
	assert_int_equal(offset % sizeof(struct counter), 0);
	assert_true(offset >= offsetof(struct counters, log_dropped));
	assert_true(offset < sizeof(struct counters));
	assert_int_equal(marks[offset / sizeof(struct counter)]++, 0);
}

static void
mark_family(unsigned char marks[CELLS], const struct family *family)
{
	const struct family_label *a = &family->labels[0];
	const struct family_label *b = &family->labels[1];
	size_t step = b->name != NULL ? family->row_bytes : sizeof(struct counter);

	if (family->kind == FAMILY_HISTOGRAM) {
		for (size_t i = 0; i < sizeof(struct counters_histogram); i += sizeof(struct counter))
			mark(marks, family->offset + i);
		return;
	}
	if (family->is_of_each_role) {
		mark(marks, family->offset);
		return;
	}
	for (int i = a->first; i <= a->last; i++) {
		for (int k = b->first; k <= b->last; k++)
			mark(marks, family->offset + (size_t)i * step + (size_t)k * sizeof(struct counter));
	}
}

/* Two families on one counter, or one beyond its array, would tell what was never counted. */
static void
render__no_counter_is_told_twice(void **state)
{
	unsigned char marks[CELLS] = { 0 };

	(void)state;
	for (size_t i = 0; i < family_count; i++)
		mark_family(marks, &families[i]);
	assert_int_equal(marks[CELLS - 1], 1);
}

static void
render__names_and_units_agree(void **state)
{
	(void)state;
	for (size_t i = 0; i < family_count; i++) {
		const struct family *family = &families[i];
		struct slice name = slice_from_text(family->name);

		assert_true(slice_starts_with(name, SLICE_LITERAL("signetd_")));
		assert_false(slice_ends_with(name, SLICE_LITERAL("_total")));
		assert_true(slice_ends_with(slice_from_text(family->help), SLICE_LITERAL(".")));
		if (family->unit != NULL)
			assert_true(slice_ends_with(name, slice_from_text(family->unit)));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(families[k].name, family->name);
	}
}

/* ---- samples ---- */

static void
render__adds_up_processes(void **state)
{
	const char *text;

	counter_add(&milter.messages[DECISION_SIGN][REASON_SIGNED], 40);
	counter_add(&other_milter.messages[DECISION_SIGN][REASON_SIGNED], 2);
	counter_add(&milter.sessions_open, 1);
	text = render(state, RENDER_OPENMETRICS);
	assert_has(text, "\nsignetd_messages_total{decision=\"sign\",reason=\"signed\"} 42\n");
	assert_has(text, "\nsignetd_sessions_open 1\n");
	assert_has(text, "\nsignetd_messages_total{decision=\"skip\",reason=\"no-key\"} 0\n");
}

static void
render__tells_roles_apart(void **state)
{
	const char *text;

	counter_add(&milter.log_dropped, 3);
	counter_add(&other_milter.log_dropped, 4);
	counter_add(&vault.log_dropped, 5);
	counter_add(&supervisor.restarts[ROLE_VAULT], 6);
	text = render(state, RENDER_OPENMETRICS);
	assert_has(text, "\nsignetd_log_dropped_lines_total{role=\"milter\"} 7\n");
	assert_has(text, "\nsignetd_log_dropped_lines_total{role=\"vault\"} 5\n");
	assert_has(text, "\nsignetd_log_dropped_lines_total{role=\"keeper\"} 0\n");
	assert_has(text, "\nsignetd_child_restarts_total{role=\"vault\"} 6\n");
}

static void
render__shows_what_is_unusual_when_it_has_happened(void **state)
{
	static const char line[] = "signetd_messages_total{decision=\"reject\",reason=\"no-key\"}";

	assert_has_not(render(state, RENDER_OPENMETRICS), line);
	counter_add(&milter.messages[DECISION_REJECT][REASON_NO_KEY], 1);
	assert_has(render(state, RENDER_OPENMETRICS), line);
}

static void
render__shows_no_time_that_is_not(void **state)
{
	assert_has_not(render(state, RENDER_OPENMETRICS), "\nsignetd_next_rotation_timestamp_seconds ");
	counter_set(&keeper.next_rotation_at, 1795219200);
	assert_has(render(state, RENDER_OPENMETRICS),
	    "\nsignetd_next_rotation_timestamp_seconds 1795219200\n");
}

static void
render__adds_up_a_histogram_from_its_least(void **state)
{
	const char *text;

	counters_observe_us(&milter.answer, 100);
	counters_observe_us(&milter.answer, 251);
	counters_observe_us(&other_milter.answer, 20000000);
	text = render(state, RENDER_OPENMETRICS);
	assert_has(text, "\nsignetd_answer_seconds_bucket{le=\"0.0001\"} 1\n");
	assert_has(text, "\nsignetd_answer_seconds_bucket{le=\"0.00025\"} 1\n");
	assert_has(text, "\nsignetd_answer_seconds_bucket{le=\"0.0005\"} 2\n");
	assert_has(text, "\nsignetd_answer_seconds_bucket{le=\"10.0\"} 2\n");
	assert_has(text, "\nsignetd_answer_seconds_bucket{le=\"+Inf\"} 3\n");
	assert_has(text, "\nsignetd_answer_seconds_sum 20.000351\nsignetd_answer_seconds_count 3\n");
}

/* ---- forms ---- */

static void
render__speaks_openmetrics(void **state)
{
	const char *text = render(state, RENDER_OPENMETRICS);

	assert_has(text, "# TYPE signetd_build info\n");
	assert_has(text, "\n# TYPE signetd_message_body_bytes counter\n"
	                 "# UNIT signetd_message_body_bytes bytes\n# HELP signetd_message_body_bytes Octets");
	assert_has(text, "\nsignetd_message_body_bytes_total 0\n");
	assert_string_equal(text + strlen(text) - 7, "\n# EOF\n");
}

static void
render__speaks_as_before_openmetrics(void **state)
{
	const char *text = render(state, RENDER_PROMETHEUS);

	assert_has(text, "# TYPE signetd_build_info gauge\n");
	assert_has(text, "\n# TYPE signetd_message_body_bytes_total counter\n"
	                 "# HELP signetd_message_body_bytes_total Octets");
	assert_has_not(text, "# UNIT");
	assert_has_not(text, "# EOF");
}

static void
render__fits_its_cap_when_every_number_is_at_its_largest(void **state)
{
	struct counters *all[] = { &milter, &other_milter, &vault, &keeper, &supervisor };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		memset((char *)all[i] + offsetof(struct counters, log_dropped), 0xff,
		    sizeof(struct counters) - offsetof(struct counters, log_dropped));
	assert_true(strlen(render(state, RENDER_OPENMETRICS)) < 64 * 1024);
}

#define TEXT_TEST(name) cmocka_unit_test_setup_teardown(name, text_make, text_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(render__no_counter_is_told_twice),
		cmocka_unit_test(render__names_and_units_agree),
		TEXT_TEST(render__adds_up_processes),
		TEXT_TEST(render__tells_roles_apart),
		TEXT_TEST(render__shows_what_is_unusual_when_it_has_happened),
		TEXT_TEST(render__shows_no_time_that_is_not),
		TEXT_TEST(render__adds_up_a_histogram_from_its_least),
		TEXT_TEST(render__speaks_openmetrics),
		TEXT_TEST(render__speaks_as_before_openmetrics),
		TEXT_TEST(render__fits_its_cap_when_every_number_is_at_its_largest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
