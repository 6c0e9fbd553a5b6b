/* SPDX-License-Identifier: ISC */
#include "verdict/survey.h"

#include "verdict/sentence.h"
#include "verdict/trail_verdict.h"

#define SHOWN_MAX 3 /* servers of one view that a sentence names */

/* How the trail of one server is put together. */
struct course {
	const struct expectation *expected;
	const struct sight *resolver;
	const struct sight *first;  /* of the owner's zone: NULL, the server itself */
	const struct sight *target; /* of the target's zone: NULL, the server itself */
};

static bool
is_heard(const struct sight *server)
{
	return sight_is_answer(server) && server->is_authoritative;
}

/* ---- one server ---- */

static enum survey_view
view_of(const struct trail *trail, const struct verdict *verdict)
{
	if (dns_code_state(verdict->code) == DNS_VERIFIED)
		return SURVEY_PROVES;
	if (verdict->code == DNS_CODE_NOT_PUBLISHED || verdict->code == DNS_CODE_DANGLING_TARGET)
		return SURVEY_LACKS;
	/* of a trail whose end nobody showed no more is known than that it leads elsewhere */
	if (dns_code_state(verdict->code) == DNS_FAILED || trail->end == NULL)
		return SURVEY_DIFFERS;
	return SURVEY_SILENT;
}

static enum survey_view
judge(const struct course *course, const struct sight *server, struct verdict *ret_verdict)
{
	struct trail trail;

	if (!is_heard(server))
		return SURVEY_SILENT;
	trail_join(course->first != NULL ? course->first : server, course->resolver,
	    course->first != NULL ? server : course->target, &trail);
	if (course->first != NULL && trail.end != server)
		return SURVEY_ASIDE;
	trail_verdict_reach(course->expected, &trail, ret_verdict);
	return view_of(&trail, ret_verdict);
}

/* ---- all of them ---- */

/* Who speaks for the zone: the first of the highest. */
static const unsigned ranks[SURVEY_VIEW_COUNT] = {
	[SURVEY_SILENT] = 0,
	[SURVEY_ASIDE] = 1,
	[SURVEY_LACKS] = 2,
	[SURVEY_DIFFERS] = 2,
	[SURVEY_PROVES] = 3,
};

static void
take(struct survey *survey, unsigned i, enum survey_view view, const struct verdict *verdict)
{
	survey->views[i] = view;
	survey->counts[view]++;
	if (ranks[view] <= survey->rank)
		return;
	survey->rank = ranks[view];
	survey->witness = &survey->zone->servers[i];
	survey->verdict = *verdict;
}

static void
run(const struct course *course, const struct observation_zone *zone, struct survey *ret_survey)
{
	struct survey survey = { .zone = zone };

	for (unsigned i = 0; i < zone->server_count; i++) {
		struct verdict verdict = { .code = DNS_CODE_NONE };

		take(&survey, i, judge(course, &zone->servers[i], &verdict), &verdict);
	}
	*ret_survey = survey;
}

void
survey_of_zone(const struct expectation *expected, const struct observation *seen,
    const struct sight *target, struct survey *ret_survey)
{
	struct course course = { .expected = expected, .resolver = &seen->resolver, .target = target };

	run(&course, &seen->zone, ret_survey);
}

/* Whose chain leads to the target: a server that has a CNAME, else any that answered, else the resolver. */
static const struct sight *
find_first(const struct observation *seen)
{
	const struct sight *first = NULL;

	for (unsigned i = 0; i < seen->zone.server_count; i++) {
		const struct sight *server = &seen->zone.servers[i];

		if (is_heard(server) && (first == NULL || (first->hop_count == 0 && server->hop_count > 0)))
			first = server;
	}
	return first != NULL ? first : &seen->resolver;
}

void
survey_of_target(const struct expectation *expected, const struct observation *seen,
    struct survey *ret_survey)
{
	struct course course = {
		.expected = expected,
		.resolver = &seen->resolver,
		.first = find_first(seen),
	};

	run(&course, &seen->target, ret_survey);
}

bool
survey_is_heard(const struct survey *survey)
{
	return survey->rank > ranks[SURVEY_ASIDE];
}

bool
survey_is_split(const struct survey *survey)
{
	return survey->counts[SURVEY_PROVES] > 0 &&
	    survey->counts[SURVEY_LACKS] + survey->counts[SURVEY_DIFFERS] > 0;
}

/* ---- in words ---- */

/* "ns1.example.com (192.0.2.1@53), ns2… and 3 more" */
static void
add_names(const struct survey *survey, enum survey_view view, struct verdict *verdict)
{
	unsigned shown = 0;

	for (unsigned i = 0; i < survey->zone->server_count && shown < SHOWN_MAX; i++) {
		if (survey->views[i] != view)
			continue;
		SENTENCE_ADD(verdict->sentence, "%s%s", shown > 0 ? ", " : "",
		    sentence_name(survey->zone->servers[i].server).text);
		shown++;
	}
	if (survey->counts[view] > shown)
		SENTENCE_ADD(verdict->sentence, " and %u more", survey->counts[view] - shown);
}

/* Whom somebody has to look at comes first: the sentence may be cut. */
static const struct {
	enum survey_view view;
	const char *words;
} parts[] = {
	{ SURVEY_LACKS, "without it" },
	{ SURVEY_DIFFERS, "with something else" },
	{ SURVEY_PROVES, "with the right record" },
	{ SURVEY_SILENT, "without an answer" },
};

void
survey_say_split(const struct survey *survey, const char *name, struct verdict *verdict)
{
	const char *separator = ": ";

	SENTENCE_SET(verdict->sentence, "the name servers of %s disagree about %s",
	    sentence_name(survey->zone->name).text, sentence_name(name).text);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (survey->counts[parts[i].view] == 0)
			continue;
		SENTENCE_ADD(verdict->sentence, "%s%s ", separator, parts[i].words);
		add_names(survey, parts[i].view, verdict);
		separator = "; ";
	}
	SENTENCE_SET(verdict->advice,
	    "have all of them serve the newest zone: those without the record have an old copy, or none");
}

void
survey_add_silence(const struct survey *survey, struct verdict *verdict)
{
	if (survey->zone->name[0] == '\0' || survey->counts[SURVEY_SILENT] == 0)
		return;
	if (survey->counts[SURVEY_SILENT] == survey->zone->server_count) {
		SENTENCE_ADD(verdict->sentence, "; the name servers of %s could not be asked",
		    sentence_name(survey->zone->name).text);
		return;
	}
	SENTENCE_ADD(verdict->sentence, "; no answer from ");
	add_names(survey, SURVEY_SILENT, verdict);
}
