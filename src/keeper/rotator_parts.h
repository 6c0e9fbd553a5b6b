/* SPDX-License-Identifier: ISC */
/* The rotator from inside: keeper/rotator.c, journey.c and deeds.c alone. */
#ifndef KEEPER_ROTATOR_PARTS_H
#define KEEPER_ROTATOR_PARTS_H

#include "keeper/journey.h"
#include "keeper/keeper.h"

#define ROTATOR_UNDER_WAY_MAX 8
#define ROTATOR_LOOK_AGAIN_S 3600 /* when nothing is due: the clock may have been set */
#define ROTATOR_LATEST_S 86400    /* each set is looked at so often, however long its wait: likewise */
#define ROTATOR_RETRY_S 5         /* when the store, dns or the vault cannot be asked now */

struct rotator {
	struct keeper *keeper;
	struct rotation_policy policy;
	sd_event_source *timer;
	struct watcher watcher;
	struct journey journeys[ROTATOR_UNDER_WAY_MAX];
};

#endif
