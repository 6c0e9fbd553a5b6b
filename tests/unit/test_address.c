/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/buf.h"
#include "dkim/address.h"

#define ARENA_BYTES (8U << 20)

static const struct address_case {
	const char *value;
	const char *domains; /* "a.example b.example"; NULL: STATUS_INVALID */
} address_cases[] = {
	/* RFC 5322 §3.4 */
	{ " alice@example.com", "example.com" },
	{ " <alice@example.com>", "example.com" },
	{ " Alice Example <alice@example.com>", "example.com" },
	{ " Alice Example\r\n <alice@example.com>", "example.com" },
	{ " \"Alice Example\" <alice@example.com>", "example.com" },
	{ "\"Joe & J. Harvey\" <ddd @Org>", "Org" },
	{ " a@one.example, b@two.example", "one.example two.example" },
	{ " A <a@one.example>,\r\n\tB <b@two.example>", "one.example two.example" },
	{ " alice@EXAMPLE.Com", "EXAMPLE.Com" },
	/* comments, RFC 5322 §3.2.2 */
	{ " alice@example.com (Alice (the \"first\") Example)", "example.com" },
	{ "(a)alice(b)@(c)example(d).(e)com(f)", "example.com" },
	{ " (<mallory@evil.example>) <alice@example.com>", "example.com" },
	{ " alice@example.com (\\) , mallory@evil.example)", "example.com" },
	{ " Alice (, bob@evil.example) <alice@example.com>", "example.com" },
	{ " (((((((((((deep))))))))))) a@b.example", "b.example" },
	{ " \"Alice \\\"at\\\" (work)\" (a comment (nested)) <\"odd local@part\"@example.com> (end)",
	    "example.com" },
	/* quoted strings, §3.2.4 */
	{ " \"a@evil.example\" <alice@example.com>", "example.com" },
	{ " \"<a@evil.example>,\" <alice@example.com>", "example.com" },
	{ " \"back\\\\\" <alice@example.com>", "example.com" },
	{ " \"a@evil.example\"@example.com", "example.com" },
	{ " \"a b\".c@example.com", "example.com" },
	{ " \"\" <alice@example.com>", "example.com" },
	{ " \"\"@example.com", "example.com" },
	{ " \"a\".\"b c\".d@example.com", "example.com" },
	{ " \"a\\\"@evil.example\\\"\"@example.com", "example.com" },
	{ " \"(no comment\" <alice@example.com>", "example.com" },
	{ " \"folded\r\n name\" <alice@example.com>", "example.com" },
	{ " \"Sales: a@evil.example;\" <alice@example.com>", "example.com" },
	/* every character of an atom, §3.2.3 */
	{ " !#$%&'*+-/=?^_`{|}~@example.com", "example.com" },
	{ " 'alice@evil.example' <alice@example.com>", "example.com" },
	{ " {a|b} #1! <alice@example.com>", "example.com" },
	/* domain literals, §3.4.1 */
	{ " alice@[ \\] 192.0.2.1 ]", "[ \\] 192.0.2.1 ]" },
	{ " alice@ (c) [192.0.2.1] (d)", "[192.0.2.1]" },
	{ " alice@[192.0.2.1]", "[192.0.2.1]" },
	{ " <alice@[IPv6:2001:db8::1]>", "[IPv6:2001:db8::1]" },
	{ " a@[192.0.2.1], b@two.example", "[192.0.2.1] two.example" },
	/* groups, RFC 5322 §3.4 and RFC 6854 */
	{ " A Group:Chris <c@a.test>,joe@where.test,John <jdoe@one.test>;", "a.test where.test one.test" },
	{ " Undisclosed recipients:;", "" },
	{ " \"A, B\": a@b.example; (end)", "b.example" },
	{ " G: ,a@b.example,,; , c@d.example", "b.example d.example" },
	{ " G:a@b.example;, H:c@d.example;", "b.example d.example" },
	/* obsolete forms, §4.4 */
	{ " Joe Q. Public <john.q.public@example.com>", "example.com" },
	{ " <@hop.example,@hop2.example:alice@example.com>", "example.com" },
	{ " <@hop.example:alice@example.com>", "example.com" },
	{ " alice . smith @ example . com", "example.com" },
	{ ", ,alice@example.com,,", "example.com" },
	{ " <@[192.0.2.7],,@hop . example (c):alice@example.com>", "example.com" },
	{ " <,@hop.example:alice@example.com>", "example.com" },
	{ " \"J. Doe\" . \"x\" <a@b.example>", "b.example" },
	{ " alice\r\n @\r\n\t example\r\n .com", "example.com" },
	{ " Q. Public: a@b.example;", "b.example" },
	/* the examples of RFC 5322, appendix A */
	{ " John Doe <jdoe@machine.example>", "machine.example" },
	{ " Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>", "x.test example.org y.test" },
	{ " <boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
	    "nil.test example.net" },
	{ " Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "silly.test" },
	{ "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n"
	  "         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
	    "public.example example.org one.test" },
	{ " (Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", "" },
	{ " Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example", "example.net test.example" },
	{ " John Doe <jdoe@machine(comment).  example>", "machine.example" },
	/* RFC 6532 */
	{ " a@b\xe3\x80\x82" "example", "b\xe3\x80\x82" "example" }, /* an ideographic full stop */
	{ " No\xc2\xa0" "break <a@b.example>", "b.example" },
	{ " \"\xe7\x94\xa8 \xe6\x88\xb7\"@b.example", "b.example" },
	{ " \xe7\xbb\x84: \xe7\x94\xa8@b.example;", "b.example" },
	{ " J\xc3\xb6rg <j\xc3\xb6rg@b\xc3\xbc\x63her.example>", "b\xc3\xbc\x63her.example" },
	{ " \xe7\x94\xa8\xe6\x88\xb7@\xe4\xbe\x8b\xe5\xad\x90.example", "\xe4\xbe\x8b\xe5\xad\x90.example" },
	{ " \"J\xc3\xb6rg\" (\xc3\xa9) <a@b.example>", "b.example" },
	/* what mail has beyond the grammar */
	{ " alice@example.com <alice@example.com>", "example.com" },
	{ " [Support] Alice <alice@example.com>", "example.com" },
	{ " J\xf6rg <j@b.example>", "b.example" },
	{ " =?utf-8?Q?Example,_Alice?= <alice@example.com>", "example.com" },
	{ " =?utf-8?Q?a=40evil.example=2C?= <alice@example.com>", "example.com" },
	{ " =?utf-8?Q?(a?= =?utf-8?B?eA==?= <alice@example.com>", "example.com" },
	{ " =?utf-8?Q?alice?=@example.com", "example.com" },
	{ " a..b.@docomo.example", "docomo.example" },
	{ " alice@example.com.", "example.com." },
	{ " alice@my_host.example", "my_host.example" },
	{ " .alice@example.com", "example.com" },
	{ " alice@evil.example, <alice@example.com>", "evil.example example.com" },
	{ " alice @ evil.example bob <alice@example.com>", "example.com" },
	{ " [a@evil.example] <alice@example.com>", "example.com" },
	{ " =?utf-8?Q?Sales=3A?= =?utf-8?Q?:;?=: a@b.example;", "b.example" },
	{ " alice@-example-.com", "-example-.com" },
	/* no addresses */
	{ "", NULL },
	{ " ", NULL },
	{ " ,", NULL },
	{ " (only a comment)", NULL },
	{ " alice", NULL },
	{ " Alice Example", NULL },
	{ " alice@", NULL },
	{ " @example.com", NULL },
	{ " <>", NULL },
	{ " Alice <>", NULL },
	{ " Alice <alice>", NULL },
	{ " alice@example..com", NULL },
	{ " alice@.example.com", NULL },
	{ " alice@exam ple.com", NULL },
	{ " alice@\"example.com\"", NULL },
	{ " a@b@example.com", NULL },
	{ " alice smith@example.com", NULL },
	{ " alice@example.com bob@example.com", NULL },
	{ " <alice@example.com> <bob@example.com>", NULL },
	{ " <alice@example.com", NULL },
	{ " alice@example.com>", NULL },
	{ " <alice@example.com>x", NULL },
	{ " <<alice@example.com>>", NULL },
	{ " \"Alice <alice@example.com>", NULL },
	{ " Alice\" <alice@example.com>", NULL },
	{ " (Alice <alice@example.com>", NULL },
	{ " Alice) <alice@example.com>", NULL },
	{ " alice@[192.0.2.1", NULL },
	{ " G: a@b.example", NULL },
	{ " G: a@b.example; c@d.example", NULL },
	{ " G: H: a@b.example;;", NULL },
	{ " G: <a@b.example> <c@d.example>;", NULL },
	{ " : a@b.example;", NULL },
	{ " a@b.example;", NULL },
	{ " alice@example.com\\", NULL },
	{ " al\x01ice@example.com", NULL },
	{ " <@hop.example alice@example.com>", NULL },
	{ " =?utf-8?Q?Example,_Alice <alice@example.com>", NULL },
	{ " a@b.example, alice", NULL },
	{ " alice, a@b.example", NULL },
	{ " alice@[192.0.2.1].example", NULL },
	{ " alice@example[192.0.2.1]", NULL },
	{ " alice@[192.0.2.1][192.0.2.2]", NULL },
	{ " <:alice@example.com>", NULL },
	{ " <@hop.example:>", NULL },
	{ " <@hop.example:alice@example.com", NULL },
	{ " <@hop.example:@hop2.example:alice@example.com>", NULL },
	{ " a@b@c <alice@example.com> b@c", NULL },
	{ " :;", NULL },
	{ " G:", NULL },
	{ " G:;;", NULL },
	{ " G: alice;", NULL },
	{ " <a@b.example>: c@d.example;", NULL },
	{ " G <a@b.example>: c@d.example;", NULL },
	{ " alice@example.com (", NULL },
	{ " alice@example.com )", NULL },
	{ " alice@(example.com)", NULL },
	{ " (alice)@example.com", NULL },
	{ " \"alice@example.com\"", NULL },
	{ " \"Alice\" \"alice@example.com\"", NULL },
	{ " alice@example.com; bob@example.org", NULL },
	{ " alice@exam\x7fple.com", NULL },
	{ " <\"alice\\\"@example.com>", NULL },
	{ " alice@example.com\\, bob@example.org", NULL },
	/* an encoded word has no place in an address, RFC 2047 §5 */
	{ " alice@=?utf-8?Q?a,b@evil.example?=", NULL },
	{ " alice@=?utf-8?Q?(?=", NULL },
	{ " =?utf-8?Q?alice,?=@example.com", NULL },
	{ " <=?utf-8?Q?a@evil.example>,?=@example.com>", NULL },
	{ " <@=?utf-8?Q?:a@evil.example>?=:alice@example.com>", NULL },
};

static void
print_list(const struct address_list *list, struct buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		if (i > 0)
			buf_put_char(out, ' ');
		buf_put(out, list->domains[i]);
	}
}

