/* SPDX-License-Identifier: ISC */
/* What a child is sent of settings that are being agreed on: agreement.c alone. */
#ifndef SUPERVISOR_OFFERING_H
#define SUPERVISOR_OFFERING_H

#include "supervisor/child.h"

/* Offers it what is on offer: settings_step is CHILD_SETTINGS_OFFERED, settings_attempt a new one. */
void offering_send(struct child *child);

/* Tells it to use what it is prepared for: settings_step is CHILD_SETTINGS_SWAPPING. */
void offering_send_swap(struct child *child);

#endif
