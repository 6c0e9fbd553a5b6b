/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings/build.h"
#include "settings/settings.h"
#include "settings/table.h"
#include "settings/value.h"
#include "settings_place.h"

#define STATE "state_dir = \"/s\";\n"
#define LISTENERS "listeners = ( { address = \"unix:/m\"; } );\n"
#define CONTROL "control = { address = \"unix:/c\"; };\n"
#define GOOD STATE LISTENERS CONTROL

/* Reads what must be right. */
static struct settings *
read_text(const struct settings_place *place, struct slice text)
{
	struct settings *settings = NULL;
	struct error err = { "" };

	settings_place_write(place, text);
	if (settings_read_file(place->path, &settings, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return settings;
}

static struct settings *
read_literal(const struct settings_place *place, const char *text)
{
	return read_text(place, slice_from_text(text));
}

static void
assert_text(const struct settings *settings, enum setting setting, unsigned index, const char *text)
{
	assert_string_equal(settings_text(settings, setting, index), text);
}

static void
assert_number(const struct settings *settings, enum setting setting, uint64_t number)
{
	assert_int_equal(settings_number(settings, setting, 0), number);
}

static void
assert_same(const struct settings *a, const struct settings *b)
{
	for (enum setting setting = 0; setting < SETTING_COUNT; setting++) {
		assert_int_equal(settings_count(a, setting), settings_count(b, setting));
		for (unsigned k = 0; k < settings_count(a, setting); k++) {
			assert_int_equal(
			    settings_number(a, setting, k), settings_number(b, setting, k));
			assert_string_equal(
			    settings_text(a, setting, k), settings_text(b, setting, k));
		}
	}
}

/* ---- the table ---- */

static void
settings__rows_stand_at_their_place(void **state)
{
	(void)state;
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		assert_int_equal(table_row(i)->setting, i);
		assert_non_null(table_row(i)->name);
		assert_non_null(table_row(i)->help);
		assert_ptr_equal(
		    table_find(table_row(i)->section, table_row(i)->name), table_row(i));
		assert_true(table_row(i)->min <= table_row(i)->max || table_row(i)->words != NULL);
	}
}

static void
settings__every_default_and_example_fits_its_row(void **state)
{
	(void)state;
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = table_row(i);
		struct error err = { "" };
		uint64_t number;

		assert_true(row->is_required == (row->initial == NULL));
		assert_true(!row->is_required || row->example != NULL);
		if (row->example != NULL &&
		    value_parse(row, slice_from_text(row->example), &number, &err) != STATUS_OK)
			fail_msg("example of %s: %s", row->name, err.text);
		if (row->initial != NULL && !row->is_list &&
		    value_parse(row, slice_from_text(row->initial), &number, &err) != STATUS_OK)
			fail_msg("default of %s: %s", row->name, err.text);
	}
}

static void
assert_fits_lines(const char *text)
{
	struct slice rest = slice_from_text(text);

	while (rest.len > 0)
		assert_true(slice_cut(&rest, '\n').len <= 80);
}

static void
settings__every_help_fits_a_line(void **state)
{
	(void)state;
	for (enum setting i = 0; i < SETTING_COUNT; i++)
		assert_fits_lines(table_row(i)->help);
}

static void
settings__every_default_has_a_reason(void **state)
{
	(void)state;
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = table_row(i);

		if ((row->why != NULL) != (row->initial != NULL))
			fail_msg("%s: a why for what has a default, and only for that", row->name);
		if (row->why == NULL)
			continue;
		assert_fits_lines(row->why);
		assert_int_equal(row->why[strlen(row->why) - 1], '.');
	}
}

/* ---- files ---- */

