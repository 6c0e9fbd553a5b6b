/* SPDX-License-Identifier: ISC */
#include "dns_scene.h"

#include "base/buf.h"

#define ED25519_RECORD "v=DKIM1; k=ed25519; p=" SCENE_ED25519_KEY

/* ---- a TXT record that the owner publishes ---- */

static const struct text_case {
	const char *text;
	enum dns_code code;
	const char *words;
} text_cases[] = {
	{ SCENE_RECORD, DNS_CODE_PUBLISHED, SCENE_NAME " has the right key" },
	{ "p=" SCENE_KEY, DNS_CODE_PUBLISHED, "has the right key" },
	{ "v=DKIM1; x=y; p=" SCENE_KEY, DNS_CODE_PUBLISHED, "has the right key" },
	{ "v=DKIM1; t=s; p=" SCENE_KEY, DNS_CODE_PUBLISHED, "has the right key" },
	{ "v=DKIM1; t=y; p=" SCENE_KEY, DNS_CODE_TEST_MODE, "remove t=y" },
	{ "v=DKIM1; k=rsa; p=", DNS_CODE_REVOKED, "has an empty p=" },
	{ SCENE_OTHER, DNS_CODE_OTHER_KEY, "the SHA-256 of its p= is 2cf24dba5fb0a30e..., not " },
	{ "v=DKIM1; p=aA==", DNS_CODE_OTHER_KEY, "the SHA-256 of its p= is aaa9402664f1a41f..., not " },
	/* our key, and all the same no verifier can use it */
	{ "\"" SCENE_RECORD "\"", DNS_CODE_STRINGS_WRONG, "has a quotation mark at column 1" },
	{ "v=DKIM1\\; k=rsa\\; p=" SCENE_KEY, DNS_CODE_STRINGS_WRONG, "; its key is the right one" },
	{ "v=DKIM1; h=sha1; p=" SCENE_KEY, DNS_CODE_WRONG_HASH, "; its key is the right one" },
	{ "v=DKIM1; s=other; p=" SCENE_KEY, DNS_CODE_WRONG_SERVICE, "; its key is the right one" },
	{ "v=DKIM1; k=ed25519; p=" SCENE_KEY, DNS_CODE_WRONG_TYPE, "; its key is the right one" },
	{ "v=DKIM1; k=dsa; p=" SCENE_KEY, DNS_CODE_WRONG_TYPE, "; its key is the right one" },
	{ SCENE_RECORD "\n", DNS_CODE_STRINGS_WRONG, "; its key is the right one" },
	{ "k=rsa; v=DKIM1; p=" SCENE_KEY, DNS_CODE_BAD_SYNTAX, "; its key is the right one" },
	{ "v=DKIM1; k=rsa; p=MIIBIj*", DNS_CODE_BAD_BASE64, "not base64 at column 25" },
	{ "v=spf1 -all", DNS_CODE_BAD_SYNTAX, "is an SPF record" },
	/* another key of another type is another key */
	{ ED25519_RECORD, DNS_CODE_OTHER_KEY, "has another key" },
};

static void
verdict__of_a_text(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < COUNT(text_cases); i++) {
		scene_show_nothing(scene);
		scene->seen.resolver.outcome = SIGHT_ANSWERED;
		scene->seen.zone.servers[0].outcome = SIGHT_ANSWERED;
		scene->seen.zone.servers[1].outcome = SIGHT_ANSWERED;
		scene_publish(scene, text_cases[i].text);
		scene_expect(scene, text_cases[i].code, text_cases[i].words);
	}
}

static void
verdict__names_the_key_that_was_seen(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
	assert_true(scene->verdict.has_key);
	assert_memory_equal(scene->verdict.key_sha256, scene->expected.key_sha256, VERDICT_DIGEST_SIZE);
	assert_int_equal(scene->verdict.ttl_s, 300);
	assert_false(scene->verdict.is_secure);
	assert_string_equal(scene->verdict.sentence, SCENE_NAME " has the right key");
	assert_string_equal(scene->verdict.advice, "");
}

