/* SPDX-License-Identifier: ISC */
/* What OpenDKIM's tables come to in keys of signetd, and which senders are told to differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/opendkim/remarks.h"
#include "ctl/opendkim/tables.h"
#include "opendkim_place.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TABLES "KeyTable /keys\nSigningTable /senders\n"
#define GLOBS "KeyTable /keys\nSigningTable refile:/senders\n"

struct scenario {
	const char *conf;
	const char *keys;
	const char *senders;
	const char *planned; /* "domain match selector path;…" */
	const char *also;    /* "domain;…", "+" behind them: alone too */
	const char *differs; /* "senders …;…" */
};

static const struct scenario scenarios[] = {
	{ "Domain a.b\nSelector s\nKeyFile /k", NULL, NULL, "a.b DomainOnly s /k;", "", "" },
	{ "Domain a.b,c.d\nSelector s\nKeyFile k\nSubDomains y\nBaseDirectory /etc", NULL, NULL,
	    "a.b DomainAndSubdomains s /etc/./k;c.d DomainAndSubdomains s /etc/./k;", "", "" },
	{ "Domain *\nSelector s\nKeyFile /k", NULL, NULL, "", "", "all other senders;" },
	{ TABLES, "k a.b:s:/k\n", "a.b k\n", "a.b DomainOnly s /k;", "", "" },
	{ TABLES, "k a.b:s:/k\n", ".a.b k\n", "a.b SubdomainsOnly s /k;", "", "" },
	{ TABLES, "k a.b:s:/k\nl a.b:t:/l\n", "a.b k\n.a.b l\n",
	    "a.b DomainOnly s /k;a.b SubdomainsOnly t /l;", "", "" },
	{ TABLES, "k a.b:s:/k\nl a.b:t:/l\n", "a.b k\na.b l\n", "a.b DomainOnly s /k;", "", "" },
	/* a nearer domain comes first in a table, an earlier line in a refile */
	{ TABLES, "k a.b:s:/k\nl x.a.b:t:/l\n", ".a.b k\n.x.a.b l\n",
	    "a.b SubdomainsOnly s /k;x.a.b SubdomainsOnly t /l;", "", "" },
	{ GLOBS, "k a.b:s:/k\nl x.a.b:t:/l\n", "*@*.a.b k\n*@*.x.a.b l\n",
	    "a.b SubdomainsOnly s /k;", "", "" },
	/* d= above the sender, and not for all that are below it */
	{ TABLES, "k a.b:s:/k\n", "x.a.b k\n", "", "", "senders at x.a.b;" },
	{ TABLES, "k a.b:s:/k\n", "a.b k\nx.a.b k\n", "a.b DomainOnly s /k;", "", "senders at x.a.b;" },
	/* % */
	{ TABLES, "k %:s:/%/k\n", "a.b k\nc.d k\n", "a.b DomainOnly s /a.b/k;c.d DomainOnly s /c.d/k;",
	    "", "" },
	{ TABLES, "k %:s:/%/k\n", ".a.b k\n", "", "", "senders below a.b;" },
	{ TABLES, "a.b a.b:s:/k\nc.d c.d:t:/l\n", "* %\n", "a.b DomainOnly s /k;c.d DomainOnly t /l;", "",
	    "" },
	/* what is not there, or cannot be taken */
	{ TABLES, "k a.b:s:/k\n", "a.b none\n", "", "", "" },
	{ TABLES, "k a.b:s:inline\n", "a.b k\n", "", "", "senders at a.b;" },
	{ TABLES, "k a.b:s:/k\n", "joe@a.b k\n", "", "", "" },
	/* several */
	{ TABLES "MultipleSignatures y\n", "k a.b:s:/k\nl a.b:t:/l\n", "a.b k\n* l\n",
	    "a.b DomainOnly s /k;a.b SubdomainsOnly t /l;", "", "all other senders;senders at a.b;" },
	{ TABLES "MultipleSignatures y\n", "k a.b:s:/k\ne e.f:e:/e\n", "a.b k\n* e\n",
	    "a.b DomainOnly s /k;e.f DomainAndSubdomains e /e;", "e.f;+", "" },
	{ TABLES, "k a.b:s:/k\ne e.f:e:/e\n", "a.b k\n* e\n",
	    "a.b DomainOnly s /k;e.f DomainAndSubdomains e /e;", "",
	    "all other senders;senders below a.b;" },
	{ GLOBS "MultipleSignatures y\n", "k a.b:s:/k\ne e.f:e:/e\n", "*@a.b k\n*@a.b e\n",
	    "a.b DomainOnly s /k;e.f DomainOnly e /e;", "e.f;", "senders at e.f;" },
	{ GLOBS "MultipleSignatures y\n", "k a.b:s:/k\nl x.a.b:t:/l\nm a.b:u:/m\n",
	    "*@x.a.b l\n*@*.a.b m\n*@*.b k\n*@a.b k\n",
	    "a.b DomainAndSubdomains s /k;x.a.b DomainOnly t /l;", "a.b;",
	    "senders below a.b;senders below b;senders below x.a.b;" },
};

