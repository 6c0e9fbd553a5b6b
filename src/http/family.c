/* SPDX-License-Identifier: ISC */
#include "http/family.h"

#include "keys/dns_code.h"
#include "keys/record.h"
#include "policy/reason.h"
#include "process/counters.h"

/* ---- the values of labels ---- */

static const struct word key_state_words[] = {
	{ KEY_STATE_INACTIVE, "inactive" },
	{ KEY_STATE_ACTIVE, "active" },
	{ KEY_STATE_RETIRING, "retiring" },
	{ 0, NULL },
};

/* Of the store (store/store.h), which is not ours to link. */
static const struct word trouble_words[] = {
	{ 1, "dns" },
	{ 2, "publication" },
	{ 3, "rotation" },
	{ 0, NULL },
};

static const char *
decision_text(int value)
{
	return word_text(decision_words, value);
}

static const char *
reason_text(int value)
{
	return reason_row((enum reason)value)->word;
}

static const char *
algorithm_text(int value)
{
	return word_text(algorithm_words, value);
}

static const char *
status_text(int value)
{
	return status_name((enum status)value);
}

static const char *
dns_code_text(int value)
{
	return word_text(dns_code_words, value);
}

static const char *
role_text(int value)
{
	return word_text(role_words, value);
}

static const char *
key_state_text(int value)
{
	return word_text(key_state_words, value);
}

static const char *
trouble_text(int value)
{
	return word_text(trouble_words, value);
}

/* Others the configuration may bring about. */
static bool
is_usual_decision(int decision, int reason)
{
	return reason_row((enum reason)reason)->decision == (enum decision)decision;
}

/* ---- the table ---- */

#define AT(member) .offset = offsetof(struct counters, member)
#define ROW_OF(member) .row_bytes = sizeof(((struct counters *)0)->member[0])
#define DECISIONS { "decision", DECISION_SIGN, DECISION_TEMPFAIL, decision_text }
#define REASONS { "reason", REASON_SIGNED, REASON_INTERNAL_ERROR, reason_text }
#define ALGORITHMS { "algorithm", ALGORITHM_RSA_SHA256, ALGORITHM_ED25519_SHA256, algorithm_text }
#define STATES { "state", KEY_STATE_INACTIVE, KEY_STATE_RETIRING, key_state_text }
#define TROUBLES { "kind", 1, 3, trouble_text }
#define CODES { "code", DNS_CODE_NONE, DNS_CODE_UNREACHABLE, dns_code_text }
#define OUTCOMES { "outcome", STATUS_OK, STATUS_SYSTEM, status_text }
#define CAUSES { "cause", STATUS_NOT_FOUND, STATUS_SYSTEM, status_text }
#define ROLES { "role", ROLE_MILTER, ROLE_HTTP, role_text }
#define EVERY_ROLE { "role", ROLE_SUPERVISOR, ROLE_HTTP, role_text }

