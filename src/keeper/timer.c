/* SPDX-License-Identifier: ISC */
#include "keeper/timer.h"

#include <errno.h>
#include <string.h>

#include "process/log.h"

#define USEC_PER_S 1000000U
#define ACCURACY_USEC 1000U

enum status
timer_new(sd_event *event, sd_event_time_handler_t handler, void *context,
    sd_event_source **ret_timer, struct error *err)
{
	int r = sd_event_add_time_relative(
	    event, ret_timer, CLOCK_MONOTONIC, 0, ACCURACY_USEC, handler, context);

	if (r >= 0)
		return STATUS_OK;
	errno = -r;
	return error_set_errno(err, "cannot make a timer");
}

void
timer_set(sd_event_source *timer, int64_t seconds)
{
	int r = sd_event_source_set_time_relative(
	    timer, (uint64_t)(seconds > 0 ? seconds : 0) * USEC_PER_S);

	if (r >= 0)
		r = sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
	if (r < 0)
		log_write(LOG_LEVEL_ERROR, "event=timer error=\"%s\"", strerrordesc_np(-r));
}
