/* SPDX-License-Identifier: ISC */
#include "policy/fitness.h"

#include "base/scan.h"

/* In the order of enum flaw. */
static const struct {
	enum flaw flaw;
	enum reason reason;
	const char *remedy;
} rows[FLAW_COUNT] = {
	{ FLAW_NO_FROM, REASON_NO_FROM, "add one (RFC 5322 section 3.6)" },
	{ FLAW_SEVERAL_FROM, REASON_SEVERAL_FROM, "leave one of them (RFC 5322 section 3.6)" },
	{ FLAW_DUPLICATE_FIELD, REASON_DUPLICATE_FIELD, "leave one of them (RFC 5322 section 3.6)" },
	{ FLAW_LONG_HEADER_LINE, REASON_LONG_HEADER_LINE, "fold it (RFC 5322 section 2.2.3)" },
	{ FLAW_LONG_BODY_LINE, REASON_LONG_BODY_LINE, "break it, or send quoted-printable or base64" },
	{ FLAW_EIGHT_BIT_HEADER, REASON_EIGHT_BIT_HEADER, "encode it (RFC 2047), or use SMTPUTF8" },
	{ FLAW_EIGHT_BIT_BODY, REASON_EIGHT_BIT_BODY, "send quoted-printable or base64" },
	{ FLAW_EIGHT_BIT_UNDECLARED, REASON_EIGHT_BIT_UNDECLARED,
	    "send MIME, quoted-printable or base64" },
	{ FLAW_BARE_CR, REASON_BARE_CR, "end lines with CR LF (RFC 5321 section 2.3.8)" },
	{ FLAW_BARE_LF, REASON_BARE_LF, "end lines with CR LF (RFC 5321 section 2.3.8)" },
	{ FLAW_NUL, REASON_NUL, "send base64" },
};

static const size_t no_row = FLAW_COUNT;

static size_t
find_row(enum reason reason)
{
	size_t i = 0;

	while (i < FLAW_COUNT && rows[i].reason != reason)
		i++;
	return i;
}

static bool
find_flaw(const struct fitness_settings *settings, flaw_set flaws, enum decision action,
    enum reason *ret_reason)
{
	for (size_t i = 0; i < FLAW_COUNT; i++) {
		enum flaw flaw = rows[i].flaw;

		if ((flaws & FLAW_BIT(flaw)) == 0 || settings->actions[flaw] != action)
			continue;
		*ret_reason = rows[i].reason;
		return true;
	}
	return false;
}

bool
fitness_judge(const struct fitness_settings *settings, flaw_set flaws, enum reason *ret_reason)
{
	return find_flaw(settings, flaws, DECISION_REJECT, ret_reason) ||
	    find_flaw(settings, flaws, DECISION_SKIP, ret_reason);
}

enum decision
fitness_decision(const struct fitness_settings *settings, enum reason reason)
{
	size_t row = find_row(reason);

	return row == no_row ? reason_row(reason)->decision : settings->actions[rows[row].flaw];
}

unsigned
fitness_line(const struct fitness_settings *settings, enum reason reason)
{
	size_t row = find_row(reason);

	return row == no_row ? 0 : settings->lines[rows[row].flaw];
}

/* A name that came from outside: what no name of a field has, and "%", becomes "?". */
static void
put_name(struct slice name, struct buf *out)
{
	struct slice cut = slice_first(slice_trim(name), 60);

	for (size_t i = 0; i < cut.len; i++) {
		char c = cut.ptr[i];

		buf_put_char(out, scan_is_alnum(c) || c == '-' || c == '_' ? c : '?');
	}
}

/* "1204 octets in the field Subject, at most 998", as much of it as there is to say. */
static void
put_where(const struct measure *measure, enum flaw flaw, struct buf *out)
{
	const struct flaw_place *place = &measure->places[flaw];

	buf_put_text(out, ": ");
	if (place->octets > 0)
		buf_put_format(out, "%llu octets ", (unsigned long long)place->octets);
	if (place->field.len > 0) {
		buf_put_text(out, "in the field ");
		put_name(place->field, out);
	} else {
		buf_put_format(out, "at octet %llu of the body", (unsigned long long)place->at);
	}
	if (place->octets > 0)
		buf_put_format(out, ", at most %zu", measure->line_max);
}

bool
fitness_put_text(enum reason reason, const struct measure *measure, struct buf *out)
{
	size_t row = find_row(reason);

	if (row == no_row)
		return false;
	buf_put_text(out, reason_row(reason)->text);
	if (rows[row].flaw == FLAW_DUPLICATE_FIELD) {
		buf_put_text(out, ": ");
		put_name(measure->places[FLAW_DUPLICATE_FIELD].field, out);
	} else if (rows[row].flaw > FLAW_DUPLICATE_FIELD) {
		put_where(measure, rows[row].flaw, out);
	}
	buf_put_format(out, "; %s", rows[row].remedy);
	return buf_status(out) == STATUS_OK;
}