static void
assert_list(const struct address_case *c)
{
	struct arena arena;
	struct address_list list = { .count = 77 };
	struct buf text;
	enum status status;

	arena_init(&arena, ARENA_BYTES);
	buf_init(&text, ARENA_BYTES);
	status = address_parse_list(slice_from_text(c->value), &arena, &list);
	if (status != (c->domains != NULL ? STATUS_OK : STATUS_INVALID))
		fail_msg("\"%s\": %s", c->value, status_name(status));
	if (status == STATUS_OK) {
		print_list(&list, &text);
		assert_string_equal(buf_text(&text), c->domains);
	} else {
		assert_int_equal(list.count, 77);
	}
	buf_done(&text);
	arena_done(&arena);
}

static void
address__lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(address_cases) / sizeof(address_cases[0]); i++)
		assert_list(&address_cases[i]);
}

/* Every prefix of every case is read without a look beyond its end. */
static void
address__lists_cut_anywhere_are_survived(void **state)
{
	struct arena arena;
	struct address_list list;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(address_cases) / sizeof(address_cases[0]); i++) {
		struct slice value = slice_from_text(address_cases[i].value);

		for (size_t len = 0; len < value.len; len++) {
			struct slice copy;
			enum status status;

			arena_reset(&arena);
			assert_int_equal(arena_copy(&arena, slice_first(value, len), &copy), STATUS_OK);
			status = address_parse_list(copy, &arena, &list);
			assert_true(status == STATUS_OK || status == STATUS_INVALID);
		}
	}
	arena_done(&arena);
}

