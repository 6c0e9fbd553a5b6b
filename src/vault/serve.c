/* SPDX-License-Identifier: ISC */
#include "vault/serve.h"

#include <stdlib.h>

#include "base/passing.h"
#include "process/counters.h"
#include "process/log.h"
#include "process/pulse.h"
#include "process/role_line.h"
#include "process/settings_answer.h"
#include "vault/memory.h"

/* Who asked what. */
struct call {
	struct serve *serve;
	struct line *line;
	int descriptor; /* what came along; a handler that takes it makes it -1 */
};

_Static_assert(FRAME_SEALED_MAX == SEALED_MAX, "one size of a sealed key");
_Static_assert(FRAME_PUBLIC_KEY_MAX == PUBLIC_KEY_MAX, "one size of a public key");
_Static_assert(FRAME_SIGNATURE_MAX == KEY_SIGNATURE_MAX, "one size of a signature");
_Static_assert(FRAME_CHECK_SIZE == MASTER_CHECK_SIZE, "one size of the check value");
_Static_assert(FRAME_HANDLE_SIZE == ID_SIZE, "one size of a handle");
_Static_assert(ALGORITHM_COUNT < COUNTERS_ALGORITHMS, "every algorithm has a counter");
_Static_assert(STATUS_SYSTEM < COUNTERS_STATUSES, "every failure has a counter");

/* Of the algorithm that is asked for the vault has made sure only when it signed. */
static void
count(const struct frame_sign *request, const struct frame_signed *answer)
{
	struct counters *page = counters_own();

	if (answer->status == STATUS_OK)
		counter_add(&page->vault_signatures[request->algorithm], 1);
	else
		counter_add(&page->vault_failures[answer->status], 1);
}

static void
on_sign(void *context, const union frame *frame)
{
	const struct frame_sign *request = (const struct frame_sign *)frame;
	const struct call *call = context;
	struct frame_signed answer = { 0 };
	struct handle handle;
	size_t len = 0;

	memcpy(handle.bytes, request->handle, sizeof(handle.bytes));
	channel_head(
	    &answer.head, FRAME_SIGNED, sizeof(answer), request->head.epoch, request->head.id);
	answer.status = (uint32_t)signing_sign(&call->serve->signing, &handle,
	    (enum algorithm)request->algorithm, request->digest, answer.signature, &len);
	answer.signature_len = (uint32_t)len;
	count(request, &answer);
	lines_answer(call->line, &answer.head);
}

static void
on_generate(void *context, const union frame *frame)
{
	const struct call *call = context;

	workshop_generate(call->serve->workshop, (const struct frame_generate *)frame);
}

static void
on_import(void *context, const union frame *frame)
{
	struct call *call = context;

	workshop_import(call->serve->workshop, &frame->head, call->descriptor);
	call->descriptor = -1;
}

static void
on_reseal(void *context, const union frame *frame)
{
	const struct call *call = context;

	workshop_reseal(call->serve->workshop, (const struct frame_reseal *)frame);
}

static void
on_check(void *context, const union frame *frame)
{
	const struct call *call = context;
	struct frame_checked answer = { 0 };

	if (masters_name(call->serve->signing.masters, &answer) != STATUS_OK)
		return;
	channel_head(
	    &answer.head, FRAME_CHECKED, sizeof(answer), frame->head.epoch, frame->head.id);
	lines_answer(call->line, &answer.head);
}

/* Requests live in the kernel's buffers and are asked again by those who miss an answer. */
static void
on_peer(void *context, const union frame *frame)
{
	const struct call *call = context;

	lines_on_peer(call->serve->lines, (const struct frame_peer *)frame);
}

/* By whichever thread takes the next frame: were all of them stuck, none would. */
static void
on_ping(void *context, const union frame *frame)
{
	const struct call *call = context;

	pulse_answer(call->line->fd, frame);
}

static void
on_drain(void *context, const union frame *frame)
{
	const struct call *call = context;

	if (frame->head.epoch == call->serve->epoch)
		role_line_end();
}

/* What the vault uses of the settings takes a restart: all it has to say is that it is there. */
static void
on_settings(void *context, const union frame *frame)
{
	const struct call *call = context;

	settings_answer(call->line->fd, call->serve->epoch, (const struct frame_settings *)frame,
	    STATUS_OK, NULL);
}

static const struct frame_rule rules[] = {
	{ FRAME_SIGN, sizeof(struct frame_sign), ROLE_BIT(ROLE_MILTER), on_sign },
	{ FRAME_GENERATE, sizeof(struct frame_generate), ROLE_BIT(ROLE_KEEPER), on_generate },
	{ FRAME_IMPORT, sizeof(struct frame_plain), ROLE_BIT(ROLE_KEEPER), on_import },
	{ FRAME_RESEAL, sizeof(struct frame_reseal), ROLE_BIT(ROLE_KEEPER), on_reseal },
	{ FRAME_CHECK, sizeof(struct frame_plain), ROLE_BIT(ROLE_KEEPER), on_check },
	{ FRAME_PEER, sizeof(struct frame_peer), ROLE_BIT(ROLE_SUPERVISOR), on_peer },
	{ FRAME_DRAIN, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_drain },
	{ FRAME_SETTINGS, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_SETTINGS_SWAP, sizeof(struct frame_settings), ROLE_BIT(ROLE_SUPERVISOR), on_settings },
	{ FRAME_PING, sizeof(struct frame_plain), ROLE_BIT(ROLE_SUPERVISOR), on_ping },
};

static void *
thread_main(void *arg)
{
	struct serve *serve = arg;
	struct call call = { .serve = serve, .descriptor = -1 };
	union frame frame;

	while (lines_wait(serve->lines, &frame, &call.line, &call.descriptor) == STATUS_OK) {
		if (channel_dispatch(rules, sizeof(rules) / sizeof(rules[0]), call.line->peer, &frame,
		        &call) != STATUS_OK)
			lines_complain(call.line, &frame.head);
		passing_drop(&call.descriptor);
	}
	role_line_end();
}

void
serve_run(struct serve *serve, unsigned threads)
{
	for (unsigned started = 1; started < threads; started++) {
		if (memory_start_thread(thread_main, serve) != STATUS_OK) {
			log_write(LOG_LEVEL_WARNING, "threads=%u wanted=%u", started, threads);
			break;
		}
	}
	(void)thread_main(serve);
	abort(); /* thread_main ends the process */
}