/* The first of all that may change ends what is known. */
static void
verdict__lasts_as_long_as_what_was_seen(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene->seen.resolver.negative_ttl = 0;
	scene_reach(scene);
	assert_int_equal(scene->verdict.ttl_s, 300);
	scene->seen.resolver.hops[0].ttl = 100;
	scene_reach(scene);
	assert_int_equal(scene->verdict.ttl_s, 100);
	scene->seen.resolver.texts[0].ttl = 0;
	scene_reach(scene);
	assert_int_equal(scene->verdict.ttl_s, 0);
}

static void
verdict__reports_dnssec_without_asking_for_it(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	scene->seen.resolver.is_secure = true;
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
	assert_true(scene->verdict.is_secure);
}

static void
verdict__of_test_mode_that_is_wanted(void **state)
{
	struct scene *scene = *state;

	scene->expected.is_test_mode = true;
	scene_publish(scene, "v=DKIM1; t=y; p=" SCENE_KEY);
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
}

static void
verdict__of_an_ed25519_key(void **state)
{
	struct scene *scene = *state;

	scene_expect_key(scene, ALGORITHM_ED25519_SHA256, SCENE_ED25519_KEY);
	scene_publish(scene, ED25519_RECORD);
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
}

/* Without k= a key is an RSA key, RFC 6376 §3.6.1. */
static void
verdict__of_an_ed25519_key_without_its_type(void **state)
{
	struct scene *scene = *state;

	scene_expect_key(scene, ALGORITHM_ED25519_SHA256, SCENE_ED25519_KEY);
	scene_publish(scene, "v=DKIM1; p=" SCENE_ED25519_KEY);
	scene_expect(scene, DNS_CODE_WRONG_TYPE, "has the right key, but its type is rsa");
	assert_string_equal(scene->verdict.advice, "put k=ed25519 into the record");
}

static void
verdict__of_a_key_cut_at_one_string(void **state)
{
	struct scene *scene = *state;
	char text[256] = "";

	memcpy(text, SCENE_RECORD, 255);
	scene_publish(scene, text);
	scene_expect(scene, DNS_CODE_STRINGS_WRONG, "255 octets of one string");
}

static void
verdict__of_a_text_too_long_to_keep(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	scene->seen.resolver.texts[0].is_cut = true;
	scene->seen.zone.servers[0].texts[0].is_cut = true;
	scene->seen.zone.servers[1].texts[0].is_cut = true;
	scene_expect(scene, DNS_CODE_BAD_SYNTAX, "is longer than");
}

static void
verdict__of_several_texts(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, "google-site-verification=abc");
	scene_publish(scene, SCENE_RECORD);
	scene_expect(scene, DNS_CODE_SEVERAL_TXT, "has 2 TXT records, the right one among them");
	for (unsigned i = 0; i < 10; i++)
		scene_publish(scene, SCENE_OTHER);
	scene_expect(scene, DNS_CODE_SEVERAL_TXT, "has 12 TXT records");
}

static void
verdict__of_several_texts_without_ours(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, "one");
	scene_publish(scene, "two");
	scene_expect(scene, DNS_CODE_SEVERAL_TXT, "none of them with the right key");
}

/* ---- nothing there ---- */

static void
verdict__of_nothing(void **state)
{
	struct scene *scene = *state;

	scene_show_nothing(scene);
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, SCENE_NAME " does not exist");
	assert_int_equal(scene->verdict.ttl_s, 900);
	assert_non_null(strstr(scene->verdict.advice, "publish the TXT record"));
	assert_false(scene->verdict.has_key);
}

static void
verdict__of_a_name_without_records(void **state)
{
	scene_expect(*state, DNS_CODE_NOT_PUBLISHED, "has neither a TXT record nor a CNAME");
}

/* What is delegated, and not there yet. */
static void
begin_delegated(struct scene *scene)
{
	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene_show_nothing(scene);
	scene->seen.target.server_count = 0;
	scene->seen.target.name[0] = '\0';
}

static void
verdict__of_nothing_where_a_cname_is_asked_for(void **state)
{
	begin_delegated(*state);
	scene_expect(*state, DNS_CODE_NOT_PUBLISHED, "make " SCENE_NAME " a CNAME to " SCENE_TARGET);
}

