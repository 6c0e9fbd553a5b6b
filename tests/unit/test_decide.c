/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/decide.h"

#define LIT(text) SLICE_LITERAL(text)
#define LIT2(text) { (text), sizeof(text) - 1 } /* of a static */
#define SENDERS_MAX 4

/*
 * A source with keys at two domains of anybody's, at two of the provider, and a
 * failure at a fifth. It counts, so that a decision that needs no key is seen
 * to ask for none.
 */
struct fake_keys {
	unsigned asked;
};

static enum status
find_fake(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	struct fake_keys *keys = context;

	keys->asked++;
	assert_true(slice_equal(org, LIT("main")));
	if (slice_equal(domain, LIT("broken.example")))
		return STATUS_DAMAGED;
	if (slice_equal(domain, LIT("esp.example")) || slice_equal(domain, LIT("esp.test"))) {
		*ret_list = (struct match_list){
			.count = 1,
			.entries = { { .algorithm = ALGORITHM_RSA_SHA256,
			    .domain_match = MATCH_DOMAIN_AND_SUBDOMAINS, .selector = "p1" } },
		};
		return STATUS_OK;
	}
	if (!slice_equal(domain, LIT("example.com")) &&
	    !slice_equal(domain, LIT("xn--bcher-kva.example")))
		return STATUS_NOT_FOUND;
	*ret_list = (struct match_list){
		.count = 2,
		.entries = {
			{
			    .algorithm = ALGORITHM_RSA_SHA256,
			    .domain_match = MATCH_DOMAIN_AND_SUBDOMAINS,
			    .selector = "s1",
			},
			{
			    .algorithm = ALGORITHM_ED25519_SHA256,
			    .domain_match = MATCH_DOMAIN_AND_SUBDOMAINS,
			    .selector = "s2",
			},
		},
	};
	return STATUS_OK;
}

/* What a case says in texts; where is "unix", "always" (listener), or the client's address. */
struct decide_case {
	const char *where;
	const char *login;
	const char *auth_type;
	const char *senders; /* "a.example b.example"; NULL: From could not be parsed */
	const char *envelope;
	unsigned from_count;
	bool is_too_large;
	enum reason reason;
	const char *sender; /* of REASON_SIGNED */
	const char *steps;
};

#define OURS_BY_LOGIN "listener=no login=yes "
#define OURS_BY_CLIENT "listener=no login=no client=yes "

