/* SPDX-License-Identifier: ISC */
/* What has the keeper come back to something after some seconds: the publisher's and the rotator's. */
#ifndef KEEPER_TIMER_H
#define KEEPER_TIMER_H

#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/error.h"

/* Comes for the first time at once. Freed by sd_event_source_disable_unref. */
MUST_CHECK enum status timer_new(sd_event *event, sd_event_time_handler_t handler, void *context,
    sd_event_source **ret_timer, struct error *err);

/* In so many seconds, whatever was said before; at once for none. Logs a failure. */
void timer_set(sd_event_source *timer, int64_t seconds);

#endif
