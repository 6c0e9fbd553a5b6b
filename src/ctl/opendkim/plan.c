/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/planning.h"

#include <stdlib.h>

enum status
planning_room(struct planning *p, size_t count, size_t size, void *ret_pointer)
{
	void *memory = arena_alloc(p->source->arena, (count + 1) * size);

	if (memory == NULL)
		return STATUS_NO_MEMORY;
	memset(memory, 0, (count + 1) * size);
	memcpy(ret_pointer, &memory, sizeof(memory));
	return STATUS_OK;
}

enum status
planning_add_key(struct planning *p, const struct signature *signature, enum domain_match match)
{
	struct plan_key *key = &p->plan->keys[p->plan->key_count++];

	*key = (struct plan_key){ .key = signature->key, .domain = signature->domain };
	key->domain_match = match;
	signature->key->is_planned = true;
	key->path =
	    signing_key_path(p->source, signature->key, p->tables->base, signature->domain);
	return key->path != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static int
compare_keys(const void *left, const void *right)
{
	const struct plan_key *a = left;
	const struct plan_key *b = right;
	int order = slice_compare(a->domain, b->domain);

	return order != 0 ? order : (int)a->domain_match - (int)b->domain_match;
}

/* also_sign points into the keys, which have to be sorted first. */
static enum status
add_keys(struct planning *p)
{
	struct plan *plan = p->plan;
	enum status status =
	    planning_room(p, plan->sender_count + PLAN_ALSO_MAX, sizeof(*plan->keys), &plan->keys);

	if (status == STATUS_OK)
		status = planning_add_own(p);
	if (status == STATUS_OK)
		status = planning_add_also(p);
	return status;
}

static void
sort_keys(struct plan *plan)
{
	struct plan_key also[PLAN_ALSO_MAX];

	for (size_t i = 0; i < plan->also_count; i++)
		also[i] = *plan->also_sign[i];
	qsort(plan->keys, plan->key_count, sizeof(*plan->keys), compare_keys);
	for (size_t i = 0; i < plan->also_count; i++) {
		for (size_t k = plan_find_keys(plan, also[i].domain); k < plan->key_count; k++) {
			if (plan->keys[k].key == also[i].key)
				plan->also_sign[i] = &plan->keys[k];
			if (plan->keys[k].key == also[i].key)
				break;
		}
	}
}

static void
mark_differences(const struct plan *plan)
{
	for (size_t i = 0; i < plan->sender_count; i++) {
		const struct senders *senders = &plan->senders[i];
		bool differs = !plan_is_same(plan, senders);

		for (size_t k = 0; k < senders->count; k++)
			senders->signatures[k].rule->differs |= differs;
	}
}

enum status
plan_make(struct source *source, const struct tables *tables, struct plan *ret_plan)
{
	struct plan plan = { .sender_count = 0 };
	struct planning p = { source, tables, &plan };
	enum status status = planning_find_senders(&p);

	for (size_t i = 0; i < plan.sender_count && status == STATUS_OK; i++)
		status = planning_sign_as_opendkim(&p, &plan.senders[i]);
	if (status == STATUS_OK)
		status = add_keys(&p);
	if (status != STATUS_OK)
		return status;
	sort_keys(&plan);
	mark_differences(&plan);
	*ret_plan = plan;
	return STATUS_OK;
}