static const struct path_case {
	const char *path;
	enum status status;
	const char *domain;
} path_cases[] = {
	{ "<alice@example.com>", STATUS_OK, "example.com" },
	{ "alice@example.com", STATUS_OK, "example.com" },
	{ " <alice@example.com> ", STATUS_OK, "example.com" },
	{ "<alice@example.com> BODY=8BITMIME SIZE=1", STATUS_OK, "example.com" },
	{ "<@a.example,@b.example:alice@example.com>", STATUS_OK, "example.com" },
	{ "<\"a@evil.example>\"@example.com>", STATUS_OK, "example.com" },
	{ "<alice@[192.0.2.1]>", STATUS_OK, "[192.0.2.1]" },
	{ "<j\xc3\xb6rg@b\xc3\xbc\x63her.example>", STATUS_OK, "b\xc3\xbc\x63her.example" },
	{ "<>", STATUS_NOT_FOUND, NULL },
	{ "", STATUS_NOT_FOUND, NULL },
	{ " ", STATUS_NOT_FOUND, NULL },
	{ "<postmaster>", STATUS_INVALID, NULL },
	{ "postmaster", STATUS_INVALID, NULL },
	{ "<alice@example.com", STATUS_INVALID, NULL },
	{ "alice@example.com, bob@example.com", STATUS_INVALID, NULL },
	{ "Alice <alice@example.com>", STATUS_INVALID, NULL },
};

