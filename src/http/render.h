/* SPDX-License-Identifier: ISC */
/* The metrics as text, in either of the two forms that Prometheus reads. Pure. */
#ifndef HTTP_RENDER_H
#define HTTP_RENDER_H

#include "base/buf.h"
#include "http/pages.h"

enum render_form {
	RENDER_OPENMETRICS = 1, /* OpenMetrics 1.0 */
	RENDER_PROMETHEUS,      /* text format 0.0.4 */
};

/* The value of Content-Type. */
const char *render_content_type(enum render_form form);

/* A failure is sticky in out. */
void render_pages(const struct pages *pages, enum render_form form, struct buf *out);

#endif
