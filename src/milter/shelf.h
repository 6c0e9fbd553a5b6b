/* SPDX-License-Identifier: ISC */
/*
 * The options in use. A message holds those of its beginning until it is over,
 * while others already begin with the next ones: what is put on the shelf is
 * freed when it is no longer there and nobody holds it. Any thread.
 */
#ifndef MILTER_SHELF_H
#define MILTER_SHELF_H

#include <pthread.h>

#include "milter/options.h"

struct shelf {
	pthread_mutex_t lock;
	struct options *current;
};

/* Takes options over, as shelf_replace does. */
void shelf_init(struct shelf *shelf, struct options *options);
void shelf_replace(struct shelf *shelf, struct options *options);

/* Those in use now; the caller's until shelf_release, which accepts NULL. */
struct options *shelf_hold(struct shelf *shelf);
void shelf_release(struct options **options);

#endif
