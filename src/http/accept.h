/* SPDX-License-Identifier: ISC */
/* Which form of the metrics an Accept field asks for (RFC 9110 §12.5.1). Pure. */
#ifndef HTTP_ACCEPT_H
#define HTTP_ACCEPT_H

#include "base/slice.h"
#include "http/render.h"

/* The one with the higher q; OpenMetrics where both are as welcome, and where none was asked for. */
enum render_form accept_choose(struct slice accept);

#endif
