/* SPDX-License-Identifier: ISC */
/* How OpenDKIM's files are read: opendkim.conf, datasets, patterns, the KeyTable, and what goes to signetd.conf. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "ctl/opendkim/fates.h"
#include "ctl/opendkim/key_table.h"
#include "ctl/opendkim/pattern.h"
#include "ctl/opendkim/snippet.h"
#include "opendkim_place.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_text(struct slice got, const char *wanted)
{
	assert_int_equal(got.len, strlen(wanted));
	assert_memory_equal(got.ptr, wanted, got.len);
}

static enum status
read_conf(struct opendkim_place *place, const char *text, struct conf *conf, struct error *err)
{
	static struct place_file files[2];

	files[0] = (struct place_file){ "o.conf", text };
	opendkim_place_init(place, files);
	return conf_read(&place->source, "o.conf", conf, err);
}

/* ---- opendkim.conf ---- */

static void
conf__takes_what_opendkim_takes(void **state)
{
	static const struct {
		const char *text;
		const char *value; /* of Mode; NULL: not set */
	} cases[] = {
		{ "Mode sv", "sv" },
		{ "Mode sv\n", "sv" },
		{ "mODE\t sv \t\r\n", "sv" },
		{ "  Mode sv", "sv" },
		{ "# Mode sv\nMode s # v", "s" },
		{ "Mode sv\nMode s\n", "s" },
		{ "Mode a b", "a b" },
		{ "Mode a\\\nModes b", "a\\" },
		{ "\n \t\n#\n", NULL },
		{ "Modes sv", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct opendkim_place place;
		struct error err;
		struct conf conf;

		assert_int_equal(read_conf(&place, cases[i].text, &conf, &err), STATUS_OK);
		assert_text(conf_value(&conf, "Mode"), cases[i].value != NULL ? cases[i].value : "");
		assert_int_equal(conf_find(&conf, "Mode") != NULL, cases[i].value != NULL);
		opendkim_place_done(&place);
	}
}

static void
conf__puts_included_files_where_they_are_included(void **state)
{
	static const struct place_file files[] = {
		{ "o.conf", "Mode s\nInclude in.conf\nDomain b" },
		{ "in.conf", "Mode v\nDomain a\n" },
		{ NULL, NULL },
	};
	struct opendkim_place place;
	struct error err;
	struct conf conf;

	(void)state;
	opendkim_place_init(&place, files);
	assert_int_equal(conf_read(&place.source, "o.conf", &conf, &err), STATUS_OK);
	assert_text(conf_value(&conf, "Mode"), "v");
	assert_text(conf_value(&conf, "Domain"), "b");
	assert_string_equal(conf_find(&conf, "Mode")->place.file, "in.conf");
	assert_int_equal(conf_find(&conf, "Domain")->place.line, 3);
	opendkim_place_done(&place);
}

static void
conf__says_where_it_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{ "Mode s\nDomain # none\n", "o.conf:2: Domain has no value" },
		{ "Include o.conf", "include each other too deep" },
		{ "Include none", "none: there is no such file" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct opendkim_place place;
		struct error err;
		struct conf conf;

		assert_int_not_equal(read_conf(&place, cases[i].text, &conf, &err), STATUS_OK);
		assert_non_null(strstr(err.text, cases[i].words));
		opendkim_place_done(&place);
	}
}

static void
conf__reads_the_first_octet_of_a_flag(void **state)
{
	static const char *const on[] = { "true", "T", "yes", "Yes", "1", "tralala" };
	static const char *const off[] = { "false", "no", "0", "on", "off" };
	struct opendkim_place place;
	struct error err;
	struct conf conf;
	char text[32];

	(void)state;
	for (size_t i = 0; i < COUNT(on) + COUNT(off); i++) {
		bool is_on = i < COUNT(on);

		(void)snprintf(text, sizeof(text), "SubDomains %s", is_on ? on[i] : off[i - COUNT(on)]);
		assert_int_equal(read_conf(&place, text, &conf, &err), STATUS_OK);
		assert_int_equal(conf_flag(&conf, "SubDomains"), is_on);
		opendkim_place_done(&place);
	}
	assert_int_equal(read_conf(&place, "Mode s", &conf, &err), STATUS_OK);
	assert_false(conf_flag(&conf, "SubDomains"));
	opendkim_place_done(&place);
}

/* ---- datasets ---- */

static const struct place_file dataset_files[] = {
	{ "/t", "a b c # d\n\n  e\tf  \r\n#g\nh" },
	{ "/base/t", "x y" },
	{ NULL, NULL },
};

