/* SPDX-License-Identifier: ISC */
#include "policy/measure.h"

#include "policy/octets.h"

const struct word flaw_words[] = {
	{ FLAW_NO_FROM, "no-from" },
	{ FLAW_SEVERAL_FROM, "several-from" },
	{ FLAW_DUPLICATE_FIELD, "duplicate-field" },
	{ FLAW_LONG_HEADER_LINE, "long-header-line" },
	{ FLAW_LONG_BODY_LINE, "long-body-line" },
	{ FLAW_EIGHT_BIT_HEADER, "8bit-header" },
	{ FLAW_EIGHT_BIT_BODY, "8bit-body" },
	{ FLAW_EIGHT_BIT_UNDECLARED, "8bit-undeclared" },
	{ FLAW_BARE_CR, "bare-cr" },
	{ FLAW_BARE_LF, "bare-lf" },
	{ FLAW_NUL, "nul" },
	{ 0, NULL },
};

/* RFC 5322 §3.6, RFC 2045 §3: one at most. */
#define NAME(text) { (text), sizeof(text) - 1 }
static const struct slice single[MEASURE_FIELDS] = {
	NAME("From"),
	NAME("Sender"),
	NAME("Reply-To"),
	NAME("To"),
	NAME("Cc"),
	NAME("Bcc"),
	NAME("Date"),
	NAME("Message-ID"),
	NAME("In-Reply-To"),
	NAME("References"),
	NAME("Subject"),
	NAME("MIME-Version"),
	NAME("Content-Type"),
	NAME("Content-Transfer-Encoding"),
};
#define FROM 0
#define MIME_VERSION 11

static bool
has_flaw(const struct measure *measure, enum flaw flaw)
{
	return (measure->flaws & FLAW_BIT(flaw)) != 0;
}

static void
note_field(struct measure *measure, enum flaw flaw, struct slice field)
{
	if (!has_flaw(measure, flaw))
		measure->places[flaw] = (struct flaw_place){ .field = field };
	measure->flaws |= FLAW_BIT(flaw);
}

void
measure_init(struct measure *measure, size_t line_max, bool is_smtputf8)
{
	*measure = (struct measure){ .line_max = line_max, .is_smtputf8 = is_smtputf8 };
	lines_init(&measure->lines, line_max);
}

void
measure_note(struct measure *measure, enum flaw flaw, const struct flaw_place *place)
{
	measure->flaws |= FLAW_BIT(flaw);
	measure->places[flaw] = *place;
}

/* ---- the header ---- */

static void
count_field(struct measure *measure, struct slice name)
{
	for (size_t i = 0; i < MEASURE_FIELDS; i++) {
		if (!slice_equal_nocase(single[i], name))
			continue;
		measure->counts[i]++;
		if (measure->counts[i] == 2)
			note_field(measure,
			    i == FROM ? FLAW_SEVERAL_FROM : FLAW_DUPLICATE_FIELD, single[i]);
		return;
	}
}

/* The name and the colon are in the first line. */
static void
measure_field_lines(struct measure *measure, struct slice name, struct slice value)
{
	struct flaw_place *place = &measure->places[FLAW_LONG_HEADER_LINE];
	struct lines lines;

	lines_init(&lines, measure->line_max);
	lines_put(&lines, name);
	lines_put(&lines, SLICE_LITERAL(":"));
	lines_put(&lines, value);
	lines_end(&lines);
	if (lines.longest == 0 ||
	    (has_flaw(measure, FLAW_LONG_HEADER_LINE) && lines.longest <= place->octets))
		return;
	measure->flaws |= FLAW_BIT(FLAW_LONG_HEADER_LINE);
	*place = (struct flaw_place){ .field = name, .octets = lines.longest };
}

static bool
has_bare_cr(struct slice value)
{
	return octets_find_bare_cr(value, '\0') < value.len || slice_ends_with(value, SLICE_LITERAL("\r"));
}

void
measure_field(struct measure *measure, struct slice name, struct slice value)
{
	struct octets in_name = octets_look(name, '\0');
	struct octets in_value = octets_look(value, '\0');
	bool is_eight_bit = in_name.has_eight_bit || in_value.has_eight_bit;

	count_field(measure, slice_trim(name));
	if (name.len + 1 + value.len > measure->line_max)
		measure_field_lines(measure, name, value);
	if (is_eight_bit && !measure->is_smtputf8)
		note_field(measure, FLAW_EIGHT_BIT_HEADER, name);
	if (slice_find(value, '\r') < value.len && has_bare_cr(value))
		note_field(measure, FLAW_BARE_CR, name);
}

