/* SPDX-License-Identifier: ISC */
#include "supervisor/flood.h"

#include "process/log.h"

/* From then on: as many as anybody needs. */
#define SLOW_USEC 100000
#define SLOW_FRAMES 10

void
flood_measure(struct child *child, unsigned waiting)
{
	child->floods = waiting >= FLOOD_FRAMES ? child->floods + 1 : 0;
	if (child->floods < FLOOD_BEATS || child->is_flooding)
		return;
	child->is_flooding = true;
	log_write(LOG_LEVEL_ERROR, "child role=%s instance=%u pid=%d fills its channel without pause",
	    word_text(role_words, (int)child->role), child->instance, (int)child->pid);
	if (sd_event_source_set_ratelimit(child->channel_source, SLOW_USEC, SLOW_FRAMES) < 0)
		log_write(LOG_LEVEL_ERROR, "cannot read it more slowly");
}

void
flood_forget(struct child *child)
{
	if (child->is_flooding)
		(void)sd_event_source_set_ratelimit(child->channel_source, 0, 0);
	child->is_flooding = false;
	child->floods = 0;
}
