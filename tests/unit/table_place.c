/* SPDX-License-Identifier: ISC */
#include "table_place.h"

#define START_MS 1000000
#define WAITS_MAX 100000

static void
open_views(struct table_place *place)
{
	place->table = place_open_writer(place->table_place, TABLE_MAP_BYTES);
	place->keyring = place_open_writer(place->keyring_place, TABLE_MAP_BYTES);
}

static void
close_views(struct table_place *place)
{
	view_close(&place->table);
	view_close(&place->keyring);
}

static void
start_publish(struct table_place *place)
{
	struct publish_options options = {
		.store = place->store,
		.table = place->table,
		.keyring = place->keyring,
		.vault_timeout_ms = TABLE_TIMEOUT_MS,
	};

	assert_int_equal(publish_new(&options, &place->publish), STATUS_OK);
}

int
table_place_make(void **state)
{
	struct table_place *place = calloc(1, sizeof(*place));
	void *part = NULL;

	assert_non_null(place);
	assert_int_equal(store_place_make(&part), 0);
	place->store_place = part;
	assert_int_equal(place_make(&part), 0);
	place->table_place = part;
	assert_int_equal(place_make(&part), 0);
	place->keyring_place = part;
	place->store = place->store_place->store;
	place->now_ms = START_MS;
	open_views(place);
	start_publish(place);
	*state = place;
	return 0;
}

int
table_place_remove(void **state)
{
	struct table_place *place = *state;
	void *table = place->table_place;
	void *keyring = place->keyring_place;
	void *store = place->store_place;
	int failed;

	publish_free(&place->publish);
	close_views(place);
	failed = place_remove(&table) | place_remove(&keyring) | store_place_remove(&store);
	free(place);
	return failed;
}

void
table_place_publish(struct table_place *place)
{
	struct error err = { "" };

	assert_ok(publish_catch_up(place->publish, place->now_ms, &place->again_at_ms, &err), &err);
}

void
table_place_restart(struct table_place *place)
{
	publish_free(&place->publish);
	start_publish(place);
}

void
table_place_rebuild(struct table_place *place)
{
	struct error err = { "" };

	publish_free(&place->publish);
	close_views(place);
	assert_ok(view_discard(place->table_place->directory, &err), &err);
	assert_ok(view_discard(place->keyring_place->directory, &err), &err);
	open_views(place);
	start_publish(place);
}

void
table_place_settle(struct table_place *place)
{
	table_place_publish(place);
	for (unsigned i = 0; place->again_at_ms != 0; i++) {
		assert_in_range(i, 0, WAITS_MAX);
		if (place->again_at_ms > place->now_ms)
			place->now_ms = place->again_at_ms;
		table_place_publish(place);
	}
}
