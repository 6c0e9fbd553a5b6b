/* SPDX-License-Identifier: ISC */
/*
 * What the name servers of one zone say, each for itself: do they agree, and
 * on what? Only an authoritative answer counts; all else is silence. Pure;
 * points into the observation.
 */
#ifndef VERDICT_SURVEY_H
#define VERDICT_SURVEY_H

#include "verdict/observation.h"
#include "verdict/verdict.h"

enum survey_view {
	SURVEY_SILENT = 0, /* no answer, or none that counts */
	SURVEY_ASIDE,      /* asked about a name that the trail does not lead to */
	SURVEY_LACKS,      /* nothing is there */
	SURVEY_DIFFERS,    /* something else is there */
	SURVEY_PROVES,     /* through it the key is proved */
};
#define SURVEY_VIEW_COUNT 5

struct survey {
	const struct observation_zone *zone;
	enum survey_view views[OBSERVATION_SERVERS_MAX];
	unsigned counts[SURVEY_VIEW_COUNT];
	unsigned rank;               /* how much the witness says */
	const struct sight *witness; /* one that proves it, else the first that answered; or NULL */
	struct verdict verdict;      /* of the witness' trail; DNS_CODE_NONE when its view is not of it */
};

/* The servers of the owner's name. target: what the target's zone showed, or NULL. */
void survey_of_zone(const struct expectation *expected, const struct observation *seen,
    const struct sight *target, struct survey *ret_survey);

/* The servers of the target. */
void survey_of_target(const struct expectation *expected, const struct observation *seen,
    struct survey *ret_survey);

/* Did a server say anything of the name? */
bool survey_is_heard(const struct survey *survey);

/* Do some prove what others contradict? */
bool survey_is_split(const struct survey *survey);

/* For a split one: who has it, who has not, who is silent. */
void survey_say_split(const struct survey *survey, const char *name, struct verdict *verdict);

/* Adds to a sentence who could not be asked; nothing when all could. */
void survey_add_silence(const struct survey *survey, struct verdict *verdict);

#endif
