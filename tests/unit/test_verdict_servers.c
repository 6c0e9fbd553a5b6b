/* SPDX-License-Identifier: ISC */
#include "dns_scene.h"

/* ---- the zone's servers among themselves ---- */

static void
verdict__of_servers_of_which_one_lacks_it(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_NO_NAME);
	sight_clear(scene_add_server(&scene->seen.zone, "ns3.example.com", SCENE_NAME), SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE,
	    "the name servers of example.com disagree about " SCENE_NAME
	    ": without it ns2.example.com (192.0.2.2@53); with the right record ns1.example.com (192.0.2.1@53)"
	    "; without an answer ns3.example.com");
	assert_string_not_equal(scene->verdict.advice, "");
}

static void
verdict__of_servers_of_which_one_has_another_key(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_ANSWERED);
	sight_put_text(&scene->seen.zone.servers[0], SCENE_OTHER);
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE, ": with something else ns1.example.com (192.0.2.1@53); "
	    "with the right record ns2.example.com (192.0.2.2@53)");
}

/* Whichever the resolver happened to ask. */
static void
verdict__of_servers_that_disagree_whatever_the_resolver_saw(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_NO_NAME);
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE, "disagree");
	sight_clear(&scene->seen.resolver, SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE, "disagree");
}

static void
verdict__of_servers_that_lead_to_different_names(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_ANSWERED);
	sight_put_cname(&scene->seen.zone.servers[1], "old.example.org");
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE, "with something else ns2.example.com");
}

static void
verdict__of_the_targets_servers_that_disagree(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene->seen.target.servers[0].text_count = 0;
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE,
	    "the name servers of keys.example.net disagree about " SCENE_TARGET
	    ": without it ns1.example.net (198.51.100.1@53)");
}

/* Whoever leads to the target tells what its servers say of the right name. */
static void
verdict__of_disagreement_in_both_zones(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_NO_NAME);
	scene->seen.target.servers[0].text_count = 0;
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE,
	    "the name servers of example.com disagree about " SCENE_NAME ": without it ns1.example.com");
}

/* A server that has not the zone leads nowhere. */
static void
verdict__of_a_target_beside_a_server_that_does_not_count(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_ANSWERED);
	sight_put_cname(&scene->seen.zone.servers[0], "old.example.org");
	scene->seen.zone.servers[0].is_authoritative = false;
	scene->seen.target.servers[0].text_count = 0;
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE,
	    "the name servers of keys.example.net disagree about " SCENE_TARGET);
}

/* None has it: that they differ is not the first thing to mend. */
static void
verdict__of_servers_that_are_all_wrong_is_the_first_ones(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_OTHER);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_NO_NAME);
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "does not exist");
}

/* The same key in other words is no disagreement. */
static void
verdict__of_servers_that_say_it_differently(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_ANSWERED);
	sight_put_text(&scene->seen.zone.servers[1], "v=DKIM1; n=older; p=" SCENE_KEY);
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
}

static void
verdict__of_many_servers_names_a_few(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	for (char i = '3'; i <= '9'; i++) {
		char name[] = "ns0";

		name[2] = i;
		scene_add_server(&scene->seen.zone, name, SCENE_NAME);
	}
	scene_expect(scene, DNS_CODE_SERVERS_DISAGREE, "without it ns3, ns4, ns5 and 4 more; ");
}

/* ---- silent ones ---- */

static void
verdict__with_a_silent_server(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_PUBLISHED,
	    "has the right key; no answer from ns2.example.com (192.0.2.2@53)");
}

/* Whatever is no answer of the zone is as good as none. */
static void
verdict__with_servers_whose_answers_do_not_count(void **state)
{
	static const enum sight_outcome outcomes[] = { SIGHT_NONE, SIGHT_REFUSED, SIGHT_SILENT, SIGHT_UNUSABLE };
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	for (size_t i = 0; i < COUNT(outcomes); i++) {
		sight_clear(&scene->seen.zone.servers[0], outcomes[i]);
		scene_expect(scene, DNS_CODE_PUBLISHED, "no answer from ns1.example.com");
	}
	sight_clear(&scene->seen.zone.servers[0], SIGHT_ANSWERED);
	scene->seen.zone.servers[0].is_authoritative = false;
	scene_expect(scene, DNS_CODE_PUBLISHED, "no answer from ns1.example.com");
}