static void
verdict__of_an_address_where_a_cname_is_asked_for(void **state)
{
	struct scene *scene = *state;

	begin_delegated(scene);
	scene->seen.has_address = true;
	scene_expect(scene, DNS_CODE_PROXIED, "switch the proxy off");
}

/* A wildcard's address is in nobody's way where a TXT record is to be. */
static void
verdict__of_an_address_where_a_text_is_asked_for(void **state)
{
	struct scene *scene = *state;

	scene->seen.has_address = true;
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "perhaps of a wildcard");
}

static void
verdict__of_a_zone_where_a_cname_is_asked_for(void **state)
{
	struct scene *scene = *state;

	begin_delegated(scene);
	scene->seen.is_apex = true;
	scene->seen.has_address = true;
	scene_expect(scene, DNS_CODE_CNAME_AT_APEX, "top of a zone of its own");
}

static void
verdict__of_a_zone_where_a_text_is_asked_for(void **state)
{
	struct scene *scene = *state;

	scene->seen.is_apex = true;
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "at the top of the zone " SCENE_NAME);
}

/* What is at the name with the domain twice. */
static struct sight *
double_name(struct scene *scene)
{
	struct sight *doubled = &scene->seen.doubled;

	memcpy(doubled->asked, SCENE_NAME "." SCENE_DOMAIN, sizeof(SCENE_NAME "." SCENE_DOMAIN));
	doubled->outcome = SIGHT_ANSWERED;
	return doubled;
}

static void
verdict__of_a_text_at_the_doubled_name(void **state)
{
	struct scene *scene = *state;

	scene_show_nothing(scene);
	sight_put_text(double_name(scene), SCENE_RECORD);
	scene_expect(scene, DNS_CODE_NAME_DOUBLED, SCENE_NAME "." SCENE_DOMAIN);
	assert_non_null(strstr(scene->verdict.advice, "enter the name as s1._domainkey,"));
}

/* A wildcard's address answers at the right name: the doubled one tells more. */
static void
verdict__of_a_cname_at_the_doubled_name(void **state)
{
	struct scene *scene = *state;

	begin_delegated(scene);
	scene->seen.has_address = true;
	sight_put_cname(double_name(scene), SCENE_TARGET);
	scene_expect(scene, DNS_CODE_NAME_DOUBLED, "the domain is there twice");
}

static void
verdict__of_a_wildcard_at_the_doubled_name(void **state)
{
	struct scene *scene = *state;

	scene_show_nothing(scene);
	sight_put_text(double_name(scene), "v=spf1 -all");
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "does not exist");
}

static void
verdict__of_another_cname_at_the_doubled_name(void **state)
{
	struct scene *scene = *state;

	begin_delegated(scene);
	sight_put_cname(double_name(scene), "s1.elsewhere.example.org");
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "does not exist");
}

/* The record that is at the right name decides, whatever else is where. */
static void
verdict__of_both_names(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_OTHER);
	sight_put_text(double_name(scene), SCENE_RECORD);
	scene_expect(scene, DNS_CODE_OTHER_KEY, SCENE_NAME);
}

/* ---- chains ---- */

static void
verdict__of_the_cname_that_was_asked_for(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene_expect(scene, DNS_CODE_PUBLISHED,
	    SCENE_TARGET " has the right key, through the CNAME of " SCENE_NAME);
}

static void
verdict__of_a_text_where_a_cname_is_asked_for(void **state)
{
	struct scene *scene = *state;

	begin_delegated(scene);
	scene->seen.resolver.outcome = SIGHT_ANSWERED;
	scene->seen.zone.servers[0].outcome = SIGHT_ANSWERED;
	scene->seen.zone.servers[1].outcome = SIGHT_ANSWERED;
	scene_publish(scene, "v=DKIM1; t=y; p=" SCENE_KEY);
	scene_expect(scene, DNS_CODE_TXT_FOR_CNAME, "with t=y: that works until the next rotation");
	assert_string_equal(scene->verdict.advice, "make " SCENE_NAME " a CNAME to " SCENE_TARGET);
}