void
measure_header_end(struct measure *measure)
{
	if (measure->counts[FROM] == 0)
		note_field(measure, FLAW_NO_FROM, single[FROM]);
	measure->is_mime = measure->counts[MIME_VERSION] > 0;
}

/* ---- the body ---- */

/* at: in the body. */
static void
note_body(struct measure *measure, enum flaw flaw, uint64_t at)
{
	if (!has_flaw(measure, flaw))
		measure->places[flaw] = (struct flaw_place){ .at = at };
	measure->flaws |= FLAW_BIT(flaw);
}

static void
note_unpaired(struct measure *measure, struct slice piece)
{
	size_t lf = has_flaw(measure, FLAW_BARE_LF) ? piece.len : octets_find_bare_lf(piece, measure->last);
	size_t behind_cr =
	    has_flaw(measure, FLAW_BARE_CR) ? piece.len : octets_find_bare_cr(piece, measure->last);

	if (lf < piece.len)
		note_body(measure, FLAW_BARE_LF, measure->seen + lf);
	if (behind_cr < piece.len)
		note_body(measure, FLAW_BARE_CR, measure->seen + behind_cr - 1);
}

/* Where they are is looked for once. */
static void
note_octets(struct measure *measure, const struct octets *octets, struct slice piece)
{
	enum flaw eight_bit = measure->is_mime ? FLAW_EIGHT_BIT_BODY : FLAW_EIGHT_BIT_UNDECLARED;

	if (octets->has_eight_bit && !has_flaw(measure, eight_bit))
		note_body(measure, eight_bit, measure->seen + octets_find_eight_bit(piece));
	if (octets->has_nul && !has_flaw(measure, FLAW_NUL))
		note_body(measure, FLAW_NUL, measure->seen + slice_find(piece, '\0'));
	if (octets->has_unpaired)
		note_unpaired(measure, piece);
}

void
measure_body(struct measure *measure, struct slice piece)
{
	struct octets octets = octets_look(piece, measure->last);

	if (piece.len == 0)
		return;
	note_octets(measure, &octets, piece);
	lines_put(&measure->lines, piece);
	measure->seen += piece.len;
	measure->last = piece.ptr[piece.len - 1];
}

void
measure_end(struct measure *measure)
{
	lines_end(&measure->lines);
	if (measure->lines.longest > 0) {
		note_body(measure, FLAW_LONG_BODY_LINE, measure->lines.at);
		measure->places[FLAW_LONG_BODY_LINE].octets = measure->lines.longest;
	}
	if (measure->last == '\r')
		note_body(measure, FLAW_BARE_CR, measure->seen - 1);
	measure->last = '\0';
}

/* ---- in words ---- */

/* Of a field's, so that all flaws together fit MEASURE_TEXT_MAX: a sender who makes names long hides none of them. */
#define NAME_SHOWN 30

/* The name is the sender's choice, and "," and "=" may stand in one (RFC 5322 §3.6.8). */
static void
put_name(struct slice name, struct buf *out)
{
	struct slice cut = slice_first(slice_trim(name), NAME_SHOWN);

	for (size_t i = 0; i < cut.len; i++) {
		char c = cut.ptr[i];
		bool is_plain = c > ' ' && c <= '~' && strchr(",:=\"\\", c) == NULL;

		buf_put_char(out, is_plain ? c : '?');
	}
}

void
measure_put(const struct measure *measure, struct buf *out)
{
	const char *before = "";

	for (int flaw = 1; flaw <= FLAW_COUNT; flaw++) {
		const struct flaw_place *place = &measure->places[flaw];

		if (!has_flaw(measure, (enum flaw)flaw))
			continue;
		buf_put_format(out, "%s%s", before, word_text(flaw_words, flaw));
		if (place->field.len > 0 && flaw > FLAW_SEVERAL_FROM) {
			buf_put_char(out, ':');
			put_name(place->field, out);
		}
		if (place->octets > 0)
			buf_put_format(out, "=%llu", (unsigned long long)place->octets);
		before = ",";
	}
}