static void
verdict__with_silent_servers_only(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_SILENT);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_PUBLISHED,
	    "has the right key; the name servers of example.com could not be asked");
}

static void
verdict__without_a_zone(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	scene->seen.zone.server_count = 0;
	scene_expect(scene, DNS_CODE_PUBLISHED, "; the name servers of example.com could not be found");
	scene->seen.zone.name[0] = '\0';
	scene_expect(scene, DNS_CODE_PUBLISHED, "; the name servers of example.com could not be found");
}

static void
verdict__of_a_failure_with_silent_servers_only(void **state)
{
	struct scene *scene = *state;

	scene_show_nothing(scene);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_SILENT);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "could not be asked");
}

static void
verdict__with_silent_servers_of_the_owner_only(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_SILENT);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_PUBLISHED, "the name servers of example.com could not be asked");
}

static void
verdict__with_silent_servers_of_the_target_only(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.target.servers[0], SIGHT_SILENT);
	sight_clear(&scene->seen.target.servers[1], SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_PUBLISHED, "the name servers of keys.example.net could not be asked");
}

/* ---- the servers and the resolver ---- */

static void
verdict__before_the_resolver_forgets_that_there_was_nothing(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET,
	    "the name servers of example.com have the right record, but 192.0.2.53@53 does not show it yet, "
	    "for at most 900 seconds");
	assert_int_equal(scene->verdict.ttl_s, 900);
	scene->seen.resolver.negative_ttl = 0;
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET, "does not show it yet: " SCENE_NAME " does not exist");
	assert_int_equal(scene->verdict.ttl_s, 0);
}

static void
verdict__before_the_resolver_forgets_the_old_key(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_ANSWERED);
	sight_put_text(&scene->seen.resolver, SCENE_OTHER);
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET, "for at most 300 seconds");
	assert_false(scene->verdict.has_key);
}

static void
verdict__before_the_resolver_sees_the_target(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene->seen.resolver.text_count = 0;
	scene->seen.resolver.outcome = SIGHT_NO_NAME;
	scene->seen.resolver.negative_ttl = 60;
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET,
	    "the name servers of example.com have the right record, but 192.0.2.53@53 does not show it yet, "
	    "for at most 60 seconds");
}

/* Nobody has asked the new target yet: its CNAME is new, no more is known. */
static void
verdict__before_the_resolver_sees_a_new_cname(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene->seen.target.server_count = 0;
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET, "have a newer record");
	sight_clear(&scene->seen.resolver, SIGHT_ANSWERED);
	sight_put_cname(&scene->seen.resolver, "old.example.org");
	sight_put_text(&scene->seen.resolver, SCENE_OTHER);
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET, "have a newer record");
}

/* What proves it is remembered, what replaces it is not known: no proof. */
static void
verdict__of_a_proof_that_the_zone_has_left(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	scene->seen.target.server_count = 0;
	for (unsigned i = 0; i < 2; i++) {
		sight_clear(&scene->seen.zone.servers[i], SIGHT_ANSWERED);
		sight_put_cname(&scene->seen.zone.servers[i], "new.example.org");
	}
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET, "have a newer record");
}

static void
verdict__of_what_only_the_resolver_remembers(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_NO_NAME);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "; 192.0.2.53@53 still remembers the right record");
	assert_int_equal(scene->verdict.ttl_s, 300);
}

static void
verdict__of_a_target_that_only_the_resolver_remembers(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_SILENT);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_SILENT);
	sight_clear(&scene->seen.target.servers[0], SIGHT_NO_NAME);
	sight_clear(&scene->seen.target.servers[1], SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_DANGLING_TARGET, "still remembers the right record");
}

static void
verdict__of_a_cname_that_only_the_resolver_remembers(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, SCENE_TARGET, SCENE_RECORD);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_ANSWERED);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_ANSWERED);
	scene_expect(scene, DNS_CODE_NOT_PUBLISHED, "has neither a TXT record nor a CNAME");
}

/* An alias within the zone: its servers know the end themselves. */
static void
alias_everywhere(struct scene *scene)
{
	sight_put_cname(&scene->seen.resolver, "dkim.example.com");
	sight_put_cname(&scene->seen.zone.servers[0], "dkim.example.com");
	sight_put_cname(&scene->seen.zone.servers[1], "dkim.example.com");
}