static void
verdict__of_another_text_where_a_cname_is_asked_for(void **state)
{
	struct scene *scene = *state;

	begin_delegated(scene);
	scene->seen.resolver.outcome = SIGHT_ANSWERED;
	scene->seen.zone.servers[0].outcome = SIGHT_ANSWERED;
	scene->seen.zone.servers[1].outcome = SIGHT_ANSWERED;
	scene_publish(scene, SCENE_OTHER);
	scene_expect(scene, DNS_CODE_OTHER_KEY, "make " SCENE_NAME " a CNAME to " SCENE_TARGET);
}

/* Behind the right CNAME the provider zone is at fault. */
static void
verdict__of_another_text_at_the_target(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_OTHER);
	scene_expect(scene, DNS_CODE_OTHER_KEY, "the CNAME is right");
}

static void
verdict__of_a_revoked_key_at_the_target(void **state)
{
	scene_delegate(*state, SCENE_TARGET, "v=DKIM1; p=");
	scene_expect(*state, DNS_CODE_REVOKED, "make a new key");
}

static void
verdict__of_a_chain_through_the_target(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_put_cname(&scene->seen.resolver, "deep.example.net");
	sight_put_cname(&scene->seen.target.servers[0], "deep.example.net");
	sight_put_cname(&scene->seen.target.servers[1], "deep.example.net");
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
}

/* An alias of the owner's on the way is his affair. */
static void
verdict__of_a_chain_by_an_alias_to_the_target(void **state)
{
	struct scene *scene = *state;
	struct observation *seen = &scene->seen;

	scene_delegate(scene, "dkim.example.com", SCENE_RECORD);
	sight_put_cname(&seen->resolver, SCENE_TARGET);
	sight_put_cname(&seen->zone.servers[0], SCENE_TARGET);
	sight_put_cname(&seen->zone.servers[1], SCENE_TARGET);
	memcpy(seen->target.servers[0].asked, SCENE_TARGET, sizeof(SCENE_TARGET));
	memcpy(seen->target.servers[1].asked, SCENE_TARGET, sizeof(SCENE_TARGET));
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
}

static void
verdict__of_another_target(void **state)
{
	scene_delegate(*state, "s1.elsewhere.example.org", SCENE_OTHER);
	scene_expect(*state, DNS_CODE_WRONG_TARGET,
	    SCENE_NAME " is a CNAME to s1.elsewhere.example.org, not to " SCENE_TARGET);
	assert_string_equal(((struct scene *)*state)->verdict.sentence,
	    SCENE_NAME " is a CNAME to s1.elsewhere.example.org, not to " SCENE_TARGET);
}

/* A name that only begins in the same way has no dot too few. */
static void
verdict__of_a_target_that_begins_like_the_right_one(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET "work.example.org", SCENE_OTHER);
	scene_expect(scene, DNS_CODE_WRONG_TARGET, "make it a CNAME to " SCENE_TARGET);
	assert_null(strstr(scene->verdict.sentence, "final dot"));
}

static void
verdict__of_another_target_with_our_key(void **state)
{
	scene_delegate(*state, "s1.elsewhere.example.org", SCENE_RECORD);
	scene_expect(*state, DNS_CODE_WRONG_TARGET, "the right one until the next rotation");
}

static void
verdict__of_a_target_without_its_final_dot(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET "." SCENE_DOMAIN, SCENE_RECORD);
	sight_clear(&scene->seen.target.servers[0], SIGHT_NO_NAME);
	sight_clear(&scene->seen.target.servers[1], SIGHT_NO_NAME);
	scene->seen.resolver.text_count = 0;
	scene->seen.resolver.outcome = SIGHT_NO_NAME;
	scene_expect(scene, DNS_CODE_WRONG_TARGET, "the final dot was forgotten");
}

static void
verdict__of_a_target_that_is_not_there(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.target.servers[0], SIGHT_NO_NAME);
	sight_clear(&scene->seen.target.servers[1], SIGHT_NO_NAME);
	scene->seen.resolver.text_count = 0;
	scene->seen.resolver.outcome = SIGHT_NO_NAME;
	scene_expect(scene, DNS_CODE_DANGLING_TARGET, "leads to " SCENE_TARGET ", and there is no such name");
	assert_non_null(strstr(scene->verdict.advice, "the CNAME is right"));
}

