/* SPDX-License-Identifier: ISC */
#include "keys/rotation.h"

#include "base/buf.h"

#define DAY_S INT64_C(86400)
#define LONGEST_S (3650 * DAY_S)

/* A duration as one writes it in the configuration, in the largest unit in which it is whole. */
struct duration {
	char text[24];
};

static struct duration
duration_of(int64_t seconds)
{
	static const struct {
		int64_t seconds;
		char name;
	} units[] = { { DAY_S, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	struct duration duration;
	struct buf text;
	size_t i = 0;

	while (seconds % units[i].seconds != 0)
		i++;
	buf_init_fixed(&text, duration.text, sizeof(duration.text));
	buf_put_u64(&text, (uint64_t)(seconds / units[i].seconds));
	buf_put_char(&text, units[i].name);
	(void)buf_text(&text); /* ends it */
	return duration;
}

struct range {
	const char *name; /* of the setting */
	int64_t value_s;
	int64_t min_s;
};

static enum status
check_range(const struct range *range, struct error *err)
{
	if (range->value_s >= range->min_s && range->value_s <= LONGEST_S)
		return STATUS_OK;
	return error_set(err, STATUS_INVALID, "%s: %lld s is not between %lld s and %lld d",
	    range->name, (long long)range->value_s, (long long)range->min_s,
	    (long long)(LONGEST_S / DAY_S));
}

static enum status
check_ranges(const struct rotation_policy *policy, struct error *err)
{
	const struct range ranges[] = {
		{ "rotation.every", policy->every_s, 0 },
		{ "rotation.retire_after", policy->retire_after_s, 1 },
		{ "provider_zone.ttl", policy->ttl_s, 1 },
		{ "rotation.margin", policy->margin_s, 0 },
		/* it has to outlive the pause after a failure */
		{ "rotation.proof_life", policy->proof_life_s, 2 * ROTATION_RETRY_MAX_S },
		{ "rotation.queue_life", policy->queue_life_s, 0 },
		{ "rotation.signature_life", policy->signature_life_s, 0 },
	};
	enum status status = STATUS_OK;

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && status == STATUS_OK; i++)
		status = check_range(&ranges[i], err);
	return status;
}

static enum status
check_sums(const struct rotation_policy *policy, struct error *err)
{
	int64_t mail_s = policy->queue_life_s + policy->ttl_s + policy->signature_life_s;
	int64_t round_s = policy->retire_after_s + policy->ttl_s + 2 * policy->margin_s;

	if (policy->retire_after_s < mail_s)
		return error_set(err, STATUS_INVALID,
		    "rotation.retire_after: %s is shorter than queue_life, the ttl and "
		    "signature_life together, and mail on its way would lose its key; write at "
		    "least \"%s\"",
		    duration_of(policy->retire_after_s).text, duration_of(mail_s).text);
	if (policy->every_s != 0 && policy->every_s < round_s)
		return error_set(err, STATUS_INVALID,
		    "rotation.every: %s is shorter than one round, which takes retire_after, "
		    "the ttl and a margin for each of them; write at least \"%s\", or \"0s\" to "
		    "rotate by hand",
		    duration_of(policy->every_s).text, duration_of(round_s).text);
	return STATUS_OK;
}

enum status
rotation_check_policy(const struct rotation_policy *policy, struct error *err)
{
	enum status status = check_ranges(policy, err);

	return status == STATUS_OK ? check_sums(policy, err) : status;
}
