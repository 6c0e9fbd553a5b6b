/* SPDX-License-Identifier: ISC */
#include "keeper/line.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/passing.h"

/* How long to wait before a frame the channel had no room for is tried again. */
#define RETRY_MS 100

struct request {
	uint64_t id; /* 0: a free place */
	bool is_sent;
	bool is_resent;
	enum frame_type answer_type;
	size_t answer_size;
	int64_t deadline_ms;
	int descriptor; /* beside the frame, ours; or -1 */
	line_answer *answer;
	void *context;
	union {
		struct frame_head head;
		uint8_t bytes[LINE_REQUEST_SIZE];
	} frame;
};

struct line {
	struct line_options options;
	uint64_t last_id;
	uint64_t dropped;
	struct request requests[LINE_REQUESTS_MAX];
};

enum status
line_new(const struct line_options *options, struct line **ret_line)
{
	struct line *line = calloc(1, sizeof(*line));

	if (line == NULL)
		return STATUS_NO_MEMORY;
	line->options = *options;
	*ret_line = line;
	return STATUS_OK;
}

/* The place is free before the callback runs, which may ask again. */
static void
end(struct request *request, enum status status, const union frame *answer)
{
	line_answer *call = request->answer;
	void *context = request->context;

	request->id = 0;
	passing_drop(&request->descriptor);
	call(context, status, answer);
}

void
line_free(struct line **line)
{
	if (*line == NULL)
		return;
	for (size_t i = 0; i < LINE_REQUESTS_MAX; i++) {
		if ((*line)->requests[i].id != 0)
			end(&(*line)->requests[i], STATUS_UNAVAILABLE, NULL);
	}
	free(*line);
	*line = NULL;
}

static struct request *
find(struct line *line, uint64_t id)
{
	for (size_t i = 0; i < LINE_REQUESTS_MAX; i++) {
		if (line->requests[i].id == id)
			return &line->requests[i];
	}
	return NULL;
}

/* Any failure counts as no room: the deadline ends the trying. */
static void
send_request(struct line *line, struct request *request)
{
	int fd = line->options.fd;
	const struct frame_head *frame = &request->frame.head;
	enum status status = request->descriptor >= 0
	    ? channel_send_passing(fd, frame, request->descriptor) : channel_send(fd, frame);

	request->is_sent = status == STATUS_OK;
}

enum status
line_ask_passing(struct line *line, const struct line_question *question, int descriptor,
    line_answer *answer, void *context)
{
	struct request *request = find(line, 0);

	assert(question->size <= LINE_REQUEST_SIZE);
	if (request == NULL)
		return STATUS_UNAVAILABLE;
	*request = (struct request){
		.id = ++line->last_id,
		.answer_type = question->answer_type,
		.answer_size = question->answer_size,
		.deadline_ms = question->deadline_ms,
		.descriptor = descriptor,
		.answer = answer,
		.context = context,
	};
	channel_head(
	    question->frame, question->type, question->size, line->options.epoch, request->id);
	memcpy(request->frame.bytes, question->frame, question->size);
	send_request(line, request);
	return STATUS_OK;
}

enum status
line_ask(struct line *line, const struct line_question *question, line_answer *answer,
    void *context)
{
	return line_ask_passing(line, question, -1, answer, context);
}

static void
take_frame(struct line *line, const union frame *frame)
{
	const struct line_options *options = &line->options;
	const struct frame_head *head = &frame->head;
	struct request *request = head->id != 0 ? find(line, head->id) : NULL;
	bool is_ours = head->epoch == options->epoch;

	if (request != NULL && is_ours && (int)request->answer_type == head->type &&
	    request->answer_size == head->length)
		end(request, STATUS_OK, frame);
	else if (options->rules == NULL ||
	    channel_dispatch(options->rules, options->rule_count, options->peer, frame,
	        options->context) != STATUS_OK)
		line->dropped++;
}

static enum status
receive(const struct line *line, union frame *ret_frame)
{
	int fd = line->options.fd;
	int *passed_fd = line->options.passed_fd;

	return passed_fd != NULL ? channel_receive_passed(fd, ret_frame, passed_fd)
	                         : channel_receive(fd, ret_frame);
}

enum status
line_receive(struct line *line)
{
	int *passed_fd = line->options.passed_fd;
	union frame frame;

	for (;;) {
		enum status status = receive(line, &frame);

		if (status == STATUS_OK)
			take_frame(line, &frame);
		if (passed_fd != NULL)
			passing_drop(passed_fd);
		if (status == STATUS_OK)
			continue;
		if (status == STATUS_INVALID)
			line->dropped++;
		else
			return status == STATUS_UNAVAILABLE ? STATUS_OK : status;
	}
}

void
line_peer_restarted(struct line *line)
{
	for (size_t i = 0; i < LINE_REQUESTS_MAX; i++) {
		struct request *request = &line->requests[i];

		if (request->id == 0 || !request->is_sent)
			continue;
		if (request->is_resent) {
			end(request, STATUS_UNAVAILABLE, NULL);
			continue;
		}
		request->is_resent = true;
		send_request(line, request);
	}
}

void
line_expire(struct line *line, int64_t now_ms)
{
	for (size_t i = 0; i < LINE_REQUESTS_MAX; i++) {
		struct request *request = &line->requests[i];

		if (request->id == 0)
			continue;
		if (now_ms >= request->deadline_ms)
			end(request, STATUS_TIMEOUT, NULL);
		else if (!request->is_sent)
			send_request(line, request);
	}
}

int64_t
line_next_deadline(const struct line *line, int64_t now_ms)
{
	int64_t next = 0;

	for (size_t i = 0; i < LINE_REQUESTS_MAX; i++) {
		const struct request *request = &line->requests[i];
		int64_t at = request->is_sent ? request->deadline_ms : now_ms + RETRY_MS;

		if (request->id != 0 && (next == 0 || at < next))
			next = at;
	}
	return next;
}

uint64_t
line_dropped(const struct line *line)
{
	return line->dropped;
}
