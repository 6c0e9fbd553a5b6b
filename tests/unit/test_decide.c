/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/decide.h"
#include "fit_place.h"

#define LIT(text) SLICE_LITERAL(text)
#define LIT2(text) { (text), sizeof(text) - 1 } /* of a static */
#define SENDERS_MAX 8

/*
 * A source with keys at two domains of anybody's, at two of the provider, and a
 * failure at a fifth. It counts, so that a decision that needs no key is seen
 * to ask for none.
 */
struct fake_keys {
	unsigned asked;
};

static enum status
take_keys(struct match_list *ret_list)
{
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

static enum status
find_fake(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	struct fake_keys *keys = context;

	keys->asked++;
	if (!slice_equal(org, LIT("main")))
		return slice_equal(domain, LIT("example.com")) && slice_equal(org, LIT("acme"))
		    ? take_keys(ret_list)
		    : STATUS_NOT_FOUND;
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
	    !slice_equal(domain, LIT("xn--bcher-kva.example")) &&
	    !slice_ends_with(domain, LIT(".many.example")))
		return STATUS_NOT_FOUND;
	return take_keys(ret_list);
}

/* What a case says in texts; where is "unix", "always" (listener), or the client's address; "<>" is the null sender. */
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

#define OURS_BY_LOGIN "listener=no daemon-name=no login=yes organization=default "
#define OURS_BY_CLIENT "listener=no daemon-name=no login=no client=yes organization=default "

static const struct decide_case cases[] = {
	/* is it ours? */
	{ "192.0.2.1", "", "", "example.com", "", 1, false, REASON_NOT_OURS, NULL,
	    "listener=no daemon-name=no login=no client=no" },
	{ "2001:db8::1", "", "", "example.com", "", 1, false, REASON_NOT_OURS, NULL,
	    "listener=no daemon-name=no login=no client=no" },
	{ "always", "", "", "example.com", "", 1, false, REASON_SIGNED, "example.com",
	    "listener=yes organization=default header-size=pass from-count=pass from-form=pass keys=signed" },
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
	bool is_null_sender = strcmp(c->envelope, "<>") == 0;
	bool has_address = c->where[0] != 'u' && c->where[0] != 'a';
	struct network client = { .bits = 0 };
	struct fake_keys keys = { 0 };
	struct match_source source = { find_fake, &keys };
	struct decide_facts facts = {
		.listener = c->where[0] == 'a' ? 1 : 0,
		.login = slice_from_text(c->login),
		.auth_type = slice_from_text(c->auth_type),
		.client = has_address ? &client : NULL,
		.is_header_too_large = c->is_too_large,
		.from_count = c->from_count,
		.is_from_valid = c->senders != NULL,
		.senders = senders,
		.sender_count = c->senders != NULL ? split(c->senders, senders) : 0,
		.envelope_domain = slice_from_text(is_null_sender ? "" : c->envelope),
		.is_null_sender = is_null_sender,
	};

	if (has_address)
		client = network_of(c->where);
	decide(settings, &facts, &source, ret_verdict);
	*ret_asked = keys.asked;
}

/* As the defaults: loopback and local sockets; From before the envelope. Listener 1 is for outbound mail. */
static struct decide_rules
default_networks(void)
{
	static struct decide_rule rules[3];

	rules[0] = (struct decide_rule){ .kind = RULE_NETWORK, .network = network_of("127.0.0.0/8") };
	rules[1] = (struct decide_rule){ .kind = RULE_NETWORK, .network = network_of("::1") };
	rules[2] = (struct decide_rule){ .kind = RULE_NETWORK, .is_local = true };
	return (struct decide_rules){ rules, 3, NULL };
}

