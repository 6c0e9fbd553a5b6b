/* SPDX-License-Identifier: ISC */
/*
 * The recursive name servers that are asked, in their order. Read once, before
 * the walls; then any thread.
 */
#ifndef DNS_RESOLVERS_H
#define DNS_RESOLVERS_H

#include "base/arena.h"
#include "base/error.h"
#include "dns/question.h"
#include "dns/server.h"
#include "settings/settings.h"

#define RESOLVERS_MAX 8
#define RESOLVERS_ANSWER_MAX_BYTES (RESOLVERS_MAX * ANSWER_MAX_BYTES) /* of an arena for one question to all of them */

struct resolvers {
	unsigned count;
	struct server servers[RESOLVERS_MAX];
	int timeout_ms; /* of one server */
};

/* Those of the settings; without any those of resolv.conf; without these one on this host, as resolv.conf(5) says. */
void resolvers_read(const struct settings *settings, struct resolvers *ret_resolvers);

/*
 * The first usable answer: NOERROR or NXDOMAIN. When no resolver has one:
 * STATUS_OK with the last refusal (its rcode), or the status of exchange_ask
 * when nobody even refused. *ret_server is who said so.
 */
MUST_CHECK enum status resolvers_ask(const struct resolvers *resolvers, const char *name,
    enum record_type type, int64_t until_ms, struct arena *arena, struct answer *ret_answer,
    const struct server **ret_server);

/* As resolvers_ask, for what they show when they do not check DNSSEC. */
MUST_CHECK enum status resolvers_ask_unchecked(const struct resolvers *resolvers,
    const char *name, enum record_type type, int64_t until_ms, struct arena *arena,
    struct answer *ret_answer);

#endif
