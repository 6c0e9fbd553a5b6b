/* SPDX-License-Identifier: ISC */
/*
 * RFC 6376 §3.4 read plainly and slowly: what dkim/canon.h is held against, by
 * its unit test and by the fuzz targets.
 */
#ifndef PLAIN_CANON_H
#define PLAIN_CANON_H

#include "base/buf.h"
#include "dkim/canon.h"

/* Appends one header field without its final CRLF. */
void plain_header(enum canon canon, struct slice name, struct slice value, struct buf *out);

/* Appends a whole body. */
void plain_body(enum canon canon, struct slice body, struct buf *out);

#endif