static const struct decide_case cases[] = {
	/* is it ours? */
	{ "192.0.2.1", "", "", "example.com", "", 1, false, REASON_NOT_OURS, NULL,
	    "listener=no login=no client=no" },
	{ "2001:db8::1", "", "", "example.com", "", 1, false, REASON_NOT_OURS, NULL,
	    "listener=no login=no client=no" },
	{ "always", "", "", "example.com", "", 1, false, REASON_SIGNED, "example.com",
	    "listener=yes header-size=pass from-count=pass from-form=pass keys=signed" },
	{ "192.0.2.1", "alice", "", "example.com", "", 1, false, REASON_SIGNED, "example.com",
	    OURS_BY_LOGIN "header-size=pass from-count=pass from-form=pass keys=signed" },
	{ "192.0.2.1", "", "PLAIN", "example.com", "", 1, false, REASON_SIGNED, "example.com",
	    OURS_BY_LOGIN "header-size=pass from-count=pass from-form=pass keys=signed" },
	{ "127.0.0.1", "", "", "example.com", "", 1, false, REASON_SIGNED, "example.com",
	    OURS_BY_CLIENT "header-size=pass from-count=pass from-form=pass keys=signed" },
	{ "::1", "", "", "example.com", "", 1, false, REASON_SIGNED, "example.com", NULL },
	{ "::ffff:127.0.0.1", "", "", "example.com", "", 1, false, REASON_SIGNED, "example.com", NULL },
	{ "unix", "", "", "example.com", "", 1, false, REASON_SIGNED, "example.com", NULL },
	/* mail that is not ours is never refused, whatever it looks like */
	{ "192.0.2.1", "", "", NULL, "", 2, true, REASON_NOT_OURS, NULL, NULL },
	/* is it fit? */
	{ "127.0.0.1", "", "", "example.com", "", 1, true, REASON_HEADER_TOO_LARGE, NULL,
	    OURS_BY_CLIENT "header-size=header-too-large" },
	{ "127.0.0.1", "", "", "", "example.com", 0, false, REASON_NO_FROM, NULL,
	    OURS_BY_CLIENT "header-size=pass from-count=no-from" },
	{ "127.0.0.1", "", "", "example.com", "", 2, false, REASON_SEVERAL_FROM, NULL,
	    OURS_BY_CLIENT "header-size=pass from-count=several-from" },
	{ "127.0.0.1", "", "", NULL, "example.com", 1, false, REASON_BAD_FROM, NULL,
	    OURS_BY_CLIENT "header-size=pass from-count=pass from-form=bad-from" },
	{ "127.0.0.1", "", "", "", "example.com", 1, false, REASON_BAD_FROM, NULL, NULL },
	{ "127.0.0.1", "", "", "[192.0.2.1]", "example.com", 1, false, REASON_BAD_FROM, NULL, NULL },
	{ "127.0.0.1", "", "", "-bad-.example", "example.com", 1, false, REASON_BAD_FROM, NULL, NULL },
	/* which identity? */
	{ "127.0.0.1", "", "", "EXAMPLE.com.", "", 1, false, REASON_SIGNED, "example.com", NULL },
	{ "127.0.0.1", "", "", "mail.eu.example.com", "", 1, false, REASON_SIGNED,
	    "mail.eu.example.com", NULL },
	{ "127.0.0.1", "", "", "b\xc3\xbc\x63her.example", "", 1, false, REASON_SIGNED,
	    "xn--bcher-kva.example", NULL },
	{ "127.0.0.1", "", "", "badexample.com", "", 1, false, REASON_NO_KEY, NULL,
	    OURS_BY_CLIENT "header-size=pass from-count=pass from-form=pass keys=no-key unverified-domain=accept" },
	{ "127.0.0.1", "", "", "nokey.example sub.example.com", "", 1, false, REASON_SIGNED,
	    "sub.example.com", NULL },
	{ "127.0.0.1", "", "", "[192.0.2.1] example.com", "", 1, false, REASON_SIGNED,
	    "example.com", NULL },
	{ "127.0.0.1", "", "", "a.example.com b.example.com", "", 1, false, REASON_SIGNED,
	    "a.example.com", NULL },
	{ "127.0.0.1", "", "", "nokey.example", "bounce.example.com", 1, false, REASON_SIGNED,
	    "bounce.example.com", NULL },
	{ "127.0.0.1", "", "", "nokey.example", "nokey.example", 1, false, REASON_NO_KEY, NULL, NULL },
	{ "127.0.0.1", "", "", "nokey.example", "[192.0.2.1]", 1, false, REASON_NO_KEY, NULL, NULL },
	/* a failure of ours is never "no key" */
	{ "127.0.0.1", "", "", "broken.example example.com", "", 1, false, REASON_VIEW_ERROR, NULL,
	    OURS_BY_CLIENT "header-size=pass from-count=pass from-form=pass keys=view-error" },
	{ "127.0.0.1", "", "", "nokey.example", "broken.example", 1, false, REASON_VIEW_ERROR, NULL,
	    NULL },
};

#define CASE_COUNT (sizeof(cases) / sizeof(cases[0]))

static struct network
network_of(const char *text)
{
	struct network network;

	assert_int_equal(network_parse(slice_from_text(text), &network, NULL), STATUS_OK);
	return network;
}

static size_t
split(const char *text, struct slice ret_words[SENDERS_MAX])
{
	struct slice rest = slice_from_text(text);
	size_t count = 0;

	while (rest.len > 0)
		ret_words[count++] = slice_cut(&rest, ' ');
	return count;
}

static void
decide_case(const struct decide_case *c, const struct decide_settings *settings,
    struct verdict *ret_verdict, unsigned *ret_asked)
{
	struct slice senders[SENDERS_MAX];
	bool has_address = c->where[0] != 'u' && c->where[0] != 'a';
	struct network client = { .bits = 0 };
	struct fake_keys keys = { 0 };
	struct match_source source = { find_fake, &keys };
	struct decide_facts facts = {
		.is_outbound_listener = c->where[0] == 'a',
		.login = slice_from_text(c->login),
		.auth_type = slice_from_text(c->auth_type),
		.client = has_address ? &client : NULL,
		.is_header_too_large = c->is_too_large,
		.from_count = c->from_count,
		.is_from_valid = c->senders != NULL,
		.senders = senders,
		.sender_count = c->senders != NULL ? split(c->senders, senders) : 0,
		.envelope_domain = slice_from_text(c->envelope),
	};

	if (has_address)
		client = network_of(c->where);
	decide(settings, &facts, &source, ret_verdict);
	*ret_asked = keys.asked;
}

/* As the defaults: loopback and local sockets, From before the envelope. */
static const struct network *
default_networks(void)
{
	static struct network networks[2];

	networks[0] = network_of("127.0.0.0/8");
	networks[1] = network_of("::1");
	return networks;
}

