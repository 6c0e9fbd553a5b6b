/* SPDX-License-Identifier: ISC */
/*
 * Publishing a record in the provider zone: the server is asked what is there,
 * the update is sent on the condition that it still is, and then the server is
 * asked whether the record is there. A server may answer "no error" to what it
 * ignores. Where the zone is made by hand, the resolvers are asked whether the
 * record is there by now.
 */
#ifndef DNS_PUBLISHING_H
#define DNS_PUBLISHING_H

#include "dns/provider.h"
#include "dns/resolvers.h"

/*
 * Makes text the one TXT record at name, or removes all when it is empty; gives
 * up at until_ms, on clock_monotonic_ms.
 * STATUS_REFUSED: the server will not. STATUS_TIMEOUT, STATUS_UNAVAILABLE,
 * STATUS_INVALID: it could not be asked, or told. err says which, in words.
 */
MUST_CHECK enum status publishing_put(const struct provider *provider,
    const struct resolvers *resolvers, const char *name, struct slice text, uint32_t ttl,
    int64_t until_ms, struct error *err);

#endif