static void
put_keys(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->key_count; i++) {
		const struct plan_key *key = &plan->keys[i];

		buf_put_format(out, "%.*s %s %.*s %s;", SLICE_PRINT(key->domain),
		    word_text(domain_match_words, (int)key->domain_match),
		    SLICE_PRINT(key->key->selector), key->path);
	}
}

static void
put_also(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->also_count; i++)
		buf_put_format(out, "%.*s;", SLICE_PRINT(plan->also_sign[i]->domain));
	if (plan->has_fallback)
		buf_put_char(out, '+');
}

static void
put_differences(const struct plan *plan, struct buf *out)
{
	for (size_t i = 0; i < plan->sender_count; i++) {
		if (plan_is_same(plan, &plan->senders[i]))
			continue;
		remarks_put_senders(&plan->senders[i], out);
		buf_put_char(out, ';');
	}
}

typedef void putter(const struct plan *plan, struct buf *out);

static void
check(const struct plan *plan, putter *put, const char *wanted, size_t number)
{
	struct buf text;

	buf_init(&text, 65536);
	put(plan, &text);
	if (strcmp(buf_text(&text), wanted) != 0)
		print_message("scenario %zu\n", number);
	assert_string_equal(buf_text(&text), wanted);
	buf_done(&text);
}

static void
plan__signs_as_opendkim_did_or_tells_whom_it_does_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(scenarios); i++) {
		const struct scenario *s = &scenarios[i];
		struct place_file files[] = {
			{ "o.conf", s->conf },
			{ "/keys", s->keys != NULL ? s->keys : "" },
			{ "/senders", s->senders != NULL ? s->senders : "" },
			{ NULL, NULL },
		};
		struct opendkim_place place;
		struct tables tables;
		struct error err;
		struct conf conf;
		struct plan plan;

		opendkim_place_init(&place, files);
		assert_int_equal(conf_read(&place.source, "o.conf", &conf, &err), STATUS_OK);
		assert_int_equal(tables_read(&place.source, &conf, &tables, &err), STATUS_OK);
		assert_int_equal(plan_make(&place.source, &tables, &plan), STATUS_OK);
		check(&plan, put_keys, s->planned, i);
		check(&plan, put_also, s->also, i);
		check(&plan, put_differences, s->differs, i);
		opendkim_place_done(&place);
	}
}

static void
plan__of_many_domains_has_a_key_for_each(void **state)
{
	enum { DOMAINS = 2000 };
	struct place_file files[] = {
		{ "o.conf", TABLES }, { "/keys", NULL }, { "/senders", NULL }, { NULL, NULL } };
	struct opendkim_place place;
	struct tables tables;
	struct error err;
	struct conf conf;
	struct plan plan;
	struct buf keys;
	struct buf senders;

	(void)state;
	buf_init(&keys, 1 << 20);
	buf_init(&senders, 1 << 20);
	for (int i = 0; i < DOMAINS; i++) {
		buf_put_format(&keys, "k%d d%d.example:s:/k%d\n", i, i, i);
		buf_put_format(&senders, "d%d.example k%d\n", i, i);
	}
	files[1].text = buf_text(&keys);
	files[2].text = buf_text(&senders);
	opendkim_place_init(&place, files);
	assert_int_equal(conf_read(&place.source, "o.conf", &conf, &err), STATUS_OK);
	assert_int_equal(tables_read(&place.source, &conf, &tables, &err), STATUS_OK);
	assert_int_equal(plan_make(&place.source, &tables, &plan), STATUS_OK);
	assert_int_equal(plan.key_count, DOMAINS);
	for (size_t i = 0; i < plan.sender_count; i++)
		assert_true(plan_is_same(&plan, &plan.senders[i]));
	opendkim_place_done(&place);
	buf_done(&keys);
	buf_done(&senders);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plan__signs_as_opendkim_did_or_tells_whom_it_does_not),
		cmocka_unit_test(plan__of_many_domains_has_a_key_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
