/* SPDX-License-Identifier: ISC */
#include "verdict/trail.h"

#include "base/slice.h"

static bool
is_same(const char *a, const char *b)
{
	return slice_equal_nocase(slice_from_text(a), slice_from_text(b));
}

/* Was this name left by a CNAME already? */
static bool
is_passed(const struct trail *trail, const char *name)
{
	for (unsigned i = 0; i < trail->hop_count; i++) {
		if (is_same(trail->hops[i]->owner, name))
			return true;
	}
	return false;
}

/* A hop back to a name that was left is the last. */
static void
add_hop(struct trail *trail, const struct sight_hop *hop)
{
	if (trail->chain != SIGHT_CHAIN_ENDS || trail->hop_count == TRAIL_HOPS_MAX)
		return;
	trail->hops[trail->hop_count++] = hop;
	trail->name = hop->target;
	if (is_passed(trail, hop->target))
		trail->chain = SIGHT_CHAIN_LOOPS;
	else if (trail->hop_count > SIGHT_HOPS_MAX)
		trail->chain = SIGHT_CHAIN_TOO_LONG;
}

static void
add_sight(struct trail *trail, const struct sight *sight)
{
	for (unsigned i = 0; i < sight->hop_count; i++)
		add_hop(trail, &sight->hops[i]);
	if (trail->chain == SIGHT_CHAIN_ENDS)
		trail->chain = sight->chain;
	trail->end = sight;
}

void
trail_of(const struct sight *sight, struct trail *ret_trail)
{
	*ret_trail = (struct trail){ .name = sight->asked };
	add_sight(ret_trail, sight);
}

/* The hop that leaves name, or NULL. */
static const struct sight_hop *
find_hop(const struct sight *sight, const char *name)
{
	for (unsigned i = 0; i < sight->hop_count; i++) {
		if (is_same(sight->hops[i].owner, name))
			return &sight->hops[i];
	}
	return NULL;
}

static bool
is_asked(const struct sight *target, const char *name)
{
	return target != NULL && is_same(target->asked, name);
}

static const char *
end_of(const struct sight *sight)
{
	return sight->hop_count > 0 ? sight->hops[sight->hop_count - 1].target : sight->asked;
}

static void
end_at(struct trail *trail, const struct sight *resolver)
{
	if (!is_same(end_of(resolver), trail->name))
		return;
	trail->end = resolver;
	trail->chain = resolver->chain;
}

/* Goes on from where it stands, by what the resolver knows; each hop leaves another name, so it ends. */
static void
follow(struct trail *trail, const struct sight *resolver, const struct sight *target)
{
	while (trail->chain == SIGHT_CHAIN_ENDS) {
		const struct sight_hop *hop = find_hop(resolver, trail->name);

		if (is_asked(target, trail->name)) {
			add_sight(trail, target);
			return;
		}
		if (hop == NULL) {
			end_at(trail, resolver);
			return;
		}
		add_hop(trail, hop);
	}
}

/* Does the zone itself say what is at the end? */
static bool
is_complete(const struct sight *sight)
{
	return sight->hop_count == 0 || sight_texts(sight) > 0 || sight->outcome == SIGHT_NO_NAME;
}

void
trail_join(const struct sight *first, const struct sight *resolver, const struct sight *target,
    struct trail *ret_trail)
{
	static const struct sight nothing = { .outcome = SIGHT_NONE };

	trail_of(first, ret_trail);
	if (ret_trail->chain != SIGHT_CHAIN_ENDS ||
	    (is_complete(first) && !is_asked(target, ret_trail->name)))
		return;
	ret_trail->end = NULL;
	follow(ret_trail, sight_is_answer(resolver) ? resolver : &nothing, target);
}

bool
trail_has_target(const struct trail *trail, const char *name)
{
	for (unsigned i = 0; i < trail->hop_count; i++) {
		if (is_same(trail->hops[i]->target, name))
			return true;
	}
	return false;
}