static void
verdict__before_the_resolver_sees_the_end_of_an_alias(void **state)
{
	struct scene *scene = *state;

	alias_everywhere(scene);
	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_ANSWERED);
	sight_put_cname(&scene->seen.resolver, "dkim.example.com");
	sight_put_text(&scene->seen.resolver, SCENE_OTHER);
	scene_expect(scene, DNS_CODE_NOT_SEEN_YET, "have the right record");
}

static void
verdict__of_the_end_of_an_alias_that_only_the_resolver_remembers(void **state)
{
	struct scene *scene = *state;

	alias_everywhere(scene);
	sight_put_text(&scene->seen.resolver, SCENE_RECORD);
	scene->seen.zone.servers[0].outcome = SIGHT_NO_NAME;
	scene->seen.zone.servers[1].outcome = SIGHT_NO_NAME;
	scene_expect(scene, DNS_CODE_DANGLING_TARGET, "still remembers the right record");
}

/* Both are wrong: the newer mistake is the one to mend. */
static void
verdict__of_two_mistakes_is_the_newer(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, "v=DKIM1; k=rsa; p=aGVs*");
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	scene_expect(scene, DNS_CODE_BAD_BASE64, "not base64");
}

static void
verdict__of_a_resolver_that_does_not_answer(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_UNREACHABLE,
	    "192.0.2.53@53 did not answer when asked for " SCENE_NAME
	    "; the name servers of example.com have the right record");
	sight_clear(&scene->seen.resolver, SIGHT_UNUSABLE);
	scene_expect(scene, DNS_CODE_UNREACHABLE, "gave no usable answer");
	sight_clear(&scene->seen.resolver, SIGHT_NONE);
	scene->seen.resolver.server[0] = '\0';
	scene_expect(scene, DNS_CODE_UNREACHABLE, "the resolver did not answer");
	assert_int_equal(scene->verdict.ttl_s, 0);
}

static const struct {
	unsigned rcode;
	const char *words;
} rcodes[] = {
	{ 1, "answered FORMERR (rcode 1) when" },
	{ 4, "answered NOTIMP (rcode 4) when" },
	{ 5, "answered REFUSED (rcode 5) when" },
	{ 23, "answered unknown (rcode 23) when" },
};

static void
verdict__of_a_resolver_that_fails(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene_expect(scene, DNS_CODE_UNREACHABLE, "192.0.2.53@53 answered SERVFAIL");
	for (size_t i = 0; i < COUNT(rcodes); i++) {
		scene->seen.resolver.rcode = rcodes[i].rcode;
		scene_expect(scene, DNS_CODE_UNREACHABLE, rcodes[i].words);
	}
}

/* It answers when it is not to check DNSSEC. */
static void
verdict__of_a_zone_that_does_not_verify(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_RECORD);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene->seen.resolver.is_bogus = true;
	scene_expect(scene, DNS_CODE_DNSSEC_BOGUS,
	    "192.0.2.53@53 answers SERVFAIL to s1._domainkey.example.com, but answers when it is not to "
	    "check DNSSEC: the zone's signatures do not verify; the name servers of example.com have the "
	    "right record");
	assert_non_null(strstr(scene->verdict.advice, "trust anchor"));
}

/* It is there whatever the signatures say. */
static void
verdict__of_a_mistake_in_a_zone_that_does_not_verify(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_OTHER);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene->seen.resolver.is_bogus = true;
	scene_expect(scene, DNS_CODE_OTHER_KEY, "has another key");
}

/* Nobody but the resolver knows of it: still no failure of the owner's. */
static void
verdict__of_a_zone_that_does_not_verify_and_cannot_be_asked(void **state)
{
	struct scene *scene = *state;

	scene->seen.zone.server_count = 0;
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene->seen.resolver.is_bogus = true;
	scene_expect(scene, DNS_CODE_DNSSEC_BOGUS, "do not verify; the name servers of example.com could not");
}

static void
verdict__of_an_owners_mistake_behind_a_resolver_that_fails(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene, SCENE_OTHER);
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene_expect(scene, DNS_CODE_OTHER_KEY, "has another key");
}

/* Of a chain whose end nobody showed nothing is the owner's failure yet. */
static void
verdict__of_a_chain_whose_end_nobody_showed(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, "dkim.example.org", SCENE_RECORD);
	scene->seen.target.server_count = 0;
	sight_clear(&scene->seen.resolver, SIGHT_REFUSED);
	scene_expect(scene, DNS_CODE_UNREACHABLE, "answered SERVFAIL");
}