static struct decide_settings
default_settings(void)
{
	return (struct decide_settings){
		.trusted_networks = default_networks(),
		.trusted_count = 2,
		.is_local_trusted = true,
		.identities = { IDENTITY_HEADER_FROM, IDENTITY_ENVELOPE_FROM },
		.identity_count = 2,
		.unverified = UNVERIFIED_ACCEPT,
		.fitness = fitness_default,
	};
}

/* What signs, as texts: "example.com/s1 esp.example/p1". */
static void
assert_signatures(const struct verdict *verdict, const char *expected)
{
	struct buf text;

	buf_init(&text, 4000);
	for (size_t i = 0; i < verdict->signature_count; i++)
		buf_put_format(&text, "%s%s/%s", i > 0 ? " " : "", verdict->signatures[i].key.domain,
		    verdict->signatures[i].key.entry.selector);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
}

static void
decide__gives_these_verdicts(void **state)
{
	struct decide_settings settings = default_settings();

	(void)state;
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct verdict verdict;
		unsigned asked;

		decide_case(&cases[i], &settings, &verdict, &asked);
		if (verdict.reason != cases[i].reason)
			fail_msg("case %zu: %s", i, reason_row(verdict.reason)->word);
		assert_int_equal(verdict.decision, reason_row(cases[i].reason)->decision);
		if (verdict.reason == REASON_SIGNED) {
			assert_string_equal(verdict.sender, cases[i].sender);
			assert_int_equal(verdict.signature_count, 2);
			assert_int_equal(verdict.signatures[0].key.entry.algorithm, ALGORITHM_RSA_SHA256);
			assert_string_equal(verdict.signatures[1].key.entry.selector, "s2");
		}
	}
}

static void
decide__tells_every_rule_it_asked(void **state)
{
	struct decide_settings settings = default_settings();

	(void)state;
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct verdict verdict;
		struct buf text;
		unsigned asked;

		if (cases[i].steps == NULL)
			continue;
		decide_case(&cases[i], &settings, &verdict, &asked);
		buf_init(&text, 1000);
		for (size_t j = 0; j < verdict.step_count; j++)
			buf_put_format(&text, "%s%s=%s", j > 0 ? " " : "", verdict.steps[j].rule,
			    verdict.steps[j].answer);
		assert_string_equal(buf_text(&text), cases[i].steps);
		buf_done(&text);
	}
}

static void
decide__asks_for_keys_only_when_the_message_may_be_signed(void **state)
{
	struct decide_settings settings = default_settings();

	(void)state;
	for (size_t i = 0; i < CASE_COUNT; i++) {
		struct verdict verdict;
		unsigned asked;
		bool is_matched = cases[i].reason == REASON_SIGNED || cases[i].reason == REASON_NO_KEY ||
		    cases[i].reason == REASON_VIEW_ERROR;

		decide_case(&cases[i], &settings, &verdict, &asked);
		assert_int_equal(asked > 0, is_matched);
	}
}

static void
decide__names_the_identity_that_has_the_key(void **state)
{
	static const struct decide_case both = { "unix", "", "", "a.example.com", "b.example.com", 1,
		false, REASON_SIGNED, NULL, NULL };
	struct decide_settings settings = default_settings();
	struct verdict verdict;
	unsigned asked;

	(void)state;
	decide_case(&both, &settings, &verdict, &asked);
	assert_int_equal(verdict.signatures[0].identity, IDENTITY_HEADER_FROM);
	assert_string_equal(verdict.sender, "a.example.com");
	assert_string_equal(verdict.signatures[0].key.domain, "example.com");
	settings.identities[0] = IDENTITY_ENVELOPE_FROM;
	settings.identities[1] = IDENTITY_HEADER_FROM;
	decide_case(&both, &settings, &verdict, &asked);
	assert_int_equal(verdict.signatures[0].identity, IDENTITY_ENVELOPE_FROM);
	assert_string_equal(verdict.sender, "b.example.com");
}

static void
decide__looks_at_no_identity_it_was_not_told(void **state)
{
	static const struct decide_case envelope_only = { "unix", "", "", "nokey.example",
		"example.com", 1, false, REASON_NO_KEY, NULL, NULL };
	struct decide_settings settings = default_settings();
	struct verdict verdict;
	unsigned asked;

	(void)state;
	settings.identity_count = 1;
	decide_case(&envelope_only, &settings, &verdict, &asked);
	assert_int_equal(verdict.reason, REASON_NO_KEY);
}

