/* SPDX-License-Identifier: ISC */
/*
 * What was seen, told line by line for a person: each CNAME, each record, and
 * what each of the zone's name servers said. Pure. Values come from anybody:
 * what is not printable ASCII is a "?".
 */
#ifndef VERDICT_STORY_H
#define VERDICT_STORY_H

#include "base/buf.h"
#include "verdict/observation.h"

/* Lines end with LF. What has no room any more is left out whole, line by line. */
void story_tell(const struct observation *observation, struct buf *out);

#endif