static void
settings__smallest_file_has_all_defaults(void **state)
{
	struct settings *settings = read_literal(*state, GOOD);

	assert_text(settings, SETTING_STATE_DIR, 0, "/s");
	assert_text(settings, SETTING_MASTER_KEY, 0, "");
	assert_number(settings, SETTING_MAP_SIZE, UINT64_C(64) << 30);
	assert_int_equal(settings_count(settings, SETTING_LISTENER_ADDRESS), 1);
	assert_text(settings, SETTING_LISTENER_ADDRESS, 0, "unix:/m");
	assert_text(settings, SETTING_LISTENER_NAME, 0, "");
	assert_number(settings, SETTING_LISTENER_MODE, 0660);
	assert_number(settings, SETTING_LISTENER_PROCESSES, 0);
	assert_number(settings, SETTING_LISTENER_OUTBOUND, OUTBOUND_AUTO);
	assert_text(settings, SETTING_CONTROL_ADDRESS, 0, "unix:/c");
	assert_text(settings, SETTING_USER_VAULT, 0, "signetd-vault");
	assert_int_equal(settings_count(settings, SETTING_TRUSTED_NETWORKS), 3);
	assert_text(settings, SETTING_TRUSTED_NETWORKS, 0, "127.0.0.0/8");
	assert_text(settings, SETTING_TRUSTED_NETWORKS, 1, "::1");
	assert_text(settings, SETTING_TRUSTED_NETWORKS, 2, "local");
	assert_number(settings, SETTING_CANONICALIZATION, CANONICALIZATION_RELAXED_RELAXED);
	assert_number(settings, SETTING_HEADER_MAX_BYTES, 1 << 20);
	assert_number(settings, SETTING_HEADER_MAX_FIELDS, 5000);
	assert_number(settings, SETTING_CONNECTIONS_MAX, 10000);
	assert_number(settings, SETTING_MESSAGES_MAX_BYTES, 256 << 20);
	assert_number(settings, SETTING_VAULT_TIMEOUT, 5000);
	assert_text(settings, SETTING_VAULT_TIMEOUT, 0, "5s");
	assert_number(settings, SETTING_DRAIN_TIMEOUT, 30000);
	assert_number(settings, SETTING_ALLOW_WITHOUT_DNS_CHECK, 1);
	settings_free(&settings);
	assert_null(settings);
}

static void
settings__listeners_keep_their_own_values(void **state)
{
	struct settings *settings = read_literal(*state,
	    STATE CONTROL
	    "listeners = (\n"
	    "  { address = \"unix:/a\"; mode = \"0600\"; group = \"mta\"; processes = 3; },\n"
	    "  { address = \"inet:::1@8891\"; name = \"tcp\"; outbound = \"always\"; } );");

	assert_int_equal(settings_count(settings, SETTING_LISTENER_GROUP), 2);
	assert_int_equal(settings_number(settings, SETTING_LISTENER_MODE, 0), 0600);
	assert_int_equal(settings_number(settings, SETTING_LISTENER_MODE, 1), 0660);
	assert_int_equal(settings_number(settings, SETTING_LISTENER_PROCESSES, 0), 3);
	assert_int_equal(settings_number(settings, SETTING_LISTENER_PROCESSES, 1), 0);
	assert_int_equal(settings_number(settings, SETTING_LISTENER_OUTBOUND, 1), OUTBOUND_ALWAYS);
	assert_text(settings, SETTING_LISTENER_GROUP, 0, "mta");
	assert_text(settings, SETTING_LISTENER_NAME, 1, "tcp");
	settings_free(&settings);
}

/* Comments, both signs of assignment, text in pieces, CR LF, numbers of nine digits. */
static void
settings__groups_keep_their_own_lists(void **state)
{
	struct settings *settings = read_literal(*state, GOOD
	    "organizations = ( { name = \"a\"; logins = [ \"x\", \"y\" ]; },\n"
	    "{ name = \"b\"; networks = [ \"local\" ]; },\n"
	    "{ name = \"c\";\n logins = [ \"z\" ]; } );\n");

	assert_int_equal(settings_count(settings, SETTING_ORG_NAME), 3);
	assert_text(settings, SETTING_ORG_NAME, 2, "c");
	assert_int_equal(settings_count(settings, SETTING_ORG_LOGINS), 3);
	assert_text(settings, SETTING_ORG_LOGINS, 1, "y");
	assert_int_equal(settings_group(settings, SETTING_ORG_LOGINS, 1), 0);
	assert_text(settings, SETTING_ORG_LOGINS, 2, "z");
	assert_int_equal(settings_group(settings, SETTING_ORG_LOGINS, 2), 2);
	assert_int_equal(settings_line(settings, SETTING_ORG_LOGINS, 2), 7);
	assert_int_equal(settings_group(settings, SETTING_ORG_NETWORKS, 0), 1);
	assert_int_equal(settings_count(settings, SETTING_ORG_LISTENERS), 0);
	settings_free(&settings);
}

