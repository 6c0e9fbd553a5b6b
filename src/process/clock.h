/* SPDX-License-Identifier: ISC */
/*
 * The two clocks. Only main functions and the message in the milter ask them;
 * layers below take `now` as an argument.
 */
#ifndef PROCESS_CLOCK_H
#define PROCESS_CLOCK_H

#include <stdint.h>

/* Milliseconds that only go forward, for timeouts. */
int64_t clock_monotonic_ms(void);

/* Microseconds that only go forward, for durations in the log. */
int64_t clock_monotonic_us(void);

/* Seconds since 1970, for t= and for records. May jump. */
int64_t clock_wall_s(void);

#endif
