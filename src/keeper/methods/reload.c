/* SPDX-License-Identifier: ISC */
/* Reload: the supervisor does it, and says what came of it. */
#include <string.h>

#include "keeper/methods/methods.h"
#include "process/clock.h"

/* One that is under way, and then this one: each waits twice for an answer of the children, 5 s at most. */
#define RELOAD_MS 30000

static const struct param no_params[] = { { .name = NULL } };

static void
answer_reloaded(struct call *call, struct frame_reloaded *frame)
{
	struct error err = { "" };

	frame->sentence[sizeof(frame->sentence) - 1] = '\0';
	if (frame->status == STATUS_OK) {
		call_answer(call, json_pack("{s:I}", "settings_version", (json_int_t)frame->version));
		return;
	}
	/* what is wrong with the file is no parameter of the call */
	(void)error_set(&err, STATUS_REFUSED, "%s", frame->sentence);
	call_fail_status(call,
	    frame->status == STATUS_TIMEOUT || frame->status == STATUS_UNAVAILABLE ? STATUS_UNAVAILABLE
	                                                                         : STATUS_REFUSED,
	    NULL, &err);
}

static void
on_reloaded(void *context, enum status status, const union frame *answer)
{
	struct frame_reloaded frame;

	if (status == STATUS_OK) {
		memcpy(&frame, answer, sizeof(frame));
		answer_reloaded(context, &frame);
		return;
	}
	call_fail_message(context, CALL_ERROR_UNAVAILABLE,
	    "the supervisor has not said what came of it: see the log, and signetctl status");
}

void
reload_settings(struct call *call)
{
	struct frame_plain frame = { 0 };
	struct line_question question = {
		.frame = &frame.head,
		.size = sizeof(frame),
		.type = FRAME_RELOAD,
		.answer_type = FRAME_RELOADED,
		.answer_size = sizeof(struct frame_reloaded),
		.deadline_ms = clock_monotonic_ms() + RELOAD_MS,
	};

	if (!call_read(call, no_params, &frame))
		return;
	if (line_ask(call->keeper->supervisor, &question, on_reloaded, call) == STATUS_OK)
		keeper_watch_deadlines(call->keeper);
	else
		call_fail_message(
		    call, CALL_ERROR_UNAVAILABLE, "too many ask the supervisor: try again later");
}
