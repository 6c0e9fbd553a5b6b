/* SPDX-License-Identifier: ISC */
/*
 * HTTP: GET /metrics and nothing else, by libmicrohttpd, which this file alone
 * knows. A request is a few kilobytes and a few seconds, or it is not answered;
 * a connection is one request. One thread.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "http/pages.h"

struct server;

/* Before the walls. Nobody is answered yet. listen_fd listens, and does not block. */
MUST_CHECK enum status server_new(
    int listen_fd, const struct pages *pages, struct server **ret_server, struct error *err);

/* Answers whoever asks, until fd (no part of it) can be read. */
MUST_CHECK enum status server_run(struct server *server, int fd, struct error *err);

#endif