const struct family families[] = {
	{ .name = "signetd_start_time_seconds", .kind = FAMILY_TIME, .unit = "seconds",
	    .help = "When the daemon was started.", AT(started_at) },
	{ .name = "signetd_children", .kind = FAMILY_GAUGE,
	    .help = "Processes that there should be.", AT(children), .labels = { ROLES } },
	{ .name = "signetd_children_ready", .kind = FAMILY_GAUGE,
	    .help = "Processes that serve now.", AT(children_ready), .labels = { ROLES } },
	{ .name = "signetd_child_restarts", .kind = FAMILY_COUNTER,
	    .help = "Processes that were started again, for whatever reason.", AT(restarts),
	    .labels = { ROLES } },
	{ .name = "signetd_log_dropped_lines", .kind = FAMILY_COUNTER,
	    .help = "Lines of the log that were lost because it could not keep up.", AT(log_dropped),
	    .labels = { EVERY_ROLE }, .is_of_each_role = true },

	{ .name = "signetd_connections", .kind = FAMILY_COUNTER,
	    .help = "Connections of mail servers that were served.", AT(connections) },
	{ .name = "signetd_connections_refused", .kind = FAMILY_COUNTER,
	    .help = "Connections of mail servers that were told to come again later, for want of room.",
	    AT(connections_refused) },
	{ .name = "signetd_sessions_open", .kind = FAMILY_GAUGE,
	    .help = "Connections of mail servers that are served now.", AT(sessions_open) },
	{ .name = "signetd_messages", .kind = FAMILY_COUNTER,
	    .help = "Messages by what was done with them and why.", AT(messages), ROW_OF(messages),
	    .labels = { DECISIONS, REASONS }, .is_expected = is_usual_decision },
	{ .name = "signetd_signatures", .kind = FAMILY_COUNTER,
	    .help = "Signatures put into messages.", AT(signatures), .labels = { ALGORITHMS } },
	{ .name = "signetd_message_header_bytes", .kind = FAMILY_COUNTER, .unit = "bytes",
	    .help = "Octets of headers that were read.", AT(header_bytes) },
	{ .name = "signetd_message_body_bytes", .kind = FAMILY_COUNTER, .unit = "bytes",
	    .help = "Octets of bodies that were read; those of mail that is not signed are not.",
	    AT(body_bytes) },
	{ .name = "signetd_answer_seconds", .kind = FAMILY_HISTOGRAM, .unit = "seconds",
	    .help = "From the end of a message to our answer, waiting for the vault included.",
	    AT(answer) },

	{ .name = "signetd_vault_wait_seconds", .kind = FAMILY_HISTOGRAM, .unit = "seconds",
	    .help = "How long a message waited for its signatures.", AT(vault_wait) },
	{ .name = "signetd_vault_waiting", .kind = FAMILY_GAUGE,
	    .help = "Messages that wait for their signatures now.", AT(vault_waiting) },
	{ .name = "signetd_vault_signatures", .kind = FAMILY_COUNTER,
	    .help = "Signatures made.", AT(vault_signatures), .labels = { ALGORITHMS } },
	{ .name = "signetd_vault_failures", .kind = FAMILY_COUNTER,
	    .help = "Signatures that could not be made.", AT(vault_failures), .labels = { CAUSES } },
	{ .name = "signetd_vault_cache_hits", .kind = FAMILY_COUNTER,
	    .help = "Signatures whose key was at hand.", AT(cache_hits) },
	{ .name = "signetd_vault_cache_misses", .kind = FAMILY_COUNTER,
	    .help = "Signatures whose key had to be unsealed first.", AT(cache_misses) },

	{ .name = "signetd_dns_looks", .kind = FAMILY_COUNTER,
	    .help = "Looks at the record of a key, by what was seen.", AT(dns_looks),
	    .labels = { CODES } },
	{ .name = "signetd_dns_updates", .kind = FAMILY_COUNTER,
	    .help = "Updates of the provider zone, by what came of them.", AT(dns_updates),
	    .labels = { OUTCOMES } },

	{ .name = "signetd_keys", .kind = FAMILY_GAUGE,
	    .help = "Domain keys by state.", AT(keys), ROW_OF(keys), .labels = { ALGORITHMS, STATES } },
	{ .name = "signetd_troubles", .kind = FAMILY_GAUGE,
	    .help = "What somebody should look at: signetctl status names it.", AT(troubles),
	    .labels = { TROUBLES } },
	{ .name = "signetd_next_rotation_timestamp_seconds", .kind = FAMILY_TIME, .unit = "seconds",
	    .help = "When the next key set is due to switch to its next key.", AT(next_rotation_at) },
	{ .name = "signetd_oldest_dns_check_timestamp_seconds", .kind = FAMILY_TIME, .unit = "seconds",
	    .help = "When the record of a key that signs was looked at, of the longest ago.",
	    AT(oldest_check_at) },
	{ .name = "signetd_oldest_signing_key_timestamp_seconds", .kind = FAMILY_TIME,
	    .unit = "seconds", .help = "Since when the oldest key that signs is in its place.",
	    AT(oldest_key_at) },
	{ .name = "signetd_keeper_measured_timestamp_seconds", .kind = FAMILY_TIME, .unit = "seconds",
	    .help = "When keys, troubles and the times above were counted.", AT(measured_at) },
};

const size_t family_count = sizeof(families) / sizeof(families[0]);
