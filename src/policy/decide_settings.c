/* SPDX-License-Identifier: ISC */
#include "policy/decide_settings.h"

#include "keys/domain.h"

/* Far above what TABLE_LIST_MAX elements of each list need. */
#define ARENA_MAX (16U << 20)

/* What is being read. */
struct reader {
	const struct settings *settings;
	struct decide_settings *decide;
	struct error *err;
};

static enum status
fail_memory(const struct reader *r)
{
	return error_set(r->err, STATUS_NO_MEMORY, "no memory for the rules of signing");
}

/* Room for all values of a setting; NULL without memory. */
static void *
reserve(struct reader *r, enum setting setting, size_t size)
{
	return arena_alloc(&r->decide->arena, (settings_count(r->settings, setting) + 1) * size);
}

static struct slice
text_at(const struct reader *r, enum setting setting, unsigned index)
{
	return slice_from_text(settings_text(r->settings, setting, index));
}

/* ---- networks ---- */

static enum status
read_networks(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_TRUSTED_NETWORKS);
	struct network *networks = reserve(r, SETTING_TRUSTED_NETWORKS, sizeof(*networks));
	enum status status = STATUS_OK;
	size_t used = 0;

	if (networks == NULL)
		return fail_memory(r);
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		struct slice text = text_at(r, SETTING_TRUSTED_NETWORKS, i);

		if (slice_equal(text, SLICE_LITERAL("local")))
			r->decide->is_local_trusted = true;
		else
			status = network_parse(text, &networks[used++], r->err);
	}
	r->decide->trusted_networks = networks;
	r->decide->trusted_count = used;
	return status;
}

/* ---- keys ---- */

static enum status
read_domain(struct reader *r, enum setting setting, unsigned index, struct slice *ret_domain)
{
	struct slice text = text_at(r, setting, index);
	char domain[DOMAIN_MAX + 1];

	if (domain_normalize(text, domain) != STATUS_OK)
		return error_set(r->err, STATUS_INVALID, "%s:%u: \"%.*s\" is no domain",
		    settings_path(r->settings), settings_line(r->settings, setting, index),
		    SLICE_PRINT(domain_quote(text)));
	if (arena_copy(&r->decide->arena, slice_from_text(domain), ret_domain) != STATUS_OK)
		return fail_memory(r);
	return STATUS_OK;
}

static enum status
read_also_sign(struct reader *r)
{
	unsigned count = settings_count(r->settings, SETTING_ALSO_SIGN);
	struct decide_text *also = reserve(r, SETTING_ALSO_SIGN, sizeof(*also));
	enum status status = STATUS_OK;

	if (also == NULL)
		return fail_memory(r);
	if (count > DECIDE_ALSO_MAX)
		return error_set(r->err, STATUS_INVALID, "also_sign has too many domains");
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		also[i].line = settings_line(r->settings, SETTING_ALSO_SIGN, i);
		status = read_domain(r, SETTING_ALSO_SIGN, i, &also[i].text);
	}
	r->decide->also_sign = also;
	r->decide->also_count = count;
	return status;
}

static const enum unverified unverifieds[] = {
	[SETTING_UNVERIFIED_ACCEPT] = UNVERIFIED_ACCEPT,
	[SETTING_UNVERIFIED_FALLBACK] = UNVERIFIED_FALLBACK,
	[SETTING_UNVERIFIED_TEMPFAIL] = UNVERIFIED_TEMPFAIL,
	[SETTING_UNVERIFIED_REJECT] = UNVERIFIED_REJECT,
};

static enum status
read_unverified(struct reader *r)
{
	r->decide->unverified =
	    unverifieds[settings_number(r->settings, SETTING_UNVERIFIED_DOMAIN, 0)];
	r->decide->unverified_line = settings_line(r->settings, SETTING_UNVERIFIED_DOMAIN, 0);
	return STATUS_OK;
}

/* ---- fitness ---- */

static const struct {
	enum flaw flaw;
	enum setting setting;
} fits[] = {
	{ FLAW_NO_FROM, SETTING_FIT_NO_FROM },
	{ FLAW_SEVERAL_FROM, SETTING_FIT_SEVERAL_FROM },
	{ FLAW_DUPLICATE_FIELD, SETTING_FIT_DUPLICATE_FIELD },
	{ FLAW_LONG_HEADER_LINE, SETTING_FIT_LONG_HEADER_LINE },
	{ FLAW_LONG_BODY_LINE, SETTING_FIT_LONG_BODY_LINE },
	{ FLAW_EIGHT_BIT_HEADER, SETTING_FIT_EIGHT_BIT_HEADER },
	{ FLAW_EIGHT_BIT_BODY, SETTING_FIT_EIGHT_BIT_BODY },
	{ FLAW_EIGHT_BIT_UNDECLARED, SETTING_FIT_EIGHT_BIT_UNDECLARED },
	{ FLAW_BARE_CR, SETTING_FIT_BARE_CR },
	{ FLAW_BARE_LF, SETTING_FIT_BARE_LF },
	{ FLAW_NUL, SETTING_FIT_NUL },
};

static const enum decision fit_decisions[] = {
	[SETTING_FIT_SIGN] = DECISION_SIGN,
	[SETTING_FIT_SKIP] = DECISION_SKIP,
	[SETTING_FIT_REJECT] = DECISION_REJECT,
};

static enum status
read_fitness(struct reader *r)
{
	struct fitness_settings *fitness = &r->decide->fitness;

	fitness->line_max = settings_number(r->settings, SETTING_FIT_LINE_MAX, 0);
	for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
		enum setting setting = fits[i].setting;

		fitness->actions[fits[i].flaw] = fit_decisions[settings_number(r->settings, setting, 0)];
		fitness->lines[fits[i].flaw] = settings_line(r->settings, setting, 0);
	}
	return STATUS_OK;
}

/* ---- all of it ---- */

static enum status (*const parts[])(struct reader *r) = {
	read_networks,
	read_also_sign,
	read_unverified,
	read_fitness,
};

enum status
decide_settings_read(
    const struct settings *settings, struct decide_settings *ret_decide, struct error *err)
{
	struct decide_settings decide = { .identities = { IDENTITY_HEADER_FROM },
		.identity_count = 1 };
	struct reader r = { settings, &decide, err };
	enum status status = STATUS_OK;

	arena_init(&decide.arena, ARENA_MAX);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && status == STATUS_OK; i++)
		status = parts[i](&r);
	if (status == STATUS_OK)
		*ret_decide = decide;
	else
		arena_done(&decide.arena);
	return status;
}

void
decide_settings_free(struct decide_settings *decide)
{
	arena_done(&decide->arena);
	*decide = (struct decide_settings){ .identity_count = 0 };
}

bool
decide_settings_is_outbound(const struct settings *settings, unsigned listener)
{
	return settings_number(settings, SETTING_LISTENER_OUTBOUND, listener) == OUTBOUND_ALWAYS;
}

const char *
decide_settings_listener_name(const struct settings *settings, unsigned listener)
{
	const char *name = settings_text(settings, SETTING_LISTENER_NAME, listener);

	return name[0] != '\0' ? name : settings_text(settings, SETTING_LISTENER_ADDRESS, listener);
}
