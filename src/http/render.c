/* SPDX-License-Identifier: ISC */
#include "http/render.h"

#include "http/family.h"

#define US_PER_S 1000000U
#define CELL sizeof(struct counter)

const char *
render_content_type(enum render_form form)
{
	return form == RENDER_OPENMETRICS
	    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
	    : "text/plain; version=0.0.4; charset=utf-8";
}

/* As seconds, with as many digits as it needs and one at least: "0.00025", "10.0". */
static void
put_seconds(struct buf *out, uint64_t us)
{
	unsigned digits = 6;
	uint64_t fraction = us % US_PER_S;

	while (digits > 1 && fraction % 10 == 0) {
		fraction /= 10;
		digits--;
	}
	buf_put_format(out, "%llu.%0*llu", (unsigned long long)(us / US_PER_S), (int)digits,
	    (unsigned long long)fraction);
}

/* ---- what is said of a family ---- */

static const char *
type_of(const struct family *family)
{
	static const char *const types[] = {
		[FAMILY_COUNTER] = "counter",
		[FAMILY_GAUGE] = "gauge",
		[FAMILY_TIME] = "gauge",
		[FAMILY_HISTOGRAM] = "histogram",
	};

	return types[family->kind];
}

/* Of samples always; the older form knows no other name of a counter. */
static const char *
suffix_of(const struct family *family, bool is_of_sample, enum render_form form)
{
	bool is_told = is_of_sample || form == RENDER_PROMETHEUS;

	return family->kind == FAMILY_COUNTER && is_told ? "_total" : "";
}

static void
put_head(struct buf *out, const struct family *family, enum render_form form)
{
	const char *suffix = suffix_of(family, false, form);

	buf_put_format(out, "# TYPE %s%s %s\n", family->name, suffix, type_of(family));
	if (family->unit != NULL && form == RENDER_OPENMETRICS)
		buf_put_format(out, "# UNIT %s %s\n", family->name, family->unit);
	buf_put_format(out, "# HELP %s%s %s\n", family->name, suffix, family->help);
}

/* ---- samples ---- */

/* Where one sample of a family has its counter, and what its labels say there. */
struct sample {
	const struct family *family;
	unsigned roles;
	size_t offset;
	int values[2];
};

static void
put_labels(struct buf *out, const struct sample *sample)
{
	for (size_t i = 0; i < 2 && sample->family->labels[i].name != NULL; i++) {
		const struct family_label *label = &sample->family->labels[i];

		buf_put_format(out, "%s%s=\"%s\"", i == 0 ? "{" : ",", label->name,
		    label->text(sample->values[i]));
	}
	if (sample->family->labels[0].name != NULL)
		buf_put_char(out, '}');
}

static bool
is_shown(const struct sample *sample, uint64_t value)
{
	const struct family *family = sample->family;

	if (value != 0)
		return true;
	if (family->kind == FAMILY_TIME)
		return false;
	return family->is_expected == NULL ||
	    family->is_expected(sample->values[0], sample->values[1]);
}

static void
put_sample(struct buf *out, const struct pages *pages, const struct sample *sample)
{
	uint64_t value = pages_sum(pages, sample->roles, sample->offset);

	if (!is_shown(sample, value))
		return;
	buf_put_text(out, sample->family->name);
	buf_put_text(out, suffix_of(sample->family, true, RENDER_OPENMETRICS));
	put_labels(out, sample);
	buf_put_format(out, " %llu\n", (unsigned long long)value);
}

/* The count is that of the buckets as they were read, whatever is counted meanwhile. */
static void
put_histogram(struct buf *out, const struct pages *pages, const struct family *family)
{
	size_t sum_at = family->offset + offsetof(struct counters_histogram, sum_us);
	uint64_t count = 0;

	for (size_t i = 0; i < COUNTERS_BUCKETS; i++) {
		count += pages_sum(pages, PAGES_ALL, family->offset + i * CELL);
		buf_put_format(out, "%s_bucket{le=\"", family->name);
		if (i < COUNTERS_BOUNDS)
			put_seconds(out, counters_bounds_us[i]);
		else
			buf_put_text(out, "+Inf");
		buf_put_format(out, "\"} %llu\n", (unsigned long long)count);
	}
	buf_put_format(out, "%s_sum ", family->name);
	put_seconds(out, pages_sum(pages, PAGES_ALL, sum_at));
	buf_put_format(out, "\n%s_count %llu\n", family->name, (unsigned long long)count);
}

static void
put_roles(struct buf *out, const struct pages *pages, const struct family *family)
{
	const struct family_label *label = &family->labels[0];

	for (int role = label->first; role <= label->last; role++) {
		struct sample sample = { family, ROLE_BIT((unsigned)role), family->offset, { role, 0 } };

		put_sample(out, pages, &sample);
	}
}

/* Of a family with fewer labels than two, those that it lacks have one value, 0. */
static void
put_cells(struct buf *out, const struct pages *pages, const struct family *family)
{
	const struct family_label *a = &family->labels[0];
	const struct family_label *b = &family->labels[1];
	size_t step = b->name != NULL ? family->row_bytes : CELL;

	for (int i = a->first; i <= a->last; i++) {
		for (int k = b->first; k <= b->last; k++) {
			struct sample sample = { family, PAGES_ALL,
				family->offset + (size_t)i * step + (size_t)k * CELL, { i, k } };

			put_sample(out, pages, &sample);
		}
	}
}

static void
put_family(struct buf *out, const struct pages *pages, const struct family *family)
{
	if (family->kind == FAMILY_HISTOGRAM)
		put_histogram(out, pages, family);
	else if (family->is_of_each_role)
		put_roles(out, pages, family);
	else
		put_cells(out, pages, family);
}

static void
put_build(struct buf *out, enum render_form form)
{
	bool is_open = form == RENDER_OPENMETRICS;
	const char *name = is_open ? "signetd_build" : "signetd_build_info";

	buf_put_format(out, "# TYPE %s %s\n", name, is_open ? "info" : "gauge");
	buf_put_format(out, "# HELP %s What is running.\n", name);
	buf_put_text(out, "signetd_build_info{version=\"" SIGNETD_VERSION "\"} 1\n");
}

void
render_pages(const struct pages *pages, enum render_form form, struct buf *out)
{
	put_build(out, form);
	for (size_t i = 0; i < family_count; i++) {
		put_head(out, &families[i], form);
		put_family(out, pages, &families[i]);
	}
	if (form == RENDER_OPENMETRICS)
		buf_put_text(out, "# EOF\n");
}