/* "key=value;…" of all entries. */
static enum status
read_dataset(const char *value, const char *base, char ret_text[256], struct error *err)
{
	struct conf_entry setting = {
		.place = { "o.conf", 7 }, .name = SLICE_LITERAL("T"), .value = slice_from_text(value) };
	struct opendkim_place place;
	struct dataset dataset;
	enum status status;
	struct buf text;

	opendkim_place_init(&place, dataset_files);
	status = dataset_read(&place.source, &setting, slice_from_text(base), &dataset, err);
	buf_init_fixed(&text, ret_text, 256);
	for (size_t i = 0; status == STATUS_OK && i < dataset.count; i++)
		buf_put_format(&text, "%.*s=%.*s;", SLICE_PRINT(dataset.entries[i].key),
		    SLICE_PRINT(dataset.entries[i].value));
	buf_put_char(&text, '\0');
	opendkim_place_done(&place);
	return status;
}

static void
dataset__reads_files_and_lists(void **state)
{
	static const struct {
		const char *value;
		const char *base;
		const char *entries;
	} cases[] = {
		{ "/t", "", "a=b c;e=f;h=;" },
		{ "file:/t", "", "a=b c;e=f;h=;" },
		{ "FILE:/t", "", "a=b c;e=f;h=;" },
		{ "refile:/t", "", "a=b c;=e\tf;h=;" },
		{ "file:t", "/base", "x=y;" },
		{ "file:/t", "/base", "a=b c;e=f;h=;" },
		{ "a", "", "a=;" },
		{ "t", "/base", "t=;" },
		{ "a, b=c ,,d", "", "a=;b=c;d=;" },
		{ "csl:a=b:c", "", "a=b:c;" },
		{ "a,::1", "", "a=;::1=;" },
	};
	char text[256];
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(read_dataset(cases[i].value, cases[i].base, text, &err), STATUS_OK);
		assert_string_equal(text, cases[i].entries);
	}
}

static void
dataset__refuses_what_is_no_text(void **state)
{
	static const struct {
		const char *value;
		enum status status;
		const char *words;
	} cases[] = {
		{ "dsn:mysql://h/d", STATUS_REFUSED, "o.conf:7: dsn:" },
		{ "ldap://h/", STATUS_REFUSED, "o.conf:7: ldap:" },
		{ "/etc/keys.db", STATUS_REFUSED, "db:" },
		{ "::1", STATUS_INVALID, "no kind of dataset" },
		{ "file:/none", STATUS_SYSTEM, "/none" },
	};
	char text[256];
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(read_dataset(cases[i].value, "", text, &err), cases[i].status);
		assert_non_null(strstr(err.text, cases[i].words));
	}
}

/* ---- patterns ---- */

struct pattern_case {
	const char *text;
	enum pattern_kind kind;
	const char *domain;
};

static void
check_patterns(const struct pattern_case *cases, size_t count, bool is_glob)
{
	for (size_t i = 0; i < count; i++) {
		struct pattern pattern;

		pattern_read(slice_from_text(cases[i].text), is_glob, &pattern);
		assert_int_equal(pattern.kind, cases[i].kind);
		assert_string_equal(pattern.domain, cases[i].domain);
		assert_int_equal(pattern_remark(pattern.kind, is_glob) != NULL,
		    pattern.kind > PATTERN_ENDING || (is_glob && pattern.kind == PATTERN_ENDING));
	}
}

static void
pattern__of_a_refile_is_compared_with_the_address(void **state)
{
	static const struct pattern_case cases[] = {
		{ "*@example.com", PATTERN_DOMAIN, "example.com" },
		{ "*@EXAMPLE.com", PATTERN_DOMAIN, "example.com" },
		{ "*@*.example.com", PATTERN_BELOW, "example.com" },
		{ "*.example.com", PATTERN_BELOW, "example.com" },
		{ "*@*example.com", PATTERN_ENDING, "example.com" },
		{ "*example.com", PATTERN_ENDING, "example.com" },
		{ "*", PATTERN_BELOW, "" },
		{ "*@*", PATTERN_BELOW, "" },
		{ "joe@example.com", PATTERN_USER, "" },
		{ "joe*@example.com", PATTERN_USER, "" },
		{ "joe@*", PATTERN_USER, "" },
		{ "*@mail*.example.com", PATTERN_ODD, "" },
		{ "*@*.example.*", PATTERN_ODD, "" },
		{ "*@(a|b).example.com", PATTERN_ODD, "" },
		{ "*@exampl[e].com", PATTERN_ODD, "" },
		{ "*@*-mail.example.com", PATTERN_ODD, "" },
		{ "example.com", PATTERN_NEVER, "" },
		{ ".example.com", PATTERN_NEVER, "" },
		{ "@example.com", PATTERN_NEVER, "" },
		{ "*@.example.com", PATTERN_NEVER, "" },
		{ "*@example.com.", PATTERN_NEVER, "" },
		{ "*@", PATTERN_NEVER, "" },
		{ "", PATTERN_NEVER, "" },
	};

	(void)state;
	check_patterns(cases, COUNT(cases), true);
}