static void
verdict__of_nobody_who_answers(void **state)
{
	struct scene *scene = *state;

	sight_clear(&scene->seen.resolver, SIGHT_SILENT);
	sight_clear(&scene->seen.zone.servers[0], SIGHT_SILENT);
	sight_clear(&scene->seen.zone.servers[1], SIGHT_SILENT);
	scene_expect(scene, DNS_CODE_UNREACHABLE, "could not be asked");
}

/* A hop that only the resolver knows lies between the two zones. */
static void
verdict__over_a_zone_between(void **state)
{
	struct scene *scene = *state;

	scene_delegate(scene, "middle.example.org", SCENE_RECORD);
	sight_put_cname(&scene->seen.resolver, SCENE_TARGET);
	memcpy(scene->seen.target.servers[0].asked, SCENE_TARGET, sizeof(SCENE_TARGET));
	memcpy(scene->seen.target.servers[1].asked, SCENE_TARGET, sizeof(SCENE_TARGET));
	scene_expect(scene, DNS_CODE_PUBLISHED, "right key");
	scene->seen.target.servers[0].text_count = 0;
	scene->seen.target.servers[1].text_count = 0;
	scene_expect(scene, DNS_CODE_DANGLING_TARGET, "there is no TXT record");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(verdict__of_servers_of_which_one_lacks_it),
		SCENE_TEST(verdict__of_servers_of_which_one_has_another_key),
		SCENE_TEST(verdict__of_servers_that_disagree_whatever_the_resolver_saw),
		SCENE_TEST(verdict__of_servers_that_lead_to_different_names),
		SCENE_TEST(verdict__of_the_targets_servers_that_disagree),
		SCENE_TEST(verdict__of_disagreement_in_both_zones),
		SCENE_TEST(verdict__of_a_target_beside_a_server_that_does_not_count),
		SCENE_TEST(verdict__of_servers_that_are_all_wrong_is_the_first_ones),
		SCENE_TEST(verdict__of_servers_that_say_it_differently),
		SCENE_TEST(verdict__of_many_servers_names_a_few),
		SCENE_TEST(verdict__with_a_silent_server),
		SCENE_TEST(verdict__with_servers_whose_answers_do_not_count),
		SCENE_TEST(verdict__with_silent_servers_only),
		SCENE_TEST(verdict__without_a_zone),
		SCENE_TEST(verdict__of_a_failure_with_silent_servers_only),
		SCENE_TEST(verdict__with_silent_servers_of_the_owner_only),
		SCENE_TEST(verdict__with_silent_servers_of_the_target_only),
		SCENE_TEST(verdict__before_the_resolver_forgets_that_there_was_nothing),
		SCENE_TEST(verdict__before_the_resolver_forgets_the_old_key),
		SCENE_TEST(verdict__before_the_resolver_sees_the_target),
		SCENE_TEST(verdict__before_the_resolver_sees_a_new_cname),
		SCENE_TEST(verdict__of_a_proof_that_the_zone_has_left),
		SCENE_TEST(verdict__of_what_only_the_resolver_remembers),
		SCENE_TEST(verdict__of_a_target_that_only_the_resolver_remembers),
		SCENE_TEST(verdict__of_a_cname_that_only_the_resolver_remembers),
		SCENE_TEST(verdict__before_the_resolver_sees_the_end_of_an_alias),
		SCENE_TEST(verdict__of_the_end_of_an_alias_that_only_the_resolver_remembers),
		SCENE_TEST(verdict__of_two_mistakes_is_the_newer),
		SCENE_TEST(verdict__of_a_resolver_that_does_not_answer),
		SCENE_TEST(verdict__of_a_resolver_that_fails),
		SCENE_TEST(verdict__of_a_zone_that_does_not_verify),
		SCENE_TEST(verdict__of_a_mistake_in_a_zone_that_does_not_verify),
		SCENE_TEST(verdict__of_a_zone_that_does_not_verify_and_cannot_be_asked),
		SCENE_TEST(verdict__of_an_owners_mistake_behind_a_resolver_that_fails),
		SCENE_TEST(verdict__of_a_chain_whose_end_nobody_showed),
		SCENE_TEST(verdict__of_nobody_who_answers),
		SCENE_TEST(verdict__over_a_zone_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