static void
address__paths(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	for (size_t i = 0; i < sizeof(path_cases) / sizeof(path_cases[0]); i++) {
		const struct path_case *c = &path_cases[i];
		struct slice domain = SLICE_EMPTY;
		enum status status = address_parse_path(slice_from_text(c->path), &arena, &domain);

		if (status != c->status)
			fail_msg("\"%s\": %s", c->path, status_name(status));
		if (status == STATUS_OK)
			assert_true(slice_equal(domain, slice_from_text(c->domain)));
	}
	arena_done(&arena);
}

/* A field of 70 KB made of one piece again and again, then an ending. */
static const struct long_case {
	const char *piece;
	const char *end;
	enum status status;
	size_t count;
} long_cases[] = {
	{ "x ", "<a@b.example>", STATUS_OK, 1 },
	{ "(", ") a@b.example", STATUS_INVALID, 0 },
	{ "(x)", "a@b.example", STATUS_OK, 1 },
	{ "\"x\" ", "<a@b.example>", STATUS_OK, 1 },
	{ "x.", "x@b.example", STATUS_OK, 1 },
	{ "a@b ", "<a@b.example>", STATUS_OK, 1 },
	{ ",", "a@b.example", STATUS_OK, 1 },
	{ "someone@a-domain-of-some-length.example,\r\n ", "a@b.example", STATUS_TOO_LARGE, 0 },
	{ "=?", "<a@b.example>", STATUS_OK, 1 },
	{ "=?a?b?", "<a@b.example>", STATUS_OK, 1 },
	{ "=?a?b?.", "<a@b.example>", STATUS_OK, 1 },
	{ "[", "a@b.example", STATUS_INVALID, 0 },
	{ "a@", "b.example", STATUS_INVALID, 0 },
	{ "G:", "a@b.example;", STATUS_INVALID, 0 },
	{ "a@b,", "a@b", STATUS_TOO_LARGE, 0 },
	{ "\\", "", STATUS_INVALID, 0 },
	{ "@a,", ":a@b.example", STATUS_INVALID, 0 },
};

