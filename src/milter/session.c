/* SPDX-License-Identifier: ISC */
#include "milter/session.h"

#include <stdlib.h>

#include "base/buf.h"
#include "dkim/signer.h"
#include "milter/message.h"
#include "milter/report.h"
#include "milter/rewriting.h"
#include "milter/signing.h"
#include "milter/tally.h"
#include "process/clock.h"
#include "process/counters.h"
#include "process/role_start.h"

_Static_assert(DECIDE_SIGNATURE_MAX <= SIGNER_MAX && DECIDE_SIGNATURE_MAX <= ASK_CALLS_MAX,
    "all signatures of a message are made and asked for together");

#define DAEMON_NAME_MAX 63 /* as in the settings */

struct session {
	const struct session_house *house;
	struct options *options; /* of its message; NULL between two */
	struct session_rights rights;
	bool has_client;
	struct network client;
	char daemon_name[DAEMON_NAME_MAX + 1]; /* "": none, or one that no configuration can have */
	struct signer *signer;
	struct message message;
	struct verdict verdict; /* on the message, once its header is complete */
	bool is_signing;        /* and it will be signed */
	struct rewriting rewriting;
};

/* ---- life ---- */

enum status
session_new(const struct session_house *house, struct session **ret_session)
{
	struct session *session = calloc(1, sizeof(*session));
	enum status status = STATUS_NO_MEMORY;

	if (session == NULL)
		return status;
	session->house = house;
	counter_add(&counters_own()->connections, 1);
	counter_add(&counters_own()->sessions_open, 1);
	message_init(&session->message, house->pool);
	status = signer_new(&session->signer);
	if (status != STATUS_OK) {
		session_free(&session);
		return status;
	}
	*ret_session = session;
	return STATUS_OK;
}

void
session_free(struct session **session)
{
	if (*session == NULL)
		return;
	message_done(&(*session)->message);
	shelf_release(&(*session)->options);
	signer_free(&(*session)->signer);
	counter_subtract(&counters_own()->sessions_open, 1);
	free(*session);
	*session = NULL;
}

/* An idle connection holds no options that are not in use any more. */
void
session_abort(struct session *session)
{
	session->is_signing = false;
	message_forget(&session->message);
	shelf_release(&session->options);
}

/* ---- what the MTA says ---- */

void
session_allow(struct session *session, const struct session_rights *rights)
{
	session->rights = *rights;
}

void
session_connect(struct session *session, const struct sockaddr *client, const char *daemon_name)
{
	struct slice name = slice_from_text(daemon_name);

	if (name.len > DAEMON_NAME_MAX)
		name = SLICE_EMPTY;
	memcpy(session->daemon_name, name.ptr, name.len);
	session->daemon_name[name.len] = '\0';
	session->has_client =
	    client != NULL && network_from_sockaddr(client, &session->client) == STATUS_OK;
}

void
session_mail(struct session *session, const struct message_envelope *envelope)
{
	struct message_limits limits;

	session_abort(session);
	session->options = shelf_hold(session->house->shelf);
	limits = (struct message_limits){
		.header_max_bytes = session->options->header_max_bytes,
		.header_max_fields = session->options->header_max_fields,
	};
	message_begin(&session->message, envelope, &limits);
}

void
session_header(struct session *session, struct slice name, struct slice value)
{
	message_add_header(&session->message, name, value);
}

void
session_lose_header(struct session *session)
{
	session->message.failure = STATUS_NO_MEMORY;
}

/* ---- deciding ---- */

/* Nothing of mail that is not ours; nor of a header that was not kept whole: what it lacks may be in the rest. */
static const struct measure *
measure_of(const struct session *session)
{
	bool is_told = session->verdict.reason != REASON_NOT_OURS && session->message.failure == STATUS_OK;

	return is_told ? &session->message.measure : NULL;
}

