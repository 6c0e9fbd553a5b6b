/* SPDX-License-Identifier: ISC */
#include "http/pages.h"

#include <stdio.h>
#include <unistd.h>

static enum status
take_one(struct pages *pages, enum role role, int fd, struct error *err)
{
	struct pages_entry *entry = &pages->list[pages->count];
	enum status status;

	if (pages->count == PAGES_MAX)
		return error_set(err, STATUS_TOO_LARGE, "too many pages of counters");
	status = counters_map(fd, &entry->page, err);
	if (status != STATUS_OK)
		return status;
	entry->role = role;
	pages->count++;
	return STATUS_OK;
}

/* The descriptor has done its duty. */
static enum status
take_and_close(struct pages *pages, enum role role, int fd, struct error *err)
{
	enum status status = take_one(pages, role, fd, err);

	(void)close(fd);
	return status;
}

static enum status
take_role(
    const struct inherit *inherit, enum role role, struct pages *pages, struct error *err)
{
	enum status status = STATUS_OK;

	for (unsigned instance = 0; instance < PAGES_MAX && status == STATUS_OK; instance++) {
		char name[32];
		int fd;

		(void)snprintf(name, sizeof(name), "%s%u", word_text(role_words, (int)role), instance);
		fd = inherit_optional_fd(inherit, name);
		if (fd < 0)
			return STATUS_OK;
		status = take_and_close(pages, role, fd, err);
	}
	return status;
}

enum status
pages_take(const struct inherit *inherit, struct pages *ret_pages, struct error *err)
{
	enum status status = STATUS_OK;

	ret_pages->count = 0;
	for (int role = 0; role < ROLE_COUNT && status == STATUS_OK; role++)
		status = take_role(inherit, (enum role)role, ret_pages, err);
	return status;
}

uint64_t
pages_sum(const struct pages *pages, unsigned roles, size_t offset)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < pages->count; i++) {
		const char *page = (const char *)pages->list[i].page;

		if ((roles & ROLE_BIT(pages->list[i].role)) != 0)
			sum += counter_get((const struct counter *)(const void *)(page + offset));
	}
	return sum;
}