static void
verdict__of_an_alias_that_leads_nowhere(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, "dkim.example.org", SCENE_RECORD);
	scene->expected.target[0] = '\0';
	scene->seen.target.servers[0].text_count = 0;
	scene->seen.target.servers[1].text_count = 0;
	scene->seen.resolver.text_count = 0;
	scene_expect(scene, DNS_CODE_DANGLING_TARGET, "leads to dkim.example.org, and there is no TXT record");
}

/* Verifiers follow it: where a TXT record is asked for, an alias to one will do. */
static void
verdict__of_an_alias_to_the_text(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, "dkim.example.org", SCENE_RECORD);
	scene->expected.target[0] = '\0';
	scene_expect(scene, DNS_CODE_PUBLISHED, "dkim.example.org has the right key");
}

static void
verdict__of_a_cname_beside_others(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene->seen.resolver.hops[0].has_others = true;
	scene->seen.zone.servers[0].hops[0].has_others = true;
	scene->seen.zone.servers[1].hops[0].has_others = true;
	scene_expect(scene, DNS_CODE_CNAME_AND_OTHERS, "remove all records at " SCENE_NAME " but the CNAME");
}

/* A resolver answers SERVFAIL to what the name servers show plainly. */
static void
verdict__of_a_cname_beside_others_that_the_resolver_refuses(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene->seen.zone.servers[0].hops[0].has_others = true;
	scene->seen.zone.servers[1].hops[0].has_others = true;
	scene_expect(scene, DNS_CODE_CNAME_AND_OTHERS, "has other records beside its CNAME");
}

static void
verdict__of_a_loop_that_the_resolver_refuses(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_NAME, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene->seen.zone.servers[0].chain = SIGHT_CHAIN_LOOPS;
	scene_expect(scene, DNS_CODE_CNAME_LOOP, "lead in a circle, back to " SCENE_NAME);
}

/* No server sees all of it: each zone leads to the other. */
static void
verdict__of_a_loop_over_two_zones(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	for (unsigned i = 0; i < 2; i++) {
		scene->seen.target.servers[i].text_count = 0;
		sight_put_cname(&scene->seen.target.servers[i], SCENE_NAME);
	}
	scene_expect(scene, DNS_CODE_CNAME_LOOP, "lead in a circle");
}

static void
verdict__of_a_loop_by_the_resolver_alone(void **state)
{
	struct scene *scene = *state;

	scene->seen.zone.server_count = 0;
	sight_put_cname(&scene->seen.resolver, "a.example.com");
	sight_put_cname(&scene->seen.resolver, SCENE_NAME);
	scene->seen.resolver.outcome = SIGHT_REFUSED;
	scene->seen.resolver.chain = SIGHT_CHAIN_LOOPS;
	scene_expect(scene, DNS_CODE_CNAME_LOOP, "lead in a circle");
}

static void
verdict__of_an_endless_chain(void **state)
{
	struct scene *scene = *state;

	for (unsigned i = 0; i < SIGHT_HOPS_MAX; i++) {
		char target[] = "a.example.com";

		target[0] = (char)('a' + i);
		sight_put_cname(&scene->seen.resolver, target);
		sight_put_cname(&scene->seen.zone.servers[0], target);
		sight_put_cname(&scene->seen.zone.servers[1], target);
	}
	scene->seen.resolver.chain = SIGHT_CHAIN_TOO_LONG;
	scene->seen.zone.servers[0].chain = SIGHT_CHAIN_TOO_LONG;
	scene->seen.zone.servers[1].chain = SIGHT_CHAIN_TOO_LONG;
	scene_expect(scene, DNS_CODE_CHAIN_TOO_LONG, "after 12 CNAMEs");
}

/* ---- hostile values ---- */

static void
verdict__is_printable_whatever_was_there(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, "v=DKIM1; k=\x1b[2J\x07; p=aGVsbG8=");
	scene_expect(scene, DNS_CODE_BAD_SYNTAX, "has the octet 0x1B at column 12");
	assert_null(strchr(scene->verdict.sentence, '\x1b'));
}