static void
report_message(const struct session *session, const char *queue_id, int64_t started_us,
    const char *detail)
{
	const struct message *message = &session->message;
	const struct header_field *id = header_find(&message->header, SLICE_LITERAL("Message-ID"));
	struct report report = {
		.queue_id = queue_id,
		.message_id = id != NULL ? id->value : SLICE_EMPTY,
		.listener = session->options->listener_name,
		.settings = session->options->version,
		.verdict = &session->verdict,
		.from_domain = message->senders.count > 0 ? message->senders.domains[0] : SLICE_EMPTY,
		.envelope_domain = message->envelope_domain,
		.client = session->has_client ? &session->client : NULL,
		.login = message->login,
		.measure = measure_of(session),
		.header_bytes = message->header.bytes,
		.body_bytes = message->body_bytes,
		.duration_us = clock_monotonic_us() - started_us,
		.detail = detail,
	};

	report_write(&report);
	tally_message(&report, session->is_signing);
}

/* The message is over for us: as decided. */
static void
conclude(struct session *session, const char *queue_id, int64_t started_us, const char *detail,
    struct session_verdict *ret_verdict)
{
	static const enum session_action actions[] = {
		[DECISION_SIGN] = SESSION_ACCEPT,
		[DECISION_SKIP] = SESSION_ACCEPT,
		[DECISION_REJECT] = SESSION_REJECT,
		[DECISION_TEMPFAIL] = SESSION_TEMPFAIL,
	};
	struct verdict *verdict = &session->verdict;

	decide_name_flaw(verdict, &session->message.measure);
	report_message(session, queue_id, started_us, detail);
	*ret_verdict = (struct session_verdict){
		.action = actions[verdict->decision],
		.code = verdict->reply.code,
		.enhanced = verdict->reply.enhanced,
		.text = verdict->reply.text,
	};
	session_abort(session);
}

/* What fails without anybody else's doing: for want of memory that other messages have, or of our own. */
static enum reason
own_reason(const struct session *session)
{
	return message_is_crowded_out(&session->message) ? REASON_OVERLOAD : REASON_INTERNAL_ERROR;
}

/* The message is over for us: what was decided could not be done. */
static void
fail(struct session *session, const char *queue_id, enum reason reason, int64_t started_us,
    enum status status, struct session_verdict *ret_verdict)
{
	decide_fail(&session->verdict, reason);
	conclude(session, queue_id, started_us, status_name(status), ret_verdict);
}

static enum status
find_in_view(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	enum status status = view_table_find(context, org, domain, ret_list);

	if (status == STATUS_DAMAGED)
		role_leave_damaged_view("table");
	return status;
}

static void
decide_message(struct session *session)
{
	const struct session_house *house = session->house;
	struct match_source source = { .find = find_in_view, .context = house->table };
	struct decide_facts facts = {
		.listener = session->options->listener,
		.daemon_name = slice_from_text(session->daemon_name),
		.client = session->has_client ? &session->client : NULL,
	};

	message_fill_facts(&session->message, session->options->decide.org_header, &facts);
	facts.flaws = message_measure_header(&session->message, session->options->decide.fitness.line_max);
	decide(&session->options->decide, &facts, &source, &session->verdict);
}

/* ---- signing ---- */

static enum status
add_signature(struct session *session, const struct match_choice *choice, int64_t now)
{
	const struct options *options = session->options;
	const char *algorithm = word_text(algorithm_words, (int)choice->entry.algorithm);
	struct field_params params = {
		.algorithm = slice_from_text(algorithm),
		.header_canon = options->header_canon,
		.body_canon = options->body_canon,
		.domain = slice_from_text(choice->domain),
		.selector = slice_from_text(choice->entry.selector),
		.signed_at = now,
	};

	return signer_add(session->signer, &params);
}

