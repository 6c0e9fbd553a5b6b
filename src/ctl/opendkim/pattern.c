/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/pattern.h"

#include "keys/domain.h"

/* opendkim escapes '.' and '+' alone: the others keep their meaning of regex(7). */
static const char regex_octets[] = "[](){}|?\\^$";

static bool
has_any(struct slice text, const char *octets)
{
	for (size_t i = 0; i < text.len; i++) {
		if (strchr(octets, text.ptr[i]) != NULL && text.ptr[i] != '\0')
			return true;
	}
	return false;
}

/* What is no domain is no sender's domain either. */
static enum pattern_kind
name(enum pattern_kind kind, struct slice text, enum pattern_kind otherwise, struct pattern *pattern)
{
	bool has_dot = slice_ends_with(text, SLICE_LITERAL("."));

	if (has_dot || domain_normalize(text, pattern->domain) != STATUS_OK)
		return otherwise;
	return kind;
}

static enum pattern_kind
read_glob_domain(struct slice text, struct pattern *pattern)
{
	struct slice rest = slice_after(text, 1);

	if (!has_any(text, "*"))
		return name(PATTERN_DOMAIN, text, PATTERN_NEVER, pattern);
	if (text.ptr[0] != '*' || has_any(rest, "*"))
		return PATTERN_ODD;
	if (rest.len == 0)
		return PATTERN_BELOW;
	if (rest.ptr[0] == '.')
		return name(PATTERN_BELOW, slice_after(rest, 1), PATTERN_ODD, pattern);
	return name(PATTERN_ENDING, rest, PATTERN_ODD, pattern);
}

/* Without an @, the wildcard in front has to stand for the user and it. */
static enum pattern_kind
read_glob(struct slice text, struct pattern *pattern)
{
	struct slice domain = text;
	struct slice user = slice_cut(&domain, '@');

	if (has_any(text, regex_octets))
		return PATTERN_ODD;
	if (user.len == text.len)
		return has_any(text, "*") ? read_glob_domain(text, pattern) : PATTERN_NEVER;
	if (user.len == 0 || domain.len == 0)
		return PATTERN_NEVER;
	if (!slice_equal(user, SLICE_LITERAL("*")))
		return PATTERN_USER;
	return read_glob_domain(domain, pattern);
}

static enum pattern_kind
read_exact(struct slice text, struct pattern *pattern)
{
	if (slice_equal(text, SLICE_LITERAL("*")))
		return PATTERN_BELOW;
	if (slice_starts_with(text, SLICE_LITERAL("*@")))
		return PATTERN_NEVER;
	if (has_any(text, "@"))
		return PATTERN_USER;
	if (text.len > 0 && text.ptr[0] == '.')
		return name(PATTERN_BELOW, slice_after(text, 1), PATTERN_NEVER, pattern);
	return name(PATTERN_DOMAIN, text, PATTERN_NEVER, pattern);
}

void
pattern_read(struct slice text, bool is_glob, struct pattern *ret_pattern)
{
	struct pattern pattern = { .domain = "" };

	pattern.kind = is_glob ? read_glob(text, &pattern) : read_exact(text, &pattern);
	if (pattern.kind > PATTERN_ENDING)
		pattern.domain[0] = '\0';
	*ret_pattern = pattern;
}

static const struct remark {
	const char *in_glob;
	const char *in_table;
} remarks[] = {
	[PATTERN_DOMAIN] = { NULL, NULL },
	[PATTERN_BELOW] = { NULL, NULL },
	[PATTERN_ENDING] = {
	    "it matched other domains that end alike, too: signetd compares whole labels", NULL },
	[PATTERN_USER] = { "names users: keys of signetd are for all senders of a domain",
	    "names a user: keys of signetd are for all senders of a domain" },
	[PATTERN_ODD] = { "a wildcard that is neither of a domain nor of what is below it", NULL },
	[PATTERN_NEVER] = { "opendkim never used it: no address looks like that",
	    "opendkim never used it: outside a refile: a wildcard is an ordinary character, and "
	    "this is no domain" },
};

const char *
pattern_remark(enum pattern_kind kind, bool is_glob)
{
	return is_glob ? remarks[kind].in_glob : remarks[kind].in_table;
}
