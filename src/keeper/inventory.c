/* SPDX-License-Identifier: ISC */
#include "keeper/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "keeper/timer.h"
#include "process/clock.h"
#include "process/counters.h"
#include "process/log.h"
#include "store/inventory.h"

#define USEC_PER_MS 1000U
#define SETS_AT_ONCE 500U /* some ms */
#define PAUSE_MS 50       /* between two parts */
#define REST_MS 5000      /* between two inventories */

_Static_assert((int)STORE_KEY_INACTIVE == (int)KEY_STATE_INACTIVE &&
        (int)STORE_KEY_ACTIVE == (int)KEY_STATE_ACTIVE &&
        (int)STORE_KEY_RETIRING == (int)KEY_STATE_RETIRING,
    "the states of the store are those of the page");
_Static_assert(STORE_TROUBLE_ROTATION < COUNTERS_TROUBLES, "every trouble has a counter");
_Static_assert(ALGORITHM_COUNT < COUNTERS_ALGORITHMS, "every algorithm has a counter");

struct inventory {
	struct keeper *keeper;
	sd_event_source *timer;
	struct store_inventory taken;
	bool has_failed; /* and it was said */
};

static void
show(const struct store_inventory *taken)
{
	struct counters *page = counters_own();

	for (size_t i = 0; i <= ALGORITHM_COUNT; i++) {
		for (size_t k = 0; k < STORE_KEY_STATES; k++)
			counter_set(&page->keys[i][k], taken->keys[i][k]);
	}
	for (size_t i = 0; i <= STORE_TROUBLE_ROTATION; i++)
		counter_set(&page->troubles[i], taken->troubles[i]);
	counter_set(&page->next_rotation_at, (uint64_t)taken->next_rotation_at);
	counter_set(&page->oldest_check_at, (uint64_t)taken->oldest_check_at);
	counter_set(&page->oldest_key_at, (uint64_t)taken->oldest_key_at);
	counter_set(&page->measured_at, (uint64_t)clock_wall_s());
}

/* Once: until it succeeds, the metrics say how old they are. */
static void
complain(const struct inventory *inventory, const struct error *err)
{
	if (!inventory->has_failed)
		log_write(LOG_LEVEL_ERROR, "event=inventory error=\"%s\"", err->text);
}

/* Takes the next part; how long until the one after it. */
static uint64_t
take(struct inventory *inventory)
{
	bool is_complete = false;
	struct error err = { "" };
	enum status status = store_take_inventory(
	    inventory->keeper->store, SETS_AT_ONCE, &inventory->taken, &is_complete, &err);

	if (status == STATUS_OK && !is_complete)
		return PAUSE_MS;
	if (status == STATUS_OK)
		show(&inventory->taken);
	else
		complain(inventory, &err);
	inventory->has_failed = status != STATUS_OK;
	inventory->taken = (struct store_inventory){ 0 };
	return REST_MS;
}

static int
on_timer(sd_event_source *source, uint64_t at, void *context)
{
	int r = sd_event_source_set_time_relative(source, take(context) * USEC_PER_MS);

	(void)at;
	if (r >= 0)
		r = sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
	if (r < 0)
		log_write(LOG_LEVEL_ERROR, "event=timer error=\"%s\"", strerrordesc_np(-r));
	return 0;
}

enum status
inventory_new(struct keeper *keeper, struct inventory **ret_inventory, struct error *err)
{
	struct inventory *inventory;
	enum status status;

	if (settings_text(keeper->settings, SETTING_METRICS_ADDRESS, 0)[0] == '\0')
		return STATUS_OK;
	inventory = calloc(1, sizeof(*inventory));
	if (inventory == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	inventory->keeper = keeper;
	status = timer_new(keeper->event, on_timer, inventory, &inventory->timer, err);
	if (status == STATUS_OK)
		*ret_inventory = inventory;
	else
		free(inventory);
	return status;
}

void
inventory_free(struct inventory **inventory)
{
	if (*inventory == NULL)
		return;
	sd_event_source_disable_unref((*inventory)->timer);
	free(*inventory);
	*inventory = NULL;
}
