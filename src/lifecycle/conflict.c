/* SPDX-License-Identifier: ISC */
#include "lifecycle/conflict.h"

#include "lifecycle/audit_text.h"
#include "lifecycle/rotate.h"

/* ---- what would happen ---- */

/* What is looked for, and what has been found. */
struct search {
	const struct domain_key *key;
	struct lifecycle_others others;
};

static enum status
take_other(void *context, const struct domain_key *key)
{
	struct search *search = context;
	struct lifecycle_others *others = &search->others;

	if (key->set.algorithm != search->key->set.algorithm ||
	    memcmp(key->id.bytes, search->key->id.bytes, ID_SIZE) == 0)
		return STATUS_OK;
	if (others->count == CONFLICT_MAX)
		return STATUS_DAMAGED;
	others->keys[others->count++] = *key;
	return STATUS_OK;
}

enum status
lifecycle_find_others(struct store *store, const struct domain_key *key,
    struct lifecycle_others *ret_others, struct error *err)
{
	struct store_filter filter = {
		.org = key->org,
		.domain = key->set.domain,
		.only_active = true,
	};
	struct search search = { .key = key };
	enum status status;

	*err = (struct error){ 0 };
	status = store_list_keys(store, &filter, take_other, &search, err);
	if (status == STATUS_DAMAGED && err->text[0] == '\0')
		return error_set(err, status, "too many keys of %s are active", key->set.domain);
	if (status == STATUS_OK)
		*ret_others = search.others;
	return status;
}

enum status
lifecycle_find_plan(const struct lifecycle_others *others, const struct domain_key *before,
    enum domain_match match, struct conflict_plan *ret_plan, struct error *err)
{
	struct conflict_key active[CONFLICT_MAX + 1];
	struct conflict_key new = { before->id, match };
	size_t count = others->count;
	enum status status;

	for (size_t i = 0; i < count; i++)
		active[i] = (struct conflict_key){ others->keys[i].id,
			others->keys[i].domain_match };
	if (before->is_active)
		active[count++] = (struct conflict_key){ before->id, before->domain_match };
	status = conflict_find(active, count, &new, ret_plan);
	if (status != STATUS_OK)
		return error_set(err, STATUS_DAMAGED,
		    "two active keys of %s have the same domain_match", before->set.domain);
	return STATUS_OK;
}

/* ---- making it so ---- */

enum status
lifecycle_write_match(struct store *store, const struct domain_key *after, struct error *err)
{
	char id[ID_TEXT_SIZE];
	enum status status = store_update_key(store, after, err);

	if (status != STATUS_CONFLICT)
		return status;
	key_id_print(&after->id, id);
	return error_prepend(err, status, "%s cannot become %s", id,
	    word_text(domain_match_words, (int)after->domain_match));
}

static enum status
apply_effect(struct store *store, const struct lifecycle_by *by, const struct domain_key *before,
    const struct conflict_effect *effect, const struct key_id *because, struct error *err)
{
	struct domain_key after = *before;
	bool is_narrowed = effect->kind == CONFLICT_NARROWED;
	enum status status;

	if (effect->kind == CONFLICT_STAYS)
		return STATUS_OK;
	after.domain_match = effect->after;
	after.is_active = is_narrowed;
	if (!is_narrowed)
		after.deactivated_at = by->now;
	status = lifecycle_write_match(store, &after, err);
	if (status != STATUS_OK)
		return status;
	return audit_text_add(store, by, is_narrowed ? "key narrow" : "key deactivate", before,
	    &after, because, err);
}

static enum status
apply_effects(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_others *others, const struct conflict_plan *plan,
    const struct key_id *because, struct error *err)
{
	enum status status = STATUS_OK;

	for (size_t i = 0; i < plan->count && status == STATUS_OK; i++)
		status = apply_effect(
		    store, by, &others->keys[i], &plan->effects[i], because, err);
	return status;
}

/* An active key leaves its old place first: another one may be narrowed to it. */
static enum status
step_aside(struct store *store, const struct domain_key *key, struct error *err)
{
	struct domain_key aside = *key;

	aside.is_active = false;
	return lifecycle_write_match(store, &aside, err);
}

enum status
lifecycle_apply_plan(struct store *store, const struct lifecycle_by *by,
    const struct lifecycle_others *others, const struct domain_key *before,
    const struct lifecycle_outcome *outcome, struct error *err)
{
	enum status status = STATUS_OK;

	if (before->is_active)
		status = step_aside(store, &outcome->key, err);
	/* the others first: the place of the one active key must be free */
	if (status == STATUS_OK)
		status = apply_effects(store, by, others, &outcome->plan, &before->id, err);
	if (status == STATUS_OK)
		status = store_update_key(store, &outcome->key, err);
	if (status == STATUS_OK)
		status = lifecycle_begin_rotation(store, &before->set, by->now, err);
	return status;
}