static void
settings__a_group_has_the_defaults_of_lists_it_does_not_have(void **state)
{
	static const struct {
		const char *domain;
		unsigned group, line;
	} expected[] = { { "b.example", 0, 4 }, { "c.example", 0, 4 }, { "default", 1, 0 }, { "default", 3, 0 } };
	struct settings *settings = read_literal(*state, GOOD
	    "organizations = ( { name = \"a\"; also_sign = [ \"b.example\", \"c.example\" ]; },\n"
	    "{ name = \"b\"; },\n{ name = \"c\"; also_sign = [ ]; unverified_domain = \"reject\"; },\n"
	    "{ name = \"d\"; } );\n");

	assert_int_equal(settings_count(settings, SETTING_ORG_ALSO_SIGN), 4);
	for (unsigned i = 0; i < 4; i++) {
		assert_text(settings, SETTING_ORG_ALSO_SIGN, i, expected[i].domain);
		assert_int_equal(settings_group(settings, SETTING_ORG_ALSO_SIGN, i), expected[i].group);
		assert_int_equal(settings_line(settings, SETTING_ORG_ALSO_SIGN, i), expected[i].line);
	}
	assert_int_equal(settings_number(settings, SETTING_ORG_UNVERIFIED_DOMAIN, 1), SETTING_UNVERIFIED_DEFAULT);
	assert_int_equal(settings_number(settings, SETTING_ORG_UNVERIFIED_DOMAIN, 2), SETTING_UNVERIFIED_REJECT);
	settings_free(&settings);
}

static void
settings__know_the_line_they_stand_in(void **state)
{
	struct settings *settings = read_literal(*state,
	    STATE CONTROL
	    "listeners = ( { address = \"unix:/a\"; },\n"
	    " { address = \"unix:/b\";\n mode = \"0600\"; } );\n"
	    "trusted_networks = [ \"local\",\n \"192.0.2.0/24\" ];\n");
	const struct settings_place *place = *state;

	assert_string_equal(settings_path(settings), place->path);
	assert_int_equal(settings_line(settings, SETTING_STATE_DIR, 0), 1);
	assert_int_equal(settings_line(settings, SETTING_LISTENER_MODE, 0), 0);
	assert_int_equal(settings_line(settings, SETTING_LISTENER_MODE, 1), 5);
	assert_int_equal(settings_group(settings, SETTING_LISTENER_MODE, 1), 1);
	assert_int_equal(settings_line(settings, SETTING_TRUSTED_NETWORKS, 0), 6);
	assert_int_equal(settings_line(settings, SETTING_TRUSTED_NETWORKS, 1), 7);
	assert_int_equal(settings_line(settings, SETTING_VAULT_TIMEOUT, 0), 0);
	settings_free(&settings);
}

static void
settings__reads_what_libconfig_reads(void **state)
{
	struct settings *settings = read_literal(*state,
	    "# 12345678901 \"\r\n// 12345678901 @include\r\n/* \" 12345678901\n */\r\n"
	    "state_dir : \"/s\" \"pool/12345678901 # // /* @\";\r\n" LISTENERS CONTROL
	    "header_max_fields = 5001\n"
	    "trusted_networks = ( \"::1\" )\n");

	assert_text(settings, SETTING_STATE_DIR, 0, "/spool/12345678901 # // /* @");
	assert_number(settings, SETTING_HEADER_MAX_FIELDS, 5001);
	assert_int_equal(settings_count(settings, SETTING_TRUSTED_NETWORKS), 1);
	settings_free(&settings);
}

static void
settings__empty_list_is_not_the_default(void **state)
{
	struct settings *settings = read_literal(*state, GOOD "trusted_networks = [ ];");

	assert_int_equal(settings_count(settings, SETTING_TRUSTED_NETWORKS), 0);
	assert_text(settings, SETTING_TRUSTED_NETWORKS, 0, "");
	settings_free(&settings);
}

/* ---- to the children ---- */

static void
settings__reach_a_child_as_they_were_read(void **state)
{
	struct settings *settings = read_literal(*state,
	    STATE CONTROL
	    "listeners = ( { address = \"unix:/a\"; }, { address = \"unix:/b\"; mode = \"0\"; } );\n"
	    "trusted_networks = [ ]; vault_timeout = \"250ms\"; allow_without_dns_check = false;");
	struct settings *copy = NULL;
	struct error err = { "" };
	int fd = -1;

	assert_int_equal(settings_to_memfd(settings, &fd, &err), STATUS_OK);
	assert_int_equal(settings_from_memfd(fd, &copy, &err), STATUS_OK);
	assert_same(copy, settings);
	assert_int_equal(settings_number(copy, SETTING_VAULT_TIMEOUT, 0), 250);
	assert_int_equal(close(fd), 0);
	settings_free(&settings);
	settings_free(&copy);
}

