/* SPDX-License-Identifier: ISC */
#include "verdict/alignment.h"

#include <assert.h>

#include "verdict/dmarc.h"
#include "verdict/sentence.h"
#include "verdict/spf.h"

/* All that a note may be about. */
struct question {
	const struct alignment_facts *facts;
	struct dmarc own;
	struct dmarc organizational; /* the same, where there is no other to ask */
	struct spf spf;
};

/* An empty note. There is room for one of each kind. */
static struct alignment_note *
add(struct alignment *alignment, enum alignment_level level)
{
	struct alignment_note *note = &alignment->notes[alignment->note_count];

	assert(alignment->note_count < ALIGNMENT_NOTES_MAX);
	alignment->note_count++;
	*note = (struct alignment_note){ .level = level };
	return note;
}

/* ---- DMARC ---- */

/* The record that mail from the domain itself is judged by, RFC 7489 §6.6.3; NULL: none is known. */
static const struct dmarc *
applicable(const struct question *q)
{
	if (q->own.presence == DMARC_PRESENT)
		return &q->own;
	return q->organizational.presence == DMARC_PRESENT ? &q->organizational : NULL;
}

static void
note_several(const struct dmarc *dmarc, struct alignment *alignment)
{
	if (dmarc->presence == DMARC_SEVERAL)
		SENTENCE_SET(add(alignment, ALIGNMENT_WARNING)->text,
		    "there are %u DMARC records at %s: receivers ignore them all", dmarc->count,
		    sentence_name(dmarc->name).text);
}

static void
note_all_several(const struct question *q, struct alignment *alignment)
{
	note_several(&q->own, alignment);
	if (q->facts->dmarc_organizational != NULL)
		note_several(&q->organizational, alignment);
}

static void
note_unknown(const struct question *q, struct alignment *alignment)
{
	const struct dmarc *asked = q->own.presence == DMARC_UNKNOWN ? &q->own : &q->organizational;

	SENTENCE_SET(add(alignment, ALIGNMENT_INFO)->text,
	    "whether there is a DMARC record at %s could not be seen",
	    sentence_name(asked->name).text);
}

static void
note_absent(const struct question *q, struct alignment *alignment)
{
	struct alignment_note *note = add(alignment, ALIGNMENT_WARNING);

	SENTENCE_SET(note->text, "there is no DMARC record at %s", sentence_name(q->own.name).text);
	if (q->facts->dmarc_organizational != NULL)
		SENTENCE_ADD(note->text, " nor at %s", sentence_name(q->organizational.name).text);
	SENTENCE_ADD(note->text, ": some receivers ask bulk senders for one");
}

static void
note_policy(const struct dmarc *dmarc, struct alignment *alignment)
{
	struct alignment_note *note =
	    add(alignment, dmarc->is_readable ? ALIGNMENT_INFO : ALIGNMENT_WARNING);

	SENTENCE_SET(note->text, "the DMARC record at %s says p=%s", sentence_name(dmarc->name).text,
	    sentence_value(dmarc->policy).text);
	if (!dmarc->is_readable) {
		SENTENCE_ADD(note->text, ", but p= must be none, quarantine or reject");
		return;
	}
	if (dmarc->subdomain_policy.len > 0)
		SENTENCE_ADD(note->text, ", sp=%s", sentence_value(dmarc->subdomain_policy).text);
	if (dmarc->is_strict)
		SENTENCE_ADD(note->text, ", adkim=s");
}

static void
note_dmarc(const struct question *q, struct alignment *alignment)
{
	const struct dmarc *dmarc = applicable(q);

	note_all_several(q, alignment);
	if (dmarc != NULL)
		note_policy(dmarc, alignment);
	else if (q->own.presence == DMARC_UNKNOWN || q->organizational.presence == DMARC_UNKNOWN)
		note_unknown(q, alignment);
	else if (q->own.presence == DMARC_ABSENT && q->organizational.presence == DMARC_ABSENT)
		note_absent(q, alignment);
}

/* ---- can mail from subdomains be aligned with d=? ---- */

/*
 * Mail from a subdomain is judged by the record of that subdomain, which was
 * not asked for, or else by the organizational domain's.
 */