static void
address__long_fields_are_fine(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(long_cases) / sizeof(long_cases[0]); i++) {
		const struct long_case *c = &long_cases[i];
		struct arena arena;
		struct address_list list = { .count = 0 };
		struct buf value;

		arena_init(&arena, ARENA_BYTES);
		buf_init(&value, ARENA_BYTES);
		while (value.len < 70000)
			buf_put_text(&value, c->piece);
		buf_put_text(&value, c->end);
		if (address_parse_list(buf_slice(&value), &arena, &list) != c->status)
			fail_msg("%s", c->piece);
		assert_int_equal(list.count, c->count);
		buf_done(&value);
		arena_done(&arena);
	}
}

static void
address__lists_have_an_end(void **state)
{
	struct arena arena;
	struct address_list list;
	struct buf value;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init(&value, ARENA_BYTES);
	for (int i = 0; i < ADDRESS_LIST_MAX; i++)
		buf_put_text(&value, "a@b.example,");
	assert_int_equal(address_parse_list(buf_slice(&value), &arena, &list), STATUS_OK);
	assert_int_equal(list.count, ADDRESS_LIST_MAX);
	buf_put_text(&value, "a@b.example");
	assert_int_equal(address_parse_list(buf_slice(&value), &arena, &list), STATUS_TOO_LARGE);
	buf_done(&value);
	arena_done(&arena);
}

static void
address__deep_comments_need_no_stack(void **state)
{
	struct arena arena;
	struct address_list list;
	struct buf value;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init(&value, ARENA_BYTES);
	for (int i = 0; i < 500000; i++)
		buf_put_char(&value, '(');
	for (int i = 0; i < 500000; i++)
		buf_put_char(&value, ')');
	buf_put_text(&value, "a@b.example");
	assert_int_equal(address_parse_list(buf_slice(&value), &arena, &list), STATUS_OK);
	assert_int_equal(list.count, 1);
	buf_done(&value);
	arena_done(&arena);
}

static void
address__of_an_endless_domain_is_none(void **state)
{
	struct arena arena;
	struct address_list list;
	struct buf value;

	(void)state;
	arena_init(&arena, ARENA_BYTES);
	buf_init(&value, ARENA_BYTES);
	buf_put_text(&value, "a@");
	for (int i = 0; i < ADDRESS_DOMAIN_MAX; i++)
		buf_put_char(&value, 'd');
	assert_int_equal(address_parse_list(buf_slice(&value), &arena, &list), STATUS_OK);
	buf_put_char(&value, 'd');
	assert_int_equal(address_parse_list(buf_slice(&value), &arena, &list), STATUS_INVALID);
	buf_done(&value);
	arena_done(&arena);
}

static void
address__reports_a_full_arena(void **state)
{
	struct arena arena;
	struct address_list list = { .count = 77 };

	(void)state;
	for (size_t room = 0; room < 30; room++) {
		arena_init(&arena, room);
		assert_int_equal(address_parse_list(SLICE_LITERAL("<a@b.example>"), &arena, &list),
		    STATUS_NO_MEMORY);
		assert_int_equal(list.count, 77);
		arena_done(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address__lists),
		cmocka_unit_test(address__lists_cut_anywhere_are_survived),
		cmocka_unit_test(address__paths),
		cmocka_unit_test(address__long_fields_are_fine),
		cmocka_unit_test(address__lists_have_an_end),
		cmocka_unit_test(address__deep_comments_need_no_stack),
		cmocka_unit_test(address__of_an_endless_domain_is_none),
		cmocka_unit_test(address__reports_a_full_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
