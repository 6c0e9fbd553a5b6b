/* SPDX-License-Identifier: ISC */
#include "supervisor/pages.h"

#include <stdio.h>

/* Somebody reads them only where there are metrics. */
static enum status
make(const struct children *children, struct page *ret_page, struct error *err)
{
	struct page page = { .reading_fd = -1 };
	enum status status = counters_make(&page.fd, err);

	if (status == STATUS_OK && children->plumbing->metrics.fd >= 0)
		status = counters_open_reading(page.fd, &page.reading_fd, err);
	if (status == STATUS_OK)
		*ret_page = page;
	return status;
}

enum status
pages_begin(struct children *children, int64_t now, struct error *err)
{
	enum status status = make(children, &children->page, err);

	if (status == STATUS_OK)
		status = counters_open(children->page.fd, err);
	if (status == STATUS_OK)
		counter_set(&counters_own()->started_at, (uint64_t)now);
	return status;
}

enum status
pages_add(struct child *child, struct error *err)
{
	return make(child->all, &child->page, err);
}

/* "milter0", "milter1", … */
static void
give_to_read(
    struct spawn *spawn, enum role role, unsigned instance, const struct page *page)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "%s%u", word_text(role_words, (int)role), instance);
	spawn_add_fd(spawn, name, page->reading_fd);
}

void
pages_give(const struct child *child, struct spawn *spawn)
{
	const struct children *all = child->all;

	spawn_add_fd(spawn, "counters", child->page.fd);
	if (child->role != ROLE_HTTP)
		return;
	give_to_read(spawn, ROLE_SUPERVISOR, 0, &all->page);
	for (unsigned i = 0; i < all->count; i++)
		give_to_read(spawn, all->list[i].role, all->list[i].instance, &all->list[i].page);
}

struct tally {
	uint64_t children;
	uint64_t ready;
	uint64_t restarts;
};

static struct tally
tally_role(const struct children *children, enum role role)
{
	struct tally tally = { 0 };

	for (unsigned i = 0; i < children->count; i++) {
		const struct child *child = &children->list[i];

		if (child->role != role)
			continue;
		tally.children++;
		tally.ready += child->is_ready ? 1 : 0;
		tally.restarts += child->epoch > 0 ? child->epoch - 1 : 0;
	}
	return tally;
}

void
pages_count(const struct children *children)
{
	struct counters *own = counters_own();

	for (int role = 0; role < ROLE_COUNT; role++) {
		struct tally tally = tally_role(children, (enum role)role);

		counter_set(&own->children[role], tally.children);
		counter_set(&own->children_ready[role], tally.ready);
		counter_set(&own->restarts[role], tally.restarts);
	}
}
