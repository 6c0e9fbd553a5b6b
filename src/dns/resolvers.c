/* SPDX-License-Identifier: ISC */
#include "dns/resolvers.h"

#include <stdio.h>

#include "dns/endpoint_server.h"
#include "dns/exchange.h"
#include "dns/resolv_conf.h"
#include "process/clock.h"

static const uint8_t this_host[4] = { 127, 0, 0, 1 };

void
resolvers_read(const struct settings *settings, struct resolvers *ret_resolvers)
{
	struct resolvers resolvers = {
		.timeout_ms = (int)settings_number(settings, SETTING_DNS_TIMEOUT, 0),
	};
	unsigned given = settings_count(settings, SETTING_DNS_RESOLVERS);

	for (unsigned i = 0; i < given && i < RESOLVERS_MAX; i++) {
		const char *text = settings_text(settings, SETTING_DNS_RESOLVERS, i);

		if (endpoint_server(text, &resolvers.servers[resolvers.count]) == STATUS_OK)
			resolvers.count++;
	}
	if (given == 0)
		resolvers.count = resolv_conf_read(resolvers.servers, RESOLVERS_MAX);
	if (resolvers.count == 0)
		server_set(&resolvers.servers[resolvers.count++], this_host, sizeof(this_host),
		    SERVER_PORT);
	*ret_resolvers = resolvers;
}

static bool
is_usable(const struct answer *answer)
{
	return answer->rcode == RCODE_NOERROR || answer->rcode == RCODE_NXDOMAIN;
}

/* No resolver may use up the time of those behind it. */
static int64_t
until_of(const struct resolvers *resolvers, int64_t until_ms)
{
	int64_t own_ms = clock_monotonic_ms() + resolvers->timeout_ms;

	return own_ms < until_ms ? own_ms : until_ms;
}

static enum status
ask(const struct resolvers *resolvers, struct question *question, int64_t until_ms,
    struct arena *arena, struct answer *ret_answer, const struct server **ret_server)
{
	enum status result = STATUS_UNAVAILABLE;

	for (unsigned i = 0; i < resolvers->count; i++) {
		const struct server *server = &resolvers->servers[i];
		struct answer answer;
		enum status status =
		    exchange_ask(server, question, until_of(resolvers, until_ms), arena, &answer);

		/* a refusal says more than silence */
		if (status != STATUS_OK && (result == STATUS_OK || i > 0))
			continue;
		result = status;
		*ret_server = server;
		if (status == STATUS_OK)
			*ret_answer = answer;
		if (status == STATUS_OK && is_usable(&answer))
			break;
	}
	return result;
}

enum status
resolvers_ask(const struct resolvers *resolvers, const char *name, enum record_type type,
    int64_t until_ms, struct arena *arena, struct answer *ret_answer,
    const struct server **ret_server)
{
	struct question question = { .type = type, .wants_recursion = true };

	(void)snprintf(question.name, sizeof(question.name), "%s", name);
	return ask(resolvers, &question, until_ms, arena, ret_answer, ret_server);
}

enum status
resolvers_ask_unchecked(const struct resolvers *resolvers, const char *name,
    enum record_type type, int64_t until_ms, struct arena *arena, struct answer *ret_answer)
{
	struct question question = {
		.type = type,
		.wants_recursion = true,
		.checking_disabled = true,
	};
	const struct server *server;

	(void)snprintf(question.name, sizeof(question.name), "%s", name);
	return ask(resolvers, &question, until_ms, arena, ret_answer, &server);
}