/* ---- warnings and reload ---- */

static void
join_warning(void *context, const char *text)
{
	buf_put_text(context, text);
	buf_put_char(context, '\n');
}

static void
assert_warnings(const struct settings_place *place, const char *text, const char *expected)
{
	struct settings *settings = read_literal(place, text);
	char storage[2048];
	struct buf all;

	buf_init_fixed(&all, storage, sizeof(storage));
	settings_list_warnings(settings, join_warning, &all);
	assert_string_equal(buf_text(&all), expected);
	settings_free(&settings);
}

static void
settings__warns_of_open_doors(void **state)
{
	assert_warnings(*state,
	    GOOD "signed_fields = { remove = [ \"list-id\", \"subject\" ]; };",
	    "signed_fields.remove has subject: on the way anybody can change it, and the signature "
	    "stays good\n");
	assert_warnings(*state, GOOD "trusted_networks = [ \"0.0.0.0/1\", \"local\", \"::1\" ];", "");
	assert_warnings(*state, GOOD "trusted_networks = [ \"0.0.0.0/0\" ];",
	    "trusted_networks has 0.0.0.0/0: mail of anybody who connects will be signed\n");
	assert_warnings(*state, GOOD "trusted_networks = [ \"::/0\" ];",
	    "trusted_networks has ::/0: mail of anybody who connects will be signed\n");
	assert_warnings(*state,
	    STATE CONTROL "listeners = ( { address = \"inet:127.0.0.1@8891\"; } );",
	    "listener inet:127.0.0.1@8891 believes whoever connects what client and login it names; "
	    "prefer a unix socket with a group, or let a firewall admit the mail server alone\n");
}

static void
settings__reload_changes_what_it_may(void **state)
{
	static const struct {
		const char *text;
		const char *refused;
	} rows[] = {
		{ GOOD "vault_timeout = \"6s\"; trusted_networks = [];", NULL },
		{ GOOD "map_size = \"65536MiB\";", NULL }, /* the same size */
		{ GOOD "map_size = \"1GiB\";", ":4: map_size has changed" },
		{ GOOD "users = { vault = \"v\"; };", "users.vault has changed" },
		{ STATE CONTROL "listeners = ( { address = \"unix:/n\"; } );",
		    "listeners.address has changed" },
		{ STATE CONTROL
		    "listeners = ( { address = \"unix:/m\"; }, { address = \"unix:/n\"; } );",
		    "listeners.address has changed" },
		{ "state_dir = \"/t\";" LISTENERS CONTROL, ":1: state_dir has changed" },
		{ GOOD "organizations = ( { name = \"a\"; logins = [ \"x\" ]; } );", NULL },
		{ GOOD "login_domains = ( { login = \"x\"; domains = [ \"@\" ]; } );", NULL },
		{ GOOD "organizations = ( { name = \"a\"; sender_header = \"a@b.example\"; } );", NULL },
	};
	struct settings *old = read_literal(*state, GOOD);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings *new = read_literal(*state, rows[i].text);
		struct error err = { "" };
		enum status status = settings_check_reload(old, new, &err);

		assert_int_equal(status, rows[i].refused != NULL ? STATUS_REFUSED : STATUS_OK);
		if (rows[i].refused != NULL)
			assert_non_null(strstr(err.text, rows[i].refused));
		settings_free(&new);
	}
	settings_free(&old);
}

/* As settings, but for one value. */
static struct settings *
change_one(const struct settings_place *place, enum setting setting)
{
	struct settings *settings = read_literal(place, GOOD);

	if (settings_count(settings, setting) == 0)
		assert_int_equal(build_reserve(settings, setting, 1), STATUS_OK);
	assert_int_equal(build_set(settings, setting, 0, settings_number(settings, setting, 0) + 1,
	                     SLICE_LITERAL("other")),
	    STATUS_OK);
	return settings;
}

static void
settings__reload_refuses_each_that_takes_a_restart_by_its_name(void **state)
{
	struct settings *old = read_literal(*state, GOOD);

	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = table_row((enum setting)i);
		struct settings *new = change_one(*state, row->setting);
		struct error err = { "" };
		enum status status = settings_check_reload(old, new, &err);
		char name[64];

		(void)snprintf(name, sizeof(name), "%s%s%s has changed", table_section(row->section)->name,
		    row->section != SECTION_TOP ? "." : "", row->name);
		assert_int_equal(status, row->is_reloadable ? STATUS_OK : STATUS_REFUSED);
		assert_true(row->is_reloadable || strstr(err.text, name) != NULL);
		settings_free(&new);
	}
	settings_free(&old);
}

