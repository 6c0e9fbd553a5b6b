/* SPDX-License-Identifier: ISC */
#include "dns_scene.h"

#include "verdict/alignment.h"

/* The three sights of a domain, mail.example.com below example.com. */
struct facts_place {
	struct sight own;
	struct sight organizational;
	struct sight spf;
	struct alignment_facts facts;
	struct alignment alignment;
};

static void
begin(struct sight *sight, const char *asked)
{
	assert_true(strlen(asked) < sizeof(sight->asked));
	memcpy(sight->asked, asked, strlen(asked) + 1);
	sight->outcome = SIGHT_NO_NAME;
}

static int
make_place(void **state)
{
	struct facts_place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	begin(&place->own, "_dmarc.mail.example.com");
	begin(&place->organizational, "_dmarc.example.com");
	begin(&place->spf, "mail.example.com");
	place->facts = (struct alignment_facts){
		.domain = "mail.example.com",
		.organizational = "example.com",
		.domain_match = MATCH_DOMAIN_ONLY,
		.dmarc = &place->own,
		.dmarc_organizational = &place->organizational,
		.spf = &place->spf,
	};
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	free(*state);
	return 0;
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

static void
publish(struct sight *sight, const char *text)
{
	sight->outcome = SIGHT_ANSWERED;
	sight_put_text(sight, text);
}

static void
judge(struct facts_place *place)
{
	alignment_judge(&place->facts, &place->alignment);
	assert_in_range(place->alignment.note_count, 2, ALIGNMENT_NOTES_MAX);
}

/* Is there a note of this level with these words? */
static bool
has_note(const struct facts_place *place, enum alignment_level level, const char *words)
{
	for (unsigned i = 0; i < place->alignment.note_count; i++) {
		const struct alignment_note *note = &place->alignment.notes[i];

		if (note->level == level && strstr(note->text, words) != NULL)
			return true;
	}
	return false;
}

static void
expect_note(struct facts_place *place, enum alignment_level level, const char *words)
{
	judge(place);
	if (!has_note(place, level, words))
		fail_msg("no \"%s\": %s | %s", words, place->alignment.notes[0].text,
		    place->alignment.notes[1].text);
}

static void
expect_no_warning(struct facts_place *place)
{
	judge(place);
	if (has_note(place, ALIGNMENT_WARNING, ""))
		fail_msg("%s | %s", place->alignment.notes[0].text, place->alignment.notes[1].text);
}

#define INFO ALIGNMENT_INFO
#define WARNING ALIGNMENT_WARNING

static void
alignment__takes_the_domains_own_record_first(void **state)
{
	struct facts_place *place = *state;

	publish(&place->own, "v=DMARC1; p=reject; sp=none");
	publish(&place->organizational, "v=DMARC1; p=none");
	expect_note(place, INFO, "the DMARC record at _dmarc.mail.example.com says p=reject, sp=none");
	expect_no_warning(place);
}

static void
alignment__falls_back_to_the_organizational_domain(void **state)
{
	struct facts_place *place = *state;

	publish(&place->organizational, "v=DMARC1; p=quarantine; adkim=s");
	expect_note(place, INFO, "the DMARC record at _dmarc.example.com says p=quarantine, adkim=s");
	expect_no_warning(place);
}

static void
alignment__warns_of_no_dmarc_record(void **state)
{
	struct facts_place *place = *state;

	expect_note(place, WARNING,
	    "there is no DMARC record at _dmarc.mail.example.com nor at _dmarc.example.com");
	publish(&place->own, "v=spf1 -all");
	publish(&place->own, "v=dmarc1; p=none");
	expect_note(place, WARNING, "there is no DMARC record at");
	place->facts.dmarc_organizational = NULL;
	expect_note(place, WARNING, "there is no DMARC record at _dmarc.mail.example.com:");
}

static void
alignment__warns_of_several_dmarc_records(void **state)
{
	struct facts_place *place = *state;

	publish(&place->own, "v=DMARC1; p=none");
	publish(&place->own, "v=DMARC1; p=reject");
	expect_note(place, WARNING, "there are 2 DMARC records at _dmarc.mail.example.com");
	assert_false(has_note(place, WARNING, "there is no DMARC record"));
	publish(&place->organizational, "v=DMARC1; p=none");
	publish(&place->organizational, "v=DMARC1; p=none; adkim=s");
	expect_note(place, WARNING, "there are 2 DMARC records at _dmarc.example.com");
	place->facts.dmarc_organizational = NULL;
	judge(place);
	assert_false(has_note(place, WARNING, "_dmarc.example.com"));
}

static void
alignment__warns_of_a_policy_nobody_knows(void **state)
{
	struct facts_place *place = *state;

	publish(&place->own, "v=DMARC1; p=block");
	expect_note(place, WARNING, "says p=block, but p= must be none, quarantine or reject");
	sight_clear(&place->own, SIGHT_ANSWERED);
	publish(&place->own, "v=DMARC1; rua=mailto:a@example.com; p");
	expect_note(place, WARNING, "says p=, but");
}

/* Strict: d= must be the From domain itself, so one key cannot sign for the names below it. */
static void
alignment__warns_of_adkim_s_where_subdomains_are_signed(void **state)
{
	static const enum domain_match matches[] = { MATCH_SUBDOMAINS_ONLY, MATCH_DOMAIN_AND_SUBDOMAINS };
	struct facts_place *place = *state;

	publish(&place->organizational, "v=DMARC1; p=none; adkim=s");
	for (size_t i = 0; i < COUNT(matches); i++) {
		place->facts.domain_match = matches[i];
		expect_note(place, WARNING, "adkim=s at _dmarc.example.com: mail from subdomains of mail.example.com");
	}
	place->facts.domain_match = MATCH_DOMAIN_ONLY;
	expect_no_warning(place);
}

/* Names below mail.example.com are judged by the record of example.com, not by its own. */
static void
alignment__knows_whose_adkim_subdomains_follow(void **state)
{
	struct facts_place *place = *state;

	place->facts.domain_match = MATCH_DOMAIN_AND_SUBDOMAINS;
	publish(&place->own, "v=DMARC1; p=none; adkim=s");
	publish(&place->organizational, "v=DMARC1; p=none; adkim=r");
	expect_no_warning(place);
	place->facts.dmarc_organizational = NULL;
	expect_note(place, WARNING, "adkim=s at _dmarc.mail.example.com");
}

static void
alignment__warns_of_a_public_suffix(void **state)
{
	struct facts_place *place = *state;

	publish(&place->own, "v=DMARC1; p=none");
	place->facts.organizational[0] = '\0';
	place->facts.dmarc_organizational = NULL;
	expect_no_warning(place);
	place->facts.domain_match = MATCH_SUBDOMAINS_ONLY;
	expect_note(place, WARNING, "mail.example.com is a public suffix");
}

static void
alignment__tells_what_could_not_be_asked(void **state)
{
	struct facts_place *place = *state;

	place->own.outcome = SIGHT_SILENT;
	place->spf.outcome = SIGHT_REFUSED;
	expect_note(place, INFO, "whether there is a DMARC record at _dmarc.mail.example.com could not be seen");
	expect_note(place, INFO, "whether mail.example.com has an SPF record could not be seen");
	expect_no_warning(place);
}

/* Of the organizational record as well. */
static void
alignment__does_not_miss_what_could_not_be_asked(void **state)
{
	struct facts_place *place = *state;

	place->organizational.outcome = SIGHT_UNUSABLE;
	expect_note(place, INFO, "whether there is a DMARC record at _dmarc.example.com could not be seen");
	expect_no_warning(place);
}

static const struct {
	const char *texts[2];
	enum alignment_level level;
	const char *words;
} spf_cases[] = {
	{ { NULL }, INFO, "mail.example.com has no SPF record" },
	{ { "google-site-verification=x" }, INFO, "has no SPF record" },
	{ { "v=spf10 -all" }, INFO, "has no SPF record" },
	{ { "v=spf1" }, INFO, "has an SPF record: \"v=spf1\"" },
	{ { "v=spf1 mx -all" }, INFO, "has an SPF record: \"v=spf1 mx -all\"" },
	{ { "other", "V=SPF1 ~all" }, INFO, "has an SPF record: \"V=SPF1 ~all\"" },
	{ { "v=spf1 a:all.example.com ?all" }, INFO, "has an SPF record" },
	{ { "v=spf1 mx +all" }, WARNING, "lets everybody send: \"v=spf1 mx +all\"" },
	{ { "v=spf1 ALL" }, WARNING, "lets everybody send" },
	{ { "v=spf1 -all", "v=spf1 mx -all" }, WARNING, "has 2 SPF records" },
	{ { "v=spf1 \x1b[2J -all" }, INFO, "\"v=spf1 ?[2J -all\"" },
};

static void
alignment__tells_of_spf(void **state)
{
	struct facts_place *place = *state;

	publish(&place->own, "v=DMARC1; p=none");
	for (size_t i = 0; i < COUNT(spf_cases); i++) {
		sight_clear(&place->spf, SIGHT_ANSWERED);
		for (unsigned j = 0; j < 2 && spf_cases[i].texts[j] != NULL; j++)
			sight_put_text(&place->spf, spf_cases[i].texts[j]);
		expect_note(place, spf_cases[i].level, spf_cases[i].words);
		assert_int_equal(place->alignment.note_count, 2);
	}
}

/* A domain with many TXT records: those with a version are kept before others. */
static void
alignment__knows_when_not_all_was_kept(void **state)
{
	struct facts_place *place = *state;

	for (unsigned i = 0; i < 6; i++)
		publish(&place->spf, i == 0 ? "v=other" : "google-site-verification=x");
	expect_note(place, INFO, "has no SPF record");
	sight_clear(&place->spf, SIGHT_ANSWERED);
	for (unsigned i = 0; i < 6; i++)
		publish(&place->spf, "v=other");
	expect_note(place, INFO, "whether mail.example.com has an SPF record could not be seen");
}

/* All warnings that can come together find room. */
static void
alignment__has_room_for_all_notes(void **state)
{
	struct facts_place *place = *state;

	place->facts.domain_match = MATCH_SUBDOMAINS_ONLY;
	place->facts.organizational[0] = '\0';
	publish(&place->own, "v=DMARC1; p=none");
	publish(&place->own, "v=DMARC1; p=none");
	publish(&place->organizational, "v=DMARC1; p=none; adkim=s");
	publish(&place->spf, "v=spf1 +all");
	judge(place);
	assert_int_equal(place->alignment.note_count, 5);
}

/* ---- another sender of the envelope ---- */

static const struct {
	const char *envelope;
	const char *organizational;
	const char *own;    /* DMARC record of the domain; NULL: none */
	const char *parent; /* of the organizational domain; NULL: none */
	const char *words;
} envelopes[] = {
	{ "esp.example", "esp.example", NULL, NULL,
	    "SPF is asked of esp.example, which is not aligned with mail.example.com: DMARC rests on" },
	{ "bounce.example.com", "example.com", NULL, NULL, "which is aligned with mail.example.com" },
	{ "bounce.example.com", "example.com", NULL, "v=DMARC1; p=none; aspf=r", "which is aligned" },
	{ "bounce.example.com", "example.com", NULL, "v=DMARC1; p=none; aspf=s", "is not aligned" },
	{ "mail.example.com", "example.com", NULL, "v=DMARC1; p=none; aspf=S", "which is aligned" },
	{ "example.com", "example.com", "v=DMARC1; p=none", "v=DMARC1; p=none; aspf=s", "which is aligned" },
	{ "example.com", "example.com", "v=DMARC1; p=none; aspf=s", NULL, "is not aligned" },
};

static void
alignment__says_whether_another_envelope_is_aligned(void **state)
{
	struct facts_place *place = *state;

	judge(place);
	assert_false(has_note(place, INFO, "envelope_sender"));
	for (size_t i = 0; i < sizeof(envelopes) / sizeof(envelopes[0]); i++) {
		void *fresh;

		assert_int_equal(make_place(&fresh), 0);
		place = fresh;
		memcpy(place->facts.envelope, envelopes[i].envelope, strlen(envelopes[i].envelope) + 1);
		memcpy(place->facts.envelope_organizational, envelopes[i].organizational,
		    strlen(envelopes[i].organizational) + 1);
		if (envelopes[i].own != NULL)
			publish(&place->own, envelopes[i].own);
		if (envelopes[i].parent != NULL)
			publish(&place->organizational, envelopes[i].parent);
		judge(place);
		assert_true(has_note(place, INFO, envelopes[i].words));
		assert_true(has_note(place, INFO, "envelope_sender: SPF is asked of"));
		assert_true(has_note(place, INFO, " has no SPF record"));
		(void)remove_place(&fresh);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLACE_TEST(alignment__takes_the_domains_own_record_first),
		PLACE_TEST(alignment__falls_back_to_the_organizational_domain),
		PLACE_TEST(alignment__warns_of_no_dmarc_record),
		PLACE_TEST(alignment__warns_of_several_dmarc_records),
		PLACE_TEST(alignment__warns_of_a_policy_nobody_knows),
		PLACE_TEST(alignment__warns_of_adkim_s_where_subdomains_are_signed),
		PLACE_TEST(alignment__knows_whose_adkim_subdomains_follow),
		PLACE_TEST(alignment__warns_of_a_public_suffix),
		PLACE_TEST(alignment__tells_what_could_not_be_asked),
		PLACE_TEST(alignment__does_not_miss_what_could_not_be_asked),
		PLACE_TEST(alignment__tells_of_spf),
		PLACE_TEST(alignment__knows_when_not_all_was_kept),
		PLACE_TEST(alignment__has_room_for_all_notes),
		PLACE_TEST(alignment__says_whether_another_envelope_is_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
