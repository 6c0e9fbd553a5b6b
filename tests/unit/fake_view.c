/* SPDX-License-Identifier: ISC */
#include "fake_view.h"

#include <assert.h>
#include <stdlib.h>

struct view_write {
	struct view *view;
	struct fake_content content;
};

enum status
view_get_position(struct view *view, struct view_position *ret_position, struct error *err)
{
	if (view->is_damaged)
		return error_set(err, STATUS_DAMAGED, "fake damage");
	if (!view->has_position)
		return STATUS_NOT_FOUND;
	*ret_position = view->position;
	return STATUS_OK;
}

enum status
view_write_begin(struct view *view, struct view_write **ret_write, struct error *err)
{
	struct view_write *write = malloc(sizeof(*write));

	(void)err;
	assert(view->open == NULL && write != NULL);
	*write = (struct view_write){ .view = view, .content = view->content };
	view->open = write;
	*ret_write = write;
	return STATUS_OK;
}

void
view_write_abort(struct view_write **write)
{
	(*write)->view->open = NULL;
	free(*write);
	*write = NULL;
}

enum status
view_write_commit(
    struct view_write **write, const struct view_position *position, struct error *err)
{
	struct view *view = (*write)->view;

	(void)err;
	view->content = (*write)->content;
	view->position = *position;
	view->has_position = true;
	view->is_damaged = false;
	view->commits++;
	view_write_abort(write);
	return STATUS_OK;
}

enum status
view_write_clear(struct view_write *write, struct error *err)
{
	(void)err;
	memset(&write->content, 0, sizeof(write->content));
	return STATUS_OK;
}

static enum status
count_and_fail(struct view *view, struct error *err)
{
	view->puts++;
	if (view->fail_after == 0 || --view->fail_after > 0)
		return STATUS_OK;
	return error_set(err, view->fail_status != STATUS_OK ? view->fail_status : STATUS_SYSTEM,
	    "fake failure");
}

enum status
view_table_put(struct view_write *write, struct slice org, struct slice domain,
    const struct match_list *list, struct error *err)
{
	struct fake_content *c = &write->content;
	size_t i = 0;

	while (i < c->places && (!slice_equal(org, slice_from_text(c->place[i].org)) ||
				    !slice_equal(domain, slice_from_text(c->place[i].domain))))
		i++;
	if (i == c->places && list->count > 0)
		c->places++;
	assert(c->places <= FAKE_ENTRIES_MAX);
	if (list->count > 0) {
		memset(&c->place[i], 0, sizeof(c->place[i]));
		memcpy(c->place[i].org, org.ptr, org.len);
		memcpy(c->place[i].domain, domain.ptr, domain.len);
		c->place[i].list = *list;
	} else if (i < c->places) {
		c->place[i] = c->place[--c->places];
	}
	return count_and_fail(write->view, err);
}

static size_t
find_handle(const struct fake_content *c, const struct handle *handle)
{
	size_t i = 0;

	while (i < c->handles && memcmp(&c->handle[i], handle, sizeof(*handle)) != 0)
		i++;
	return i;
}

enum status
view_keyring_put(struct view_write *write, const struct handle *handle, const uint8_t *sealed,
    size_t len, struct error *err)
{
	struct fake_content *c = &write->content;
	size_t i = find_handle(c, handle);

	(void)sealed;
	if (len > 0 && i == c->handles) {
		assert(c->handles < FAKE_ENTRIES_MAX);
		c->handle[c->handles++] = *handle;
	} else if (len == 0 && i < c->handles) {
		c->handle[i] = c->handle[--c->handles];
	}
	return count_and_fail(write->view, err);
}

bool
fake_view_has_handle(const struct view *view, const struct handle *handle)
{
	return find_handle(&view->content, handle) < view->content.handles;
}