static struct decide_settings
default_settings(void)
{
	static const struct decide_rule outbound = { .kind = RULE_LISTENER, .listener = 1, .line = 3 };

	return (struct decide_settings){
		.trusted_networks = default_networks(),
		.outbound_listeners = { &outbound, 1 },
		.binding_decision = DECISION_REJECT,
		.identities = { IDENTITY_HEADER_FROM, IDENTITY_ENVELOPE_FROM },
		.identity_count = 2,
		.all = { .unverified = UNVERIFIED_ACCEPT },
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

static const struct decide_text provider[] = { { LIT2("esp.example"), 7 }, { LIT2("esp.test"), 8 } };

static void
decide_from(const char *senders, const struct decide_settings *settings, struct verdict *ret_verdict)
{
	struct decide_case c = { "unix", "", "", senders, "", 1, false, REASON_SIGNED, NULL, NULL };
	unsigned asked;

	decide_case(&c, settings, ret_verdict, &asked);
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
decide__signs_for_all_identities_when_told_so(void **state)
{
	static const struct {
		const char *senders;
		const char *envelope;
		const char *signatures;
		const char *sender;
	} rows[] = {
		{ "example.com", "xn--bcher-kva.example",
		    "example.com/s1 example.com/s2 xn--bcher-kva.example/s1 xn--bcher-kva.example/s2",
		    "example.com" },
		{ "nokey.example [192.0.2.1] xn--bcher-kva.example a.example.com", "",
		    "xn--bcher-kva.example/s1 xn--bcher-kva.example/s2 example.com/s1 example.com/s2",
		    "xn--bcher-kva.example" },
		{ "a.example.com b.example.com example.com", "example.com",
		    "example.com/s1 example.com/s2", "a.example.com" },
		{ "nokey.example", "esp.test", "esp.test/p1", "esp.test" },
		{ "nokey.example", "nokey.example", "", "nokey.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_case c = { "unix", "", "", rows[i].senders, rows[i].envelope, 1, false,
			REASON_SIGNED, NULL, NULL };
		struct decide_settings settings = default_settings();
		struct verdict verdict;
		unsigned asked;

		settings.wants_all_identities = true;
		decide_case(&c, &settings, &verdict, &asked);
		assert_signatures(&verdict, rows[i].signatures);
		assert_string_equal(verdict.sender, rows[i].sender);
	}
}

/* However many the mailboxes, the provider's signatures have their place. */
static void
decide__never_makes_more_signatures_than_fit(void **state)
{
	static const char many[] = "example.com xn--bcher-kva.example a.many.example b.many.example "
	                           "c.many.example d.many.example";
	struct decide_settings settings = default_settings();
	struct verdict verdict;

	(void)state;
	settings.wants_all_identities = true;
	decide_from(many, &settings, &verdict);
	assert_int_equal(verdict.signature_count, DECIDE_SIGNATURE_MAX);
	settings.all.also_sign = provider;
	settings.all.also_count = 2;
	decide_from(many, &settings, &verdict);
	assert_signatures(&verdict, "example.com/s1 example.com/s2 xn--bcher-kva.example/s1 "
	                            "xn--bcher-kva.example/s2 esp.example/p1 esp.test/p1");
}

/* A mail server's own notice is not lost for want of a key. */
static void
decide__refuses_no_notice(void **state)
{
	static const struct {
		const char *where;
		const char *login;
		bool is_null_sender;
		enum unverified unverified;
		enum decision decision;
	} rows[] = {
		{ "unix", "", true, UNVERIFIED_REJECT, DECISION_SKIP },
		{ "127.0.0.1", "", true, UNVERIFIED_TEMPFAIL, DECISION_SKIP },
		{ "always", "", true, UNVERIFIED_REJECT, DECISION_SKIP },
		{ "127.0.0.1", "", true, UNVERIFIED_FALLBACK, DECISION_SIGN },
		{ "127.0.0.1", "alice", true, UNVERIFIED_REJECT, DECISION_REJECT },
		{ "127.0.0.1", "", false, UNVERIFIED_REJECT, DECISION_REJECT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_case c = { rows[i].where, rows[i].login, "", "nokey.example",
			rows[i].is_null_sender ? "<>" : "", 1, false, REASON_SIGNED, NULL, NULL };
		struct decide_settings settings = default_settings();
		struct verdict verdict;
		unsigned asked;

		settings.all.also_sign = provider;
		settings.all.also_count = 1;
		settings.all.unverified = rows[i].unverified;
		decide_case(&c, &settings, &verdict, &asked);
		assert_int_equal(verdict.decision, rows[i].decision);
	}
}

static void
decide__trusts_nobody_when_told_so(void **state)
{
	static const char *const places[] = { "unix", "127.0.0.1", "::1" };
	struct decide_settings settings = default_settings();

	(void)state;
	settings.trusted_networks.count = 0;
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
	struct decide_facts facts = { .listener = 1, .from_count = 1,
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

/* Nobody would learn that it was lost. */
static void
decide__refuses_no_notice_for_a_flaw(void **state)
{
	static const struct slice sender = { "example.com", 11 };
	struct decide_settings settings = default_settings();

	(void)state;
	settings.fitness.actions[FLAW_NUL] = DECISION_REJECT;
	for (int is_null = 0; is_null < 2; is_null++) {
		struct decide_facts facts = { .listener = 1, .from_count = 1, .is_from_valid = true,
			.senders = &sender, .sender_count = 1, .is_null_sender = is_null != 0 };
		struct fake_keys keys = { 0 };
		struct match_source source = { find_fake, &keys };
		struct verdict verdict;

		decide(&settings, &facts, &source, &verdict);
		assert_int_equal(verdict.decision, DECISION_SIGN);
		assert_false(decide_fitness(&settings, FLAW_BIT(FLAW_NUL), &verdict));
		assert_int_equal(verdict.decision, is_null ? DECISION_SKIP : DECISION_REJECT);
		assert_int_equal(verdict.reply.code == NULL, is_null);
		facts.login = LIT("alice");
		decide(&settings, &facts, &source, &verdict);
		assert_false(decide_fitness(&settings, FLAW_BIT(FLAW_NUL), &verdict));
		assert_int_equal(verdict.decision, DECISION_REJECT);
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

		settings.all.also_sign = provider;
		settings.all.also_count = rows[i].also_count;
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

		settings.all.also_sign = provider;
		settings.all.also_count = rows[i].also_count;
		settings.all.unverified = rows[i].unverified;
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
	settings.all.also_sign = &broken;
	settings.all.also_count = 1;
	decide_from("example.com", &settings, &verdict);
	assert_int_equal(verdict.reason, REASON_VIEW_ERROR);
	assert_int_equal(verdict.decision, DECISION_TEMPFAIL);
	assert_signatures(&verdict, "");
	settings.all.unverified = UNVERIFIED_FALLBACK;
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

/* ---- whose it is ---- */

#define ACME LIT2("acme")
#define BETA LIT2("beta")

static const struct decide_rule org_rules[] = {
	{ .kind = RULE_LISTENER, .listener = 1, .org = ACME, .line = 11 },
	{ .kind = RULE_DAEMON_NAME, .text = LIT2("ACME"), .org = ACME, .line = 12 },
	{ .kind = RULE_LOGIN, .text = LIT2("*@acme.example"), .org = ACME, .line = 13 },
	{ .kind = RULE_LOGIN, .text = LIT2("bob"), .org = BETA, .line = 14 },
	{ .kind = RULE_NETWORK, .is_local = true, .org = BETA, .line = 15 },
};

/* Facts of mail that is ours by its login or its client; address: NULL for none. */
struct org_case {
	unsigned listener;
	const char *daemon_name;
	const char *login;
	const char *address;
	const char *header; /* NULL: none */
	unsigned header_count;
	const char *org;
	const char *rule;
	const char *answer;
	unsigned line;
};

static const struct org_case org_cases[] = {
	{ 1, "", "", "192.0.2.1", NULL, 0, "acme", "organization", "listener", 11 },
	{ 0, "ACME", "x", "192.0.2.1", NULL, 0, "acme", "organization", "daemon-name", 12 },
	{ 0, "acme", "x", "192.0.2.1", NULL, 0, "main", "organization", "default", 0 },
	{ 0, "", "joe@acme.example", "192.0.2.1", NULL, 0, "acme", "organization", "login", 13 },
	{ 0, "", "JOE@Acme.Example", "192.0.2.1", NULL, 0, "acme", "organization", "login", 13 },
	{ 0, "", "@acme.example", "192.0.2.1", NULL, 0, "main", "organization", "default", 0 },
	{ 0, "", "joe@badacme.example", "192.0.2.1", NULL, 0, "main", "organization", "default", 0 },
	{ 0, "", "bob", "192.0.2.1", NULL, 0, "beta", "organization", "login", 14 },
	{ 0, "", "bobby", "192.0.2.1", NULL, 0, "main", "organization", "default", 0 },
	{ 0, "", "", NULL, NULL, 0, "beta", "organization", "client", 15 },
	{ 1, "", "bob", NULL, NULL, 0, "acme", "organization", "listener", 11 }, /* the first wins */
	/* the header field, of 127.0.0.0/8 alone */
	{ 0, "", "", "127.0.0.1", "gamma", 1, "gamma", "organization-header", "yes", 21 },
	{ 1, "", "", "127.0.0.1", "gamma", 1, "gamma", "organization-header", "yes", 21 },
	{ 0, "", "bob", "192.0.2.1", "gamma", 1, "beta", "organization-header", "not-trusted", 20 },
	{ 0, "", "bob", "127.0.0.1", "gamma", 2, "beta", "organization-header", "malformed", 21 },
	{ 0, "", "bob", "127.0.0.1", "no name", 1, "beta", "organization-header", "malformed", 21 },
	{ 0, "", "bob", "127.0.0.1", "", 1, "beta", "organization-header", "malformed", 21 },
};

static void
assert_step(const struct verdict *verdict, const char *rule, const char *answer, unsigned line)
{
	for (size_t i = 0; i < verdict->step_count; i++) {
		if (strcmp(verdict->steps[i].rule, rule) != 0)
			continue;
		assert_string_equal(verdict->steps[i].answer, answer);
		assert_int_equal(verdict->steps[i].line, line);
		return;
	}
	fail_msg("%s was not asked", rule);
}

static void
decide__finds_whose_the_message_is(void **state)
{
	const struct decide_rule writer = { .kind = RULE_NETWORK, .network = network_of("127.0.0.0/8"),
		.line = 21 };
	struct decide_settings settings = default_settings();

	(void)state;
	settings.org_rules = (struct decide_rules){ org_rules, sizeof(org_rules) / sizeof(org_rules[0]), NULL };
	settings.org_header_networks = (struct decide_rules){ &writer, 1, NULL };
	settings.org_header_line = 20;
	for (size_t i = 0; i < sizeof(org_cases) / sizeof(org_cases[0]); i++) {
		const struct org_case *c = &org_cases[i];
		struct network client = { .bits = 0 };
		struct slice sender = LIT("example.com");
		struct fake_keys keys = { 0 };
		struct match_source source = { find_fake, &keys };
		struct decide_facts facts = {
			.listener = c->listener,
			.daemon_name = slice_from_text(c->daemon_name),
			.login = slice_from_text(c->login),
			.client = c->address != NULL ? &client : NULL,
			.from_count = 1, .is_from_valid = true, .senders = &sender, .sender_count = 1,
			.org_header_count = c->header_count,
			.org_header = c->header != NULL ? slice_from_text(c->header) : SLICE_EMPTY,
		};
		bool has_key = strcmp(c->org, "main") == 0 || strcmp(c->org, "acme") == 0;
		struct verdict verdict;

		if (c->address != NULL)
			client = network_of(c->address);
		decide(&settings, &facts, &source, &verdict);
		assert_string_equal(verdict.org, c->org);
		assert_step(&verdict, c->rule, c->answer, c->line);
		/* its own keys sign, nobody else's */
		assert_int_equal(verdict.reason, has_key ? REASON_SIGNED : REASON_NO_KEY);
	}
}

/* Whoever's the mail is, the provider's keys are its own. */
static void
decide__also_signs_for_every_organization(void **state)
{
	static const struct decide_rule local = { .kind = RULE_NETWORK, .is_local = true, .org = ACME };
	struct decide_settings settings = default_settings();
	struct verdict verdict;

	(void)state;
	settings.org_rules = (struct decide_rules){ &local, 1, NULL };
	settings.all.also_sign = provider;
	settings.all.also_count = 1;
	decide_from("example.com", &settings, &verdict);
	assert_string_equal(verdict.org, "acme");
	assert_signatures(&verdict, "example.com/s1 example.com/s2 esp.example/p1");
}

/* Who has settings of its own has these alone; who has none has those of all. */
static void
decide__does_for_an_organization_what_it_has_otherwise(void **state)
{
	static const struct decide_text others[] = { { LIT2("esp.test"), 9 } };
	static const struct {
		const char *org;
		const char *sender;
		enum decision decision;
		const char *signatures;
		unsigned line; /* of the rule that was asked last */
	} rows[] = {
		{ "acme", "example.com", DECISION_SIGN, "example.com/s1 example.com/s2 esp.test/p1", 9 },
		{ "acme", "nokey.example", DECISION_REJECT, "", 31 },
		{ "beta", "nokey.example", DECISION_SKIP, "", 32 },
		{ "gamma", "nokey.example", DECISION_SIGN, "esp.example/p1", 7 },
		{ "main", "nokey.example", DECISION_SIGN, "esp.example/p1", 7 },
		{ "main", "example.com", DECISION_SIGN, "example.com/s1 example.com/s2 esp.example/p1", 7 },
	};
	static const struct decide_org orgs[] = {
		{ ACME, others, 1, UNVERIFIED_REJECT, 31 },
		{ BETA, NULL, 0, UNVERIFIED_ACCEPT, 32 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_settings settings = default_settings();
		struct decide_rule local = { .kind = RULE_NETWORK, .is_local = true,
			.org = slice_from_text(rows[i].org) };
		struct verdict verdict;

		settings.org_rules = (struct decide_rules){ &local, 1, NULL };
		settings.all = (struct decide_org){ .also_sign = provider, .also_count = 1,
			.unverified = UNVERIFIED_FALLBACK, .unverified_line = 30 };
		settings.orgs = orgs;
		settings.org_count = sizeof(orgs) / sizeof(orgs[0]);
		decide_from(rows[i].sender, &settings, &verdict);
		assert_string_equal(verdict.org, rows[i].org);
		assert_int_equal(verdict.decision, rows[i].decision);
		assert_signatures(&verdict, rows[i].signatures);
		assert_int_equal(verdict.steps[verdict.step_count - 1].line, rows[i].line);
	}
}

static void
decide__takes_mail_of_a_daemon_name_for_ours(void **state)
{
	static const struct decide_rule rule = { .kind = RULE_DAEMON_NAME, .text = LIT2("ORIGINATING"),
		.line = 5 };
	struct network client = network_of("192.0.2.1");
	struct decide_settings settings = default_settings();
	struct decide_facts facts = { .client = &client, .daemon_name = LIT("ORIGINATING") };
	struct verdict verdict;

	(void)state;
	settings.outbound_daemons = (struct decide_rules){ &rule, 1, NULL };
	decide(&settings, &facts, &(struct match_source){ find_fake, NULL }, &verdict);
	assert_int_equal(verdict.reason, REASON_NO_FROM);
	assert_step(&verdict, "daemon-name", "yes", 5);
	facts.daemon_name = LIT("ORIGINATING2");
	decide(&settings, &facts, &(struct match_source){ find_fake, NULL }, &verdict);
	assert_int_equal(verdict.reason, REASON_NOT_OURS);
}

/* ---- what a login may ---- */

static const struct decide_scope joes[] = { { SCOPE_DOMAIN, LIT2("a.many.example") },
	{ SCOPE_BELOW, LIT2("example.com") } };
static const struct decide_scope own = { .kind = SCOPE_OWN };
static const struct decide_binding bindings[] = {
	{ LIT2("joe"), joes, 2, 31 },
	{ LIT2("*@example.com"), &own, 1, 32 },
	{ LIT2("mute"), NULL, 0, 33 },
};

static void
decide__lets_a_login_use_its_own_domains(void **state)
{
	static const struct {
		const char *login;
		const char *senders;
		const char *envelope;
		enum reason reason;
		const char *sender;
	} rows[] = {
		{ "joe", "a.many.example", "", REASON_SIGNED, "a.many.example" },
		{ "JOE", "a.many.example", "", REASON_SIGNED, "a.many.example" },
		{ "JOE", "example.com", "", REASON_LOGIN_DOMAIN, "example.com" },
		{ "joe", "x.example.com", "", REASON_SIGNED, "x.example.com" },
		{ "joe", "x.a.many.example", "", REASON_LOGIN_DOMAIN, "x.a.many.example" },
		{ "joe", "badexample.com", "", REASON_LOGIN_DOMAIN, "badexample.com" },
		/* each mailbox, and the envelope */
		{ "joe", "a.many.example b.many.example", "", REASON_LOGIN_DOMAIN, "b.many.example" },
		{ "joe", "a.many.example [192.0.2.1]", "", REASON_LOGIN_DOMAIN, "[192.0.2.1]" },
		{ "joe", "a.many.example b%s\xfc.example", "", REASON_LOGIN_DOMAIN, "b?s?.example" },
		{ "joe", "a.many.example", "example.com", REASON_LOGIN_DOMAIN, "example.com" },
		{ "joe", "a.many.example", "x.example.com", REASON_SIGNED, "a.many.example" },
		{ "x@example.com", "EXAMPLE.com", "", REASON_SIGNED, "example.com" },
		{ "x@Example.com", "x.example.com", "", REASON_LOGIN_DOMAIN, "x.example.com" },
		{ "mute", "example.com", "", REASON_LOGIN_DOMAIN, "example.com" },
		/* who is not bound may use any */
		{ "ann", "example.com", "", REASON_SIGNED, "example.com" },
		{ "", "example.com", "", REASON_SIGNED, "example.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct decide_case c = { "unix", rows[i].login, "", rows[i].senders, rows[i].envelope, 1,
			false, rows[i].reason, NULL, NULL };
		struct decide_settings settings = default_settings();
		struct verdict verdict;
		unsigned asked;

		settings.bindings = bindings;
		settings.binding_count = sizeof(bindings) / sizeof(bindings[0]);
		decide_case(&c, &settings, &verdict, &asked);
		if (verdict.reason != rows[i].reason)
			fail_msg("row %zu: %s", i, reason_row(verdict.reason)->word);
		assert_string_equal(verdict.sender, rows[i].sender);
		if (rows[i].reason != REASON_LOGIN_DOMAIN)
			continue;
		assert_int_equal(verdict.decision, DECISION_REJECT);
		assert_non_null(strstr(verdict.reply.text, rows[i].sender));
		settings.binding_decision = DECISION_SKIP;
		decide_case(&c, &settings, &verdict, &asked);
		assert_int_equal(verdict.decision, DECISION_SKIP);
		assert_null(verdict.reply.code);
		assert_signatures(&verdict, "");
	}
}

/* The envelope does not sign, so it is nobody's business. */
static void
decide__minds_the_envelope_of_a_login_only_where_it_signs(void **state)
{
	static const struct decide_case c = { "unix", "joe", "", "a.many.example", "nokey.example", 1,
		false, REASON_SIGNED, NULL, NULL };
	struct decide_settings settings = default_settings();
	struct verdict verdict;
	unsigned asked;

	(void)state;
	settings.bindings = bindings;
	settings.binding_count = 1;
	settings.identity_count = 1;
	decide_case(&c, &settings, &verdict, &asked);
	assert_int_equal(verdict.reason, REASON_SIGNED);
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
		cmocka_unit_test(decide__signs_for_all_identities_when_told_so),
		cmocka_unit_test(decide__never_makes_more_signatures_than_fit),
		cmocka_unit_test(decide__refuses_no_notice),
		cmocka_unit_test(decide__trusts_nobody_when_told_so),
		cmocka_unit_test(decide__does_with_a_flaw_what_it_is_told),
		cmocka_unit_test(decide__refuses_no_notice_for_a_flaw),
		cmocka_unit_test(decide__does_with_no_and_several_from_what_it_is_told),
		cmocka_unit_test(decide__also_signs_beside_the_sender),
		cmocka_unit_test(decide__does_with_unverified_mail_what_it_is_told),
		cmocka_unit_test(decide__does_not_do_without_the_provider_when_the_keys_cannot_be_read),
		cmocka_unit_test(decide__failing_keeps_what_would_have_signed),
		cmocka_unit_test(decide__finds_whose_the_message_is),
		cmocka_unit_test(decide__also_signs_for_every_organization),
		cmocka_unit_test(decide__does_for_an_organization_what_it_has_otherwise),
		cmocka_unit_test(decide__takes_mail_of_a_daemon_name_for_ours),
		cmocka_unit_test(decide__lets_a_login_use_its_own_domains),
		cmocka_unit_test(decide__minds_the_envelope_of_a_login_only_where_it_signs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