static void
settings__each_is_reloadable_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct table_row *row = table_row((enum setting)i);
		const char *restart = row->restart;

		assert_int_equal(restart == NULL, row->is_reloadable);
		assert_true(restart == NULL || restart[strlen(restart) - 1] == '.');
	}
}

/* ---- the sample ---- */

#define MINIMAL \
	"state_dir = \"/var/lib/signetd\";\n" \
	"listeners = ( { address = \"unix:/run/signetd/milter.sock\"; group = \"postfix\"; } );\n" \
	"control = { address = \"unix:/run/signetd/control\"; };\n"

/* Drops the # of every "#name = default;". */
static void
uncomment(struct slice text, struct buf *out)
{
	while (text.len > 0) {
		struct slice line = slice_trim(slice_cut(&text, '\n'));

		if (line.len > 1 && line.ptr[0] == '#' && line.ptr[1] != ' ')
			line = slice_after(line, 1);
		buf_put(out, line);
		buf_put_char(out, '\n');
	}
}

static void
settings__sample_and_its_commented_defaults_are_the_defaults(void **state)
{
	struct settings *minimal = read_literal(*state, MINIMAL);
	struct buf sample, open;
	struct settings *settings;

	buf_init(&sample, 1 << 16);
	buf_init(&open, 1 << 16);
	settings_print_sample(&sample);
	settings = read_text(*state, buf_slice(&sample));
	assert_same(settings, minimal);
	settings_free(&settings);

	uncomment(buf_slice(&sample), &open);
	assert_true(buf_slice(&open).len < buf_slice(&sample).len);
	settings = read_text(*state, buf_slice(&open));
	assert_same(settings, minimal);
	settings_free(&settings);
	settings_free(&minimal);
	buf_done(&open);
	buf_done(&sample);
}

static void
settings__sample_shows_every_setting(void **state)
{
	struct buf sample;

	(void)state;
	buf_init(&sample, 1 << 16);
	settings_print_sample(&sample);
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "%s = ", table_row(i)->name);
		assert_non_null(strstr(buf_text(&sample), line));
	}
	buf_done(&sample);
}

/* What would be shipped, where the tests are run, and how to ship it. */
static void
fail_over_sample(const char *sample, const char *shipped_path)
{
	static const char path[] = "tests/unit/signetd.conf";
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(sample, file);
	assert_int_equal(fclose(file), 0);
	fail_msg("the table says otherwise than the sample file; look at the difference, then cp %s %s", path,
	    shipped_path);
}

static void
settings__shipped_file_is_the_sample(void **state)
{
	const char *top = getenv("srcdir");
	char shipped[1 << 15];
	char path[512];
	struct buf sample;
	FILE *file;
	size_t len;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/conf/signetd.conf", top != NULL ? top : ".");
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(shipped, 1, sizeof(shipped) - 1, file);
	shipped[len] = '\0';
	assert_int_equal(fclose(file), 0);
	buf_init(&sample, 1 << 16);
	settings_print_sample(&sample);
	if (strcmp(shipped, buf_text(&sample)) != 0)
		fail_over_sample(buf_text(&sample), path);
	buf_done(&sample);
}

/* ---- the dump ---- */

/* Of each kind something, with what has to be escaped, and lists that are empty on purpose. */
#define RICH \
	"state_dir = \"/s \\\"quoted\\\" \\\\ pool\";\n" \
	"listeners = ( { address = \"unix:/a\"; mode = \"0600\"; processes = 3; },\n" \
	"  { address = \"unix:/b\"; name = \"second\"; outbound = \"always\"; } );\n" CONTROL \
	"trusted_networks = [ ];\n" \
	"organizations = ( { name = \"a\"; logins = [ \"x\", \"y\" ]; }, { name = \"b\";\n" \
	"  logins = [ ];\n networks = [ \"local\" ]; } );\n" \
	"login_domains = (\n);\n" \
	"allow_without_dns_check = false;\n"

static void
settings__dump_is_a_configuration_with_the_same_settings(void **state)
{
	static const char *const texts[] = { GOOD, RICH };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct settings *settings = read_literal(*state, texts[i]);
		struct settings *again;
		struct buf dump;

		buf_init(&dump, 1 << 16);
		settings_print_dump(settings, &dump);
		again = read_text(*state, buf_slice(&dump));
		assert_same(again, settings);
		settings_free(&again);
		settings_free(&settings);
		buf_done(&dump);
	}
}