static void
pattern__of_a_table_is_looked_up(void **state)
{
	static const struct pattern_case cases[] = {
		{ "example.com", PATTERN_DOMAIN, "example.com" },
		{ ".Example.com", PATTERN_BELOW, "example.com" },
		{ "*", PATTERN_BELOW, "" },
		{ "joe@example.com", PATTERN_USER, "" },
		{ "joe@.example.com", PATTERN_USER, "" },
		{ "joe@*", PATTERN_USER, "" },
		{ "*@example.com", PATTERN_NEVER, "" },
		{ "*.example.com", PATTERN_NEVER, "" },
		{ "example.com.", PATTERN_NEVER, "" },
		{ ".", PATTERN_NEVER, "" },
		{ "", PATTERN_NEVER, "" },
	};

	(void)state;
	check_patterns(cases, COUNT(cases), false);
}

/* ---- the KeyTable ---- */

static void
key_table__says_what_is_wrong_and_shows_no_key(void **state)
{
	static const struct {
		const char *value;
		const char *trouble; /* NULL: none */
	} cases[] = {
		{ "example.com:s:/k", NULL },
		{ "Example.COM:a.b:./k", NULL },
		{ "%:s:/%/k", NULL },
		{ "example.com:s:/a:b", NULL },
		{ "example.com:s", "DOMAIN:SELECTOR:FILE" },
		{ "", "DOMAIN:SELECTOR:FILE" },
		{ "example.com::/k", "DOMAIN:SELECTOR:FILE" },
		{ "example.com:s:MIIEsecret", "private key itself" },
		{ "localhost:s:/k", "top-level" },
		{ "exa mple.com:s:/k", "not a domain name" },
		{ "example.com:s s:/k", "selector" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct dataset_entry entry = {
			{ "/keys", 1 }, SLICE_LITERAL("k"), slice_from_text(cases[i].value) };
		struct dataset dataset = { DATASET_FILE, &entry, 1 };
		struct opendkim_place place;
		struct key_table table;

		opendkim_place_init(&place, dataset_files);
		assert_int_equal(key_table_make(&place.source, &dataset, &table), STATUS_OK);
		if (cases[i].trouble == NULL)
			assert_null(table.keys[0].trouble);
		else
			assert_non_null(strstr(table.keys[0].trouble, cases[i].trouble));
		assert_true(table.keys[0].path.len == 0 || table.keys[0].path.ptr[0] != 'M');
		opendkim_place_done(&place);
	}
}

static void
key_table__finds_the_first_of_a_name(void **state)
{
	static const struct dataset_entry entries[] = {
		{ { "/keys", 1 }, SLICE_LITERAL("b"), SLICE_LITERAL("example.com:s1:/%/k") },
		{ { "/keys", 2 }, SLICE_LITERAL("a"), SLICE_LITERAL("example.com:s2:./%/k") },
		{ { "/keys", 3 }, SLICE_LITERAL("b"), SLICE_LITERAL("example.com:s3:/k") },
	};
	struct dataset dataset = { DATASET_FILE, entries, COUNT(entries) };
	struct slice base = SLICE_LITERAL("/base");
	struct slice domain = SLICE_LITERAL("d.example");
	struct opendkim_place place;
	struct key_table table;

	(void)state;
	opendkim_place_init(&place, dataset_files);
	assert_int_equal(key_table_make(&place.source, &dataset, &table), STATUS_OK);
	assert_ptr_equal(key_table_find(&table, SLICE_LITERAL("b")), &table.keys[0]);
	assert_null(key_table_find(&table, SLICE_LITERAL("B")));
	assert_null(key_table_find(&table, SLICE_LITERAL("c")));
	assert_string_equal(signing_key_path(&place.source, &table.keys[0], base, domain), "/d.example/k");
	assert_string_equal(signing_key_path(&place.source, &table.keys[1], base, domain), "/base/./%/k");
	opendkim_place_done(&place);
}

/* ---- what becomes of the settings, and signetd.conf ---- */

static void
check_line(const char *text, enum fate fate)
{
	struct opendkim_place place;
	struct error err;
	struct conf conf;
	struct report report = { .source = &place.source };

	assert_int_equal(read_conf(&place, text, &conf, &err), STATUS_OK);
	fates_report(&conf, &report);
	assert_non_null(report.first);
	assert_int_equal(report.first->fate, fate);
	opendkim_place_done(&place);
}

static void
fates__are_of_the_line_that_counts(void **state)
{
	(void)state;
	check_line("Domain a", FATE_CARRIED);
	check_line("dOMAIN a", FATE_CARRIED);
	check_line("Domain a\nKeyTable t", FATE_NOT_NEEDED);
	check_line("SigningTable a", FATE_NOT_NEEDED);
	check_line("SigningTable a\nKeyTable t", FATE_CARRIED);
	check_line("Canonicalization simple", FATE_SETTING);
	check_line("Canonicalization simple\nCanonicalization relaxed", FATE_NOT_NEEDED);
	check_line("Diagnostics yes", FATE_LOST);
	check_line("Diagnostics no", FATE_NOT_NEEDED);
	check_line("AuthservID x", FATE_NOT_NEEDED);
	check_line("Nonsense x", FATE_LOST);
}

static void
check_snippet(const char *text, const char *wanted)
{
	struct opendkim_place place;
	struct error err;
	struct conf conf;
	struct report report = { .source = &place.source };
	struct buf out;

	assert_int_equal(read_conf(&place, text, &conf, &err), STATUS_OK);
	buf_init(&out, 65536);
	snippet_put(&place.source, &conf, NULL, &report, &out);
	assert_non_null(strstr(buf_text(&out), wanted));
	buf_done(&out);
	opendkim_place_done(&place);
}

static void
snippet__says_what_opendkim_conf_said(void **state)
{
	(void)state;
	check_snippet("Mode s", "trusted_networks = [ \"127.0.0.1\", \"::1\", \"local\" ];");
	check_snippet("InternalHosts 10.0.0.0/8", "trusted_networks = [ \"10.0.0.0/8\" ];");
	check_snippet("InternalHosts 10.0.0.0/8,127.0.0.0/8",
	    "trusted_networks = [ \"10.0.0.0/8\", \"127.0.0.0/8\", \"local\" ];");
	check_snippet("InternalHosts mail.example.com", "trusted_networks = [ ];");
	check_snippet("Mode s", "canonicalization = \"simple/simple\";");
	check_snippet("Canonicalization relaxed", "canonicalization = \"relaxed/simple\";");
	check_snippet("Canonicalization simple/Relaxed", "canonicalization = \"simple/relaxed\";");
	check_snippet("OversignHeaders From,Date", "oversign = [ \"Date\" ];");
	check_snippet("SignHeaders *,+X-Foo,-Date", "add = [ \"X-Foo\" ];");
	check_snippet("SignHeaders From,X-Foo", "#remove = [ \"Reply-To\", ");
	check_snippet("Socket inet:8891@localhost", "address = \"inet:127.0.0.1@8891\";");
	check_snippet("Socket inet6:8891@[::1]", "address = \"inet:::1@8891\";");
	check_snippet("Socket local:/run/o\nUMask 002\nUserID o:p",
	    "address = \"unix:/run/o\";\n\tmode = \"0664\";\n\tgroup = \"p\";");
	check_snippet("Socket /run/o", "address = \"unix:/run/o\";\n} );");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conf__takes_what_opendkim_takes),
		cmocka_unit_test(conf__puts_included_files_where_they_are_included),
		cmocka_unit_test(conf__says_where_it_is_wrong),
		cmocka_unit_test(conf__reads_the_first_octet_of_a_flag),
		cmocka_unit_test(dataset__reads_files_and_lists),
		cmocka_unit_test(dataset__refuses_what_is_no_text),
		cmocka_unit_test(pattern__of_a_refile_is_compared_with_the_address),
		cmocka_unit_test(pattern__of_a_table_is_looked_up),
		cmocka_unit_test(key_table__says_what_is_wrong_and_shows_no_key),
		cmocka_unit_test(key_table__finds_the_first_of_a_name),
		cmocka_unit_test(fates__are_of_the_line_that_counts),
		cmocka_unit_test(snippet__says_what_opendkim_conf_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