static void
verdict__of_long_names_ends_in_dots(void **state)
{
	struct scene *scene = *state;
	char name[DOMAIN_MAX + 1];

	memset(name, 'a', DOMAIN_MAX);
	name[DOMAIN_MAX] = '\0';
	scene_delegate(scene, name, SCENE_RECORD);
	memcpy(scene->expected.target, name, DOMAIN_MAX + 1);
	scene->expected.target[0] = 'b';
	memcpy(scene->expected.name, name, DOMAIN_MAX + 1);
	scene_expect(scene, DNS_CODE_WRONG_TARGET, "aaa... is a CNAME to");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(verdict__of_a_text),
		SCENE_TEST(verdict__names_the_key_that_was_seen),
		SCENE_TEST(verdict__lasts_as_long_as_what_was_seen),
		SCENE_TEST(verdict__reports_dnssec_without_asking_for_it),
		SCENE_TEST(verdict__of_test_mode_that_is_wanted),
		SCENE_TEST(verdict__of_an_ed25519_key),
		SCENE_TEST(verdict__of_an_ed25519_key_without_its_type),
		SCENE_TEST(verdict__of_a_key_cut_at_one_string),
		SCENE_TEST(verdict__of_a_text_too_long_to_keep),
		SCENE_TEST(verdict__of_several_texts),
		SCENE_TEST(verdict__of_several_texts_without_ours),
		SCENE_TEST(verdict__of_nothing),
		SCENE_TEST(verdict__of_a_name_without_records),
		SCENE_TEST(verdict__of_nothing_where_a_cname_is_asked_for),
		SCENE_TEST(verdict__of_an_address_where_a_cname_is_asked_for),
		SCENE_TEST(verdict__of_an_address_where_a_text_is_asked_for),
		SCENE_TEST(verdict__of_a_zone_where_a_cname_is_asked_for),
		SCENE_TEST(verdict__of_a_zone_where_a_text_is_asked_for),
		SCENE_TEST(verdict__of_a_text_at_the_doubled_name),
		SCENE_TEST(verdict__of_a_cname_at_the_doubled_name),
		SCENE_TEST(verdict__of_a_wildcard_at_the_doubled_name),
		SCENE_TEST(verdict__of_another_cname_at_the_doubled_name),
		SCENE_TEST(verdict__of_both_names),
		SCENE_TEST(verdict__of_the_cname_that_was_asked_for),
		SCENE_TEST(verdict__of_a_text_where_a_cname_is_asked_for),
		SCENE_TEST(verdict__of_another_text_where_a_cname_is_asked_for),
		SCENE_TEST(verdict__of_another_text_at_the_target),
		SCENE_TEST(verdict__of_a_revoked_key_at_the_target),
		SCENE_TEST(verdict__of_a_chain_through_the_target),
		SCENE_TEST(verdict__of_a_chain_by_an_alias_to_the_target),
		SCENE_TEST(verdict__of_another_target),
		SCENE_TEST(verdict__of_a_target_that_begins_like_the_right_one),
		SCENE_TEST(verdict__of_another_target_with_our_key),
		SCENE_TEST(verdict__of_a_target_without_its_final_dot),
		SCENE_TEST(verdict__of_a_target_that_is_not_there),
		SCENE_TEST(verdict__of_an_alias_that_leads_nowhere),
		SCENE_TEST(verdict__of_an_alias_to_the_text),
		SCENE_TEST(verdict__of_a_cname_beside_others),
		SCENE_TEST(verdict__of_a_cname_beside_others_that_the_resolver_refuses),
		SCENE_TEST(verdict__of_a_loop_that_the_resolver_refuses),
		SCENE_TEST(verdict__of_a_loop_over_two_zones),
		SCENE_TEST(verdict__of_a_loop_by_the_resolver_alone),
		SCENE_TEST(verdict__of_an_endless_chain),
		SCENE_TEST(verdict__is_printable_whatever_was_there),
		SCENE_TEST(verdict__of_long_names_ends_in_dots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
