/* SPDX-License-Identifier: ISC */
#include "milter/shelf.h"

void
shelf_init(struct shelf *shelf, struct options *options)
{
	(void)pthread_mutex_init(&shelf->lock, NULL);
	atomic_store(&options->holders, 1);
	shelf->current = options;
}

void
shelf_replace(struct shelf *shelf, struct options *options)
{
	struct options *old;

	atomic_store(&options->holders, 1);
	(void)pthread_mutex_lock(&shelf->lock);
	old = shelf->current;
	shelf->current = options;
	(void)pthread_mutex_unlock(&shelf->lock);
	shelf_release(&old);
}

struct options *
shelf_hold(struct shelf *shelf)
{
	struct options *options;

	(void)pthread_mutex_lock(&shelf->lock);
	options = shelf->current;
	(void)atomic_fetch_add(&options->holders, 1);
	(void)pthread_mutex_unlock(&shelf->lock);
	return options;
}

void
shelf_release(struct options **options)
{
	if (*options != NULL && atomic_fetch_sub(&(*options)->holders, 1) == 1)
		options_free(options);
	*options = NULL;
}