static void
decide__trusts_nobody_when_told_so(void **state)
{
	static const char *const places[] = { "unix", "127.0.0.1", "::1" };
	struct decide_settings settings = default_settings();

	(void)state;
	settings.trusted_count = 0;
	settings.is_local_trusted = false;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct decide_case c = { places[i], "", "", "example.com", "", 1, false,
			REASON_NOT_OURS, NULL, NULL };
		struct verdict verdict;
		unsigned asked;

		decide_case(&c, &settings, &verdict, &asked);
		assert_int_equal(verdict.reason, REASON_NOT_OURS);
	}
}

/* ---- mail that is not fit ---- */

static void
decide_flawed(flaw_set flaws, const struct decide_settings *settings, struct verdict *ret_verdict)
{
	static const struct slice sender = { "example.com", 11 };
	struct decide_facts facts = { .is_outbound_listener = true, .from_count = 1,
		.is_from_valid = true, .senders = &sender, .sender_count = 1, .flaws = flaws };
	struct fake_keys keys = { 0 };
	struct match_source source = { find_fake, &keys };

	decide(settings, &facts, &source, ret_verdict);
}

static void
decide__does_with_a_flaw_what_it_is_told(void **state)
{
	static const enum decision actions[] = { DECISION_SIGN, DECISION_SKIP, DECISION_REJECT };
	struct decide_settings settings = default_settings();

	(void)state;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		struct verdict verdict;
		struct verdict later;

		settings.fitness.actions[FLAW_NUL] = actions[i];
		settings.fitness.lines[FLAW_NUL] = 12;
		decide_flawed(FLAW_BIT(FLAW_NUL), &settings, &verdict);
		assert_int_equal(verdict.decision, actions[i]);
		assert_int_equal(verdict.reason, actions[i] == DECISION_SIGN ? REASON_SIGNED : REASON_NUL);
		assert_int_equal(verdict.signature_count, actions[i] == DECISION_SIGN ? 2 : 0);
		assert_int_equal(verdict.reply.code != NULL, actions[i] == DECISION_REJECT);
		assert_string_equal(verdict.steps[verdict.step_count - 1].rule, "fit");
		assert_int_equal(verdict.steps[verdict.step_count - 1].line,
		    actions[i] == DECISION_SIGN ? 0 : 12);
		/* the same when it is seen at the end */
		decide_flawed(0, &settings, &later);
		assert_int_equal(later.decision, DECISION_SIGN);
		assert_int_equal(decide_fitness(&settings, FLAW_BIT(FLAW_NUL), &later),
		    actions[i] == DECISION_SIGN);
		assert_int_equal(later.decision, actions[i]);
		assert_int_equal(later.reason, verdict.reason);
		assert_int_equal(later.signature_count, verdict.signature_count);
	}
}

static void
decide__does_with_no_and_several_from_what_it_is_told(void **state)
{
	static const struct decide_case from[] = {
		{ "unix", "", "", "", "", 0, false, REASON_NO_FROM, NULL, NULL },
		{ "unix", "", "", "", "", 2, false, REASON_SEVERAL_FROM, NULL, NULL },
	};
	struct decide_settings settings = default_settings();

	(void)state;
	settings.fitness.actions[FLAW_NO_FROM] = DECISION_REJECT;
	settings.fitness.actions[FLAW_SEVERAL_FROM] = DECISION_SKIP;
	for (size_t i = 0; i < 2; i++) {
		struct verdict verdict;
		unsigned asked;

		decide_case(&from[i], &settings, &verdict, &asked);
		assert_int_equal(verdict.reason, from[i].reason);
		assert_int_equal(verdict.decision, i == 0 ? DECISION_REJECT : DECISION_SKIP);
		assert_int_equal(verdict.reply.code != NULL, i == 0);
	}
}

/* ---- the provider's keys, and mail without one of the sender's ---- */

static const struct decide_text provider[] = { { LIT2("esp.example"), 7 }, { LIT2("esp.test"), 8 } };

static void
decide_from(const char *senders, const struct decide_settings *settings, struct verdict *ret_verdict)
{
	struct decide_case c = { "unix", "", "", senders, "", 1, false, REASON_SIGNED, NULL, NULL };
	unsigned asked;

	decide_case(&c, settings, ret_verdict, &asked);
}