static void
note_strict(const struct question *q, struct alignment *alignment)
{
	const struct dmarc *dmarc = &q->organizational;

	if (dmarc->presence != DMARC_PRESENT || !dmarc->is_strict ||
	    q->facts->domain_match == MATCH_DOMAIN_ONLY)
		return;
	SENTENCE_SET(add(alignment, ALIGNMENT_WARNING)->text,
	    "adkim=s at %s: mail from subdomains of %s signed with d=%s is not aligned",
	    sentence_name(dmarc->name).text, sentence_name(q->facts->domain).text,
	    sentence_name(q->facts->domain).text);
}

/* The organizational domain of a name below a public suffix is never the suffix. */
static void
note_suffix(const struct question *q, struct alignment *alignment)
{
	if (q->facts->organizational[0] != '\0' || q->facts->domain_match == MATCH_DOMAIN_ONLY)
		return;
	SENTENCE_SET(add(alignment, ALIGNMENT_WARNING)->text,
	    "%s is a public suffix: mail from names below it is not aligned with d=%s",
	    sentence_name(q->facts->domain).text, sentence_name(q->facts->domain).text);
}

/* ---- SPF ---- */

static void
note_spf(const struct question *q, struct alignment *alignment)
{
	const char *domain = q->facts->envelope[0] != '\0' ? q->facts->envelope : q->facts->domain;
	bool is_wrong = q->spf.count > 1 || q->spf.allows_everybody;
	struct alignment_note *note = add(alignment, is_wrong ? ALIGNMENT_WARNING : ALIGNMENT_INFO);

	if (q->spf.count > 1)
		SENTENCE_SET(note->text, "%s has %u SPF records: receivers take that as an error",
		    sentence_name(domain).text, q->spf.count);
	else if (q->spf.allows_everybody)
		SENTENCE_SET(note->text, "the SPF record of %s lets everybody send: \"%s\"",
		    sentence_name(domain).text, sentence_value(q->spf.text).text);
	else if (q->spf.count == 1)
		SENTENCE_SET(note->text, "%s has an SPF record: \"%s\"", sentence_name(domain).text,
		    sentence_value(q->spf.text).text);
	else if (!q->spf.is_known)
		SENTENCE_SET(note->text, "whether %s has an SPF record could not be seen",
		    sentence_name(domain).text);
	else
		SENTENCE_SET(note->text, "%s has no SPF record", sentence_name(domain).text);
}

/* RFC 7489 §3.1.2: the same domain, or with aspf=r the same organizational domain. */
static bool
is_spf_aligned(const struct question *q)
{
	const struct alignment_facts *facts = q->facts;
	const struct dmarc *dmarc = applicable(q);

	if (dmarc != NULL && dmarc->is_spf_strict)
		return strcmp(facts->envelope, facts->domain) == 0;
	return facts->organizational[0] != '\0' &&
	    strcmp(facts->envelope_organizational, facts->organizational) == 0;
}

/* With another sender of the envelope receivers ask SPF of that one's domain. */
static void
note_envelope(const struct question *q, struct alignment *alignment)
{
	const char *envelope = q->facts->envelope;

	if (envelope[0] == '\0')
		return;
	if (is_spf_aligned(q))
		SENTENCE_SET(add(alignment, ALIGNMENT_INFO)->text,
		    "envelope_sender: SPF is asked of %s, which is aligned with %s",
		    sentence_name(envelope).text, sentence_name(q->facts->domain).text);
	else
		SENTENCE_SET(add(alignment, ALIGNMENT_INFO)->text,
		    "envelope_sender: SPF is asked of %s, which is not aligned with %s: DMARC rests on "
		    "the signature alone", sentence_name(envelope).text,
		    sentence_name(q->facts->domain).text);
}

void
alignment_judge(const struct alignment_facts *facts, struct alignment *ret_alignment)
{
	struct question q = { .facts = facts };
	struct alignment alignment = { .note_count = 0 };

	dmarc_read(facts->dmarc, &q.own);
	q.organizational = q.own;
	if (facts->dmarc_organizational != NULL)
		dmarc_read(facts->dmarc_organizational, &q.organizational);
	spf_read(facts->spf, &q.spf);
	note_dmarc(&q, &alignment);
	note_strict(&q, &alignment);
	note_suffix(&q, &alignment);
	note_spf(&q, &alignment);
	note_envelope(&q, &alignment);
	*ret_alignment = alignment;
}