static void
settings__dump_says_where_each_value_comes_from(void **state)
{
	static const struct {
		const char *value;
		unsigned line; /* 0: the default */
	} rows[] = {
		{ "\nstate_dir = \"/s \\\"quoted\\\" \\\\ pool\"", 1 },
		{ "\nvault_timeout = \"5s\"", 0 },
		{ "\nallow_without_dns_check = false", 11 },
		{ "\ntrusted_networks = [ ]", 5 },
		{ "\nalso_sign = [ ]", 0 },
		{ "\nlogin_domains = ( )", 9 },
		{ "\taddress = \"unix:/a\"", 2 },
		{ "\tmode = \"0600\"", 2 },
		{ "\tname = \"second\"", 3 },
		{ "\tmode = \"0660\"", 0 },
		{ "\tprocesses = 3", 2 },
		{ "\tlogins = [ \"x\", \"y\" ]", 6 },
		{ "\tlogins = [ ]", 7 },
		{ "\tnetworks = [ \"local\" ]", 8 },
		{ "\tdaemon_names = [ ]", 0 },
	};
	const struct settings_place *place = *state;
	struct settings *settings = read_literal(place, "\n" RICH); /* a line further down */
	struct buf dump;

	buf_init(&dump, 1 << 16);
	buf_put_char(&dump, '\n');
	settings_print_dump(settings, &dump);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[256];

		if (rows[i].line == 0)
			(void)snprintf(line, sizeof(line), "%s; # default\n", rows[i].value);
		else
			(void)snprintf(line, sizeof(line), "%s; # %s:%u\n", rows[i].value, place->path,
			    rows[i].line + 1);
		if (strstr(buf_text(&dump), line) == NULL)
			fail_msg("no \"%s\" in:%s", line, buf_text(&dump));
	}
	settings_free(&settings);
	buf_done(&dump);
}

static void
settings__dump_shows_every_setting(void **state)
{
	struct settings *settings = read_literal(*state,
	    GOOD "organizations = ( { name = \"a\"; } ); login_domains = ( { login = \"a\"; domains = [ ]; } );");
	struct buf dump;
	unsigned lines = 0;

	buf_init(&dump, 1 << 16);
	settings_print_dump(settings, &dump);
	for (enum setting i = 0; i < SETTING_COUNT; i++) {
		char line[64];

		(void)snprintf(line, sizeof(line), "%s = ", table_row(i)->name);
		assert_non_null(strstr(buf_text(&dump), line));
	}
	for (size_t i = 0; i < buf_slice(&dump).len; i++)
		lines += buf_slice(&dump).ptr[i] == '#';
	assert_int_equal(lines, SETTING_COUNT); /* an origin each */
	settings_free(&settings);
	buf_done(&dump);
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, settings_place_make, settings_place_remove)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings__rows_stand_at_their_place),
		cmocka_unit_test(settings__every_default_and_example_fits_its_row),
		cmocka_unit_test(settings__every_help_fits_a_line),
		cmocka_unit_test(settings__every_default_has_a_reason),
		PLACE_TEST(settings__smallest_file_has_all_defaults),
		PLACE_TEST(settings__listeners_keep_their_own_values),
		PLACE_TEST(settings__groups_keep_their_own_lists),
		PLACE_TEST(settings__a_group_has_the_defaults_of_lists_it_does_not_have),
		PLACE_TEST(settings__know_the_line_they_stand_in),
		PLACE_TEST(settings__reads_what_libconfig_reads),
		PLACE_TEST(settings__empty_list_is_not_the_default),
		PLACE_TEST(settings__reach_a_child_as_they_were_read),
		PLACE_TEST(settings__warns_of_open_doors),
		PLACE_TEST(settings__reload_changes_what_it_may),
		PLACE_TEST(settings__reload_refuses_each_that_takes_a_restart_by_its_name),
		cmocka_unit_test(settings__each_is_reloadable_or_says_why_not),
		PLACE_TEST(settings__sample_and_its_commented_defaults_are_the_defaults),
		cmocka_unit_test(settings__sample_shows_every_setting),
		cmocka_unit_test(settings__shipped_file_is_the_sample),
		PLACE_TEST(settings__dump_is_a_configuration_with_the_same_settings),
		PLACE_TEST(settings__dump_says_where_each_value_comes_from),
		PLACE_TEST(settings__dump_shows_every_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