static void
decide__also_signs_beside_the_sender(void **state)
{
	static const struct {
		const char *senders;
		size_t also_count;
		const char *signatures;
	} rows[] = {
		{ "example.com", 1, "example.com/s1 example.com/s2 esp.example/p1" },
		{ "example.com", 2, "example.com/s1 example.com/s2 esp.example/p1 esp.test/p1" },
		{ "esp.example", 1, "esp.example/p1" }, /* never twice the same */
		{ "mail.esp.example", 1, "esp.example/p1" },
		{ "esp.test", 2, "esp.test/p1 esp.example/p1" },
		{ "nokey.example", 2, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_settings settings = default_settings();
		struct verdict verdict;

		settings.also_sign = provider;
		settings.also_count = rows[i].also_count;
		decide_from(rows[i].senders, &settings, &verdict);
		assert_signatures(&verdict, rows[i].signatures);
	}
}

static void
decide__does_with_unverified_mail_what_it_is_told(void **state)
{
	static const struct {
		enum unverified unverified;
		size_t also_count;
		enum decision decision;
		enum reason reason;
		const char *signatures;
	} rows[] = {
		{ UNVERIFIED_ACCEPT, 0, DECISION_SKIP, REASON_NO_KEY, "" },
		{ UNVERIFIED_ACCEPT, 1, DECISION_SKIP, REASON_NO_KEY, "" },
		{ UNVERIFIED_FALLBACK, 1, DECISION_SIGN, REASON_FALLBACK, "esp.example/p1" },
		{ UNVERIFIED_FALLBACK, 0, DECISION_SKIP, REASON_NO_KEY, "" },
		{ UNVERIFIED_TEMPFAIL, 1, DECISION_TEMPFAIL, REASON_NO_KEY, "" },
		{ UNVERIFIED_REJECT, 1, DECISION_REJECT, REASON_NO_KEY, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_settings settings = default_settings();
		struct verdict verdict;

		settings.also_sign = provider;
		settings.also_count = rows[i].also_count;
		settings.unverified = rows[i].unverified;
		decide_from("nokey.example", &settings, &verdict);
		assert_int_equal(verdict.decision, rows[i].decision);
		assert_int_equal(verdict.reason, rows[i].reason);
		assert_signatures(&verdict, rows[i].signatures);
		assert_true((verdict.reply.code != NULL) == (rows[i].decision == DECISION_REJECT ||
		    rows[i].decision == DECISION_TEMPFAIL));
		if (verdict.reply.code != NULL)
			assert_non_null(strstr(verdict.reply.text, "nokey.example"));
	}
}

/* The sender has keys, and those of the provider cannot be read: it waits for both. */
static void
decide__does_not_do_without_the_provider_when_the_keys_cannot_be_read(void **state)
{
	static const struct decide_text broken = { LIT2("broken.example"), 7 };
	struct decide_settings settings = default_settings();
	struct verdict verdict;

	(void)state;
	settings.also_sign = &broken;
	settings.also_count = 1;
	decide_from("example.com", &settings, &verdict);
	assert_int_equal(verdict.reason, REASON_VIEW_ERROR);
	assert_int_equal(verdict.decision, DECISION_TEMPFAIL);
	assert_signatures(&verdict, "");
	settings.unverified = UNVERIFIED_FALLBACK;
	decide_from("nokey.example", &settings, &verdict);
	assert_int_equal(verdict.decision, DECISION_TEMPFAIL);
}

static void
decide__failing_keeps_what_would_have_signed(void **state)
{
	struct decide_settings settings = default_settings();
	struct verdict verdict;

	(void)state;
	decide_from("example.com", &settings, &verdict);
	decide_fail(&verdict, REASON_VAULT_TIMEOUT);
	assert_int_equal(verdict.decision, DECISION_TEMPFAIL);
	assert_string_equal(verdict.reply.code, "451");
	assert_signatures(&verdict, "example.com/s1 example.com/s2");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decide__gives_these_verdicts),
		cmocka_unit_test(decide__tells_every_rule_it_asked),
		cmocka_unit_test(decide__asks_for_keys_only_when_the_message_may_be_signed),
		cmocka_unit_test(decide__names_the_identity_that_has_the_key),
		cmocka_unit_test(decide__looks_at_no_identity_it_was_not_told),
		cmocka_unit_test(decide__trusts_nobody_when_told_so),
		cmocka_unit_test(decide__does_with_a_flaw_what_it_is_told),
		cmocka_unit_test(decide__does_with_no_and_several_from_what_it_is_told),
		cmocka_unit_test(decide__also_signs_beside_the_sender),
		cmocka_unit_test(decide__does_with_unverified_mail_what_it_is_told),
		cmocka_unit_test(decide__does_not_do_without_the_provider_when_the_keys_cannot_be_read),
		cmocka_unit_test(decide__failing_keeps_what_would_have_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
