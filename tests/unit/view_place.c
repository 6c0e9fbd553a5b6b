/* SPDX-License-Identifier: ISC */
#include "view_place.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

const struct view_position first_position = { .generation = { 7, 1, 2 }, .change = 1 };

/* Another uid must be able to pass; its group owns what is made in the directory. */
int
place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (place == NULL)
		return -1;
	(void)snprintf(place->parent, sizeof(place->parent), "/tmp/signetd-view-XXXXXX");
	assert_non_null(mkdtemp(place->parent));
	(void)snprintf(place->directory, sizeof(place->directory), "%s/view", place->parent);
	assert_int_equal(chmod(place->parent, 0711), 0);
	assert_int_equal(mkdir(place->directory, 0750), 0);
	if (geteuid() == 0)
		assert_int_equal(chown(place->directory, 0, OTHER_ID), 0);
	assert_int_equal(chmod(place->directory, 02750), 0);
	*state = place;
	return 0;
}

int
place_remove(void **state)
{
	struct place *place = *state;
	struct error err;
	int failed = view_discard(place->directory, &err) != STATUS_OK;

	(void)rmdir(place->directory);
	(void)rmdir(place->parent);
	free(place);
	return failed;
}

struct view *
place_open_writer(const struct place *place, uint64_t map_bytes)
{
	struct view *view = NULL;
	struct error err = { "" };

	if (view_open_writer(place->directory, map_bytes, &view, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return view;
}

struct view *
place_open_reader(const struct place *place, uint64_t map_bytes, unsigned max_readers)
{
	struct view *view = NULL;
	struct error err = { "" };

	if (view_open_reader(place->directory, map_bytes, max_readers, &view, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return view;
}

/* One key whose every part is made of n, so that a mixture of two is seen. */
struct match_list
list_of(unsigned n)
{
	struct match_list list = { .count = 1 };
	struct match_entry *entry = &list.entries[0];

	entry->algorithm = n % 2 == 0 ? ALGORITHM_RSA_SHA256 : ALGORITHM_ED25519_SHA256;
	entry->domain_match = MATCH_DOMAIN_ONLY;
	memset(entry->id.bytes, (int)(n & 0xff), ID_SIZE);
	memset(entry->handle.bytes, (int)(n & 0xff), ID_SIZE);
	(void)snprintf(entry->selector, sizeof(entry->selector), "sel%u", n);
	return list;
}

bool
list_is_whole(const struct match_list *list)
{
	const struct match_entry *entry = &list->entries[0];
	unsigned n = (unsigned)strtoul(entry->selector + 3, NULL, 10);
	struct match_list wanted = list_of(n);

	return list->count == 1 && entry->algorithm == wanted.entries[0].algorithm &&
	    memcmp(entry->id.bytes, wanted.entries[0].id.bytes, ID_SIZE) == 0 &&
	    memcmp(entry->handle.bytes, wanted.entries[0].handle.bytes, ID_SIZE) == 0;
}

enum status
list_write(struct view *view, struct slice domain, const struct match_list *list, uint64_t change)
{
	struct view_position position = first_position;
	struct view_write *write = NULL;
	enum status status = view_write_begin(view, &write, NULL);

	if (status != STATUS_OK)
		return status;
	status = view_table_put(write, LIT("main"), domain, list, NULL);
	position.change = change;
	if (status == STATUS_OK)
		return view_write_commit(&write, &position, NULL);
	view_write_abort(&write);
	return status;
}

void
list_must_write(struct view *view, struct slice domain, unsigned n)
{
	struct match_list list = list_of(n);

	assert_int_equal(list_write(view, domain, &list, n), STATUS_OK);
}

enum status
list_find(struct view *view, struct slice domain, struct match_list *ret_list)
{
	return view_table_find(view, LIT("main"), domain, ret_list);
}