static enum status
begin_signing(struct session *session)
{
	const struct verdict *verdict = &session->verdict;
	int64_t now = clock_wall_s();
	enum status status = rewriting_begin(&session->rewriting, session->options, verdict,
	    &session->message.header);

	if (status == STATUS_OK && !rewriting_is_allowed(&session->rewriting, &session->rights))
		status = STATUS_REFUSED;
	if (status == STATUS_OK)
		status = signer_begin(
		    session->signer, session->options->fields, &session->message.header);
	for (size_t i = 0; i < verdict->signature_count && status == STATUS_OK; i++)
		status = add_signature(session, &verdict->signatures[i].key, now);
	session->is_signing = status == STATUS_OK;
	return status;
}

/*
 * For want of memory. Whether mail is ours its header does not say: what is not
 * goes on, kept whole or not.
 */
static bool
is_lost(const struct session *session)
{
	const struct message *message = &session->message;

	if (message->failure == STATUS_OK)
		return false;
	if (!message->is_login_known)
		return true;
	return message->failure != STATUS_TOO_LARGE && session->verdict.reason != REASON_NOT_OURS;
}

static enum reason
reason_not_to_begin(const struct session *session, enum status status)
{
	if (status == STATUS_REFUSED)
		return REASON_NO_RIGHT;
	return status == STATUS_TOO_LARGE ? REASON_HEADER_TOO_LARGE : own_reason(session);
}

void
session_header_end(
    struct session *session, const char *queue_id, struct session_verdict *ret_verdict)
{
	int64_t started_us = clock_monotonic_us();
	struct message *message = &session->message;
	enum status status;

	*ret_verdict = (struct session_verdict){ .action = SESSION_CONTINUE };
	if (!message->is_open || session->is_signing)
		return;
	decide_message(session);
	if (is_lost(session)) {
		fail(session, queue_id, own_reason(session), started_us, message->failure, ret_verdict);
		return;
	}
	if (session->verdict.decision != DECISION_SIGN) {
		conclude(session, queue_id, started_us, NULL, ret_verdict);
		return;
	}
	status = begin_signing(session);
	if (status != STATUS_OK)
		fail(session, queue_id, reason_not_to_begin(session, status), started_us, status, ret_verdict);
}

void
session_body(struct session *session, struct slice bytes)
{
	if (!session->is_signing)
		return;
	session->message.body_bytes += bytes.len;
	measure_body(&session->message.measure, bytes);
	signer_put_body(session->signer, bytes);
}

/* On failure *ret_reason says whose it was. */
static enum status
sign_message(struct session *session, const struct session_editor *editor, enum reason *ret_reason)
{
	struct signing signing = {
		.signer = session->signer,
		.header = &session->message.header,
		.verdict = &session->verdict,
		.ask = session->house->ask,
		.vault_timeout_ms = session->options->vault_timeout_ms,
		.rewriting = &session->rewriting,
		.editor = editor,
	};

	return signing_run(&signing, ret_reason);
}

void
session_end(struct session *session, const char *queue_id, const struct session_editor *editor,
    struct session_verdict *ret_verdict)
{
	int64_t started_us = clock_monotonic_us();
	enum reason reason;
	enum status status;

	*ret_verdict = (struct session_verdict){ .action = SESSION_ACCEPT };
	if (!session->message.is_open)
		return;
	/* an MTA that sends no end of header: it is here */
	session_header_end(session, queue_id, ret_verdict);
	if (ret_verdict->action != SESSION_CONTINUE)
		return;
	measure_end(&session->message.measure);
	if (!decide_fitness(&session->options->decide, session->message.measure.flaws,
	        &session->verdict)) {
		conclude(session, queue_id, started_us, NULL, ret_verdict);
		return;
	}
	status = sign_message(session, editor, &reason);
	if (status == STATUS_OK)
		conclude(session, queue_id, started_us, NULL, ret_verdict);
	else
		fail(session, queue_id, reason == REASON_INTERNAL_ERROR ? own_reason(session) : reason,
		    started_us, status, ret_verdict);
}
