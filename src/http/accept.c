/* SPDX-License-Identifier: ISC */
#include "http/accept.h"

#include "base/scan.h"

#define Q_MAX 1000 /* q=1, in thousandths */

/* "0.75" is 750; what is no q counts as none at all. */
static unsigned
read_q(struct slice text)
{
	struct slice fraction = text;
	struct slice whole = slice_cut(&fraction, '.');
	unsigned q = slice_equal(whole, SLICE_LITERAL("1")) ? Q_MAX : 0;
	unsigned worth = Q_MAX / 10;

	if (q == 0 && !slice_equal(whole, SLICE_LITERAL("0")))
		return 0;
	for (size_t i = 0; i < fraction.len && i < 3; i++, worth /= 10) {
		if (!scan_is_digit(fraction.ptr[i]))
			return 0;
		q += (unsigned)(fraction.ptr[i] - '0') * worth;
	}
	return q < Q_MAX ? q : Q_MAX;
}

/* Of the parameters behind a media type. */
static unsigned
find_q(struct slice parameters)
{
	while (parameters.len > 0) {
		struct slice value = slice_cut(&parameters, ';');
		struct slice name = slice_trim(slice_cut(&value, '='));

		if (slice_equal_nocase(name, SLICE_LITERAL("q")))
			return read_q(slice_trim(value));
	}
	return Q_MAX;
}

/* The more a range names, the more it counts; 0: it is not of this type. */
static unsigned
measure_fit(struct slice range, struct slice type, struct slice all_of_kind)
{
	if (slice_equal_nocase(range, type))
		return 3;
	if (slice_equal_nocase(range, all_of_kind))
		return 2;
	return slice_equal(range, SLICE_LITERAL("*/*")) ? 1 : 0;
}

/* Of the range that fits best, and of several such the highest: a type may be named in several versions. */
static unsigned
q_of(struct slice accept, struct slice type, struct slice all_of_kind)
{
	unsigned best_fit = 0;
	unsigned best_q = 0;

	while (accept.len > 0) {
		struct slice rest = slice_cut(&accept, ',');
		struct slice range = slice_trim(slice_cut(&rest, ';'));
		unsigned fit = measure_fit(range, type, all_of_kind);
		unsigned q = find_q(rest);

		if (fit == 0 || fit < best_fit)
			continue;
		best_q = fit > best_fit || q > best_q ? q : best_q;
		best_fit = fit;
	}
	return best_q;
}

enum render_form
accept_choose(struct slice accept)
{
	unsigned open = q_of(accept, SLICE_LITERAL("application/openmetrics-text"),
	    SLICE_LITERAL("application/*"));
	unsigned plain = q_of(accept, SLICE_LITERAL("text/plain"), SLICE_LITERAL("text/*"));

	return plain > open ? RENDER_PROMETHEUS : RENDER_OPENMETRICS;
}
