/* SPDX-License-Identifier: ISC */
#include "ctl/mta.h"

#include <arpa/inet.h>

#include "ctl/steps.h"

const struct word mta_verdict_words[] = {
	{ MTA_ACCEPT, "accept" },
	{ MTA_REJECT, "reject" },
	{ MTA_TEMPFAIL, "tempfail" },
	{ MTA_DISCARD, "discard" },
	{ 0, NULL },
};

struct mta {
	int fd;
	struct step_source from;
	struct message *message;
	struct macros macros;
	struct mta_result *result;
	bool is_over; /* the milter wants no more of this message */
	bool skips;   /* nor of this step */
	struct buf out;
	struct buf in;
	struct error *err;
};

static enum status
fail(struct mta *mta, enum status status, const char *step)
{
	switch ((int)status) {
	case STATUS_TIMEOUT:
		return error_set(mta->err, status, "the milter did not answer at %s in time", step);
	case STATUS_UNAVAILABLE:
		return error_set(mta->err, status,
		    "the milter closed the connection at %s: its log says why", step);
	case STATUS_INVALID:
		return error_set(mta->err, status, "the milter broke the protocol at %s", step);
	default:
		return error_set(mta->err, status, "cannot talk to the milter at %s: %s", step,
		    status_name(status));
	}
}

static enum status
send_macros(struct mta *mta, const struct step *step, size_t index)
{
	if (step->stage == MACROS_NONE)
		return STATUS_OK;
	packet_begin(&mta->out, PACKET_MACROS);
	buf_put_char(&mta->out, (char)step->command);
	macros_put(&mta->macros, step->stage, mta->from.envelope, index, &mta->out);
	return packet_send(mta->fd, &mta->out);
}

static enum status
send_step(struct mta *mta, const struct step *step, size_t index)
{
	packet_begin(&mta->out, (int)step->command);
	step->put(&mta->from, index, &mta->out);
	return packet_send(mta->fd, &mta->out);
}

static enum status
end(struct mta *mta, const struct step *step, enum mta_verdict verdict)
{
	mta->result->verdict = verdict;
	mta->result->step = step->name;
	mta->is_over = true;
	return STATUS_OK;
}

/* "550 5.7.1 text": the first digit is the verdict. */
static enum status
end_with_reply(struct mta *mta, const struct step *step, struct slice data)
{
	struct slice text = slice_first(data, slice_find(data, '\0'));
	size_t len = text.len < MTA_TEXT_SIZE - 1 ? text.len : MTA_TEXT_SIZE - 1;

	if (len == 0 || (text.ptr[0] != '4' && text.ptr[0] != '5'))
		return STATUS_INVALID;
	memcpy(mta->result->text, text.ptr, len);
	mta->result->text[len] = '\0';
	return end(mta, step, text.ptr[0] == '4' ? MTA_TEMPFAIL : MTA_REJECT);
}

/* An answer that ends the step; STATUS_NOT_FOUND when it is none of these. */
static enum status
take_verdict(struct mta *mta, const struct step *step, int answer, struct slice data)
{
	bool is_last = step->command == PACKET_END_OF_MESSAGE;

	switch (answer) {
	case PACKET_CONTINUE:
		return is_last ? end(mta, step, MTA_ACCEPT) : STATUS_OK;
	case PACKET_ACCEPT:
		return end(mta, step, MTA_ACCEPT);
	case PACKET_REJECT:
		return end(mta, step, MTA_REJECT);
	case PACKET_TEMPFAIL:
	case PACKET_CONNECTION_FAIL:
	case PACKET_SHUTDOWN:
		return end(mta, step, MTA_TEMPFAIL);
	case PACKET_DISCARD:
		return end(mta, step, MTA_DISCARD);
	case PACKET_REPLY:
		return end_with_reply(mta, step, data);
	case PACKET_SKIP:
		mta->skips = true;
		return step->command == PACKET_BODY ? STATUS_OK : STATUS_INVALID;
	default:
		return STATUS_NOT_FOUND;
	}
}

/* Changes may be asked for at the end of the message only. */
static enum status
take_change(struct mta *mta, const struct step *step, int answer, struct slice data)
{
	bool is_verbatim = (mta->from.protocol & PACKET_LEADING_SPACE) != 0;
	enum status status;

	if (step->command != PACKET_END_OF_MESSAGE)
		return STATUS_INVALID;
	status = change_take(&mta->result->changes, mta->message, is_verbatim, answer, data);
	return status == STATUS_NOT_FOUND ? STATUS_INVALID : status;
}

/* Reads answers until one ends the step. */
static enum status
await(struct mta *mta, const struct step *step)
{
	for (;;) {
		struct slice data;
		enum status status;
		int answer;

		status = packet_receive(mta->fd, &mta->in, &answer, &data);
		if (status != STATUS_OK)
			return status;
		if (answer == PACKET_PROGRESS)
			continue;
		status = take_verdict(mta, step, answer, data);
		if (status != STATUS_NOT_FOUND)
			return status;
		status = take_change(mta, step, answer, data);
		if (status != STATUS_OK)
			return status;
	}
}

static enum status
run_item(struct mta *mta, const struct step *step, size_t index)
{
	enum status status = send_macros(mta, step, index);

	if (status == STATUS_OK)
		status = send_step(mta, step, index);
	if (status == STATUS_OK && (mta->from.protocol & step->silent_flag) == 0)
		status = await(mta, step);
	return status == STATUS_OK ? status : fail(mta, status, step->name);
}

static enum status
run_step(struct mta *mta, const struct step *step)
{
	size_t count = step->count != NULL ? step->count(&mta->from) : 1;
	enum status status = STATUS_OK;

	if ((mta->from.protocol & step->skip_flag) != 0)
		return STATUS_OK;
	mta->skips = false;
	for (size_t i = 0; i < count && !mta->is_over && !mta->skips && status == STATUS_OK; i++)
		status = run_item(mta, step, i);
	return status;
}

static enum status
send_offer(struct mta *mta)
{
	packet_begin(&mta->out, PACKET_NEGOTIATE);
	packet_put_u32(&mta->out, PACKET_VERSION);
	packet_put_u32(&mta->out, PACKET_ALL_ACTIONS);
	packet_put_u32(&mta->out, PACKET_ALL_PROTOCOL);
	return packet_send(mta->fd, &mta->out);
}

/* The milter may choose less than it was offered, never more. */
static enum status
take_choice(struct mta *mta, struct slice data)
{
	uint32_t version, actions, protocol;

	if (!packet_cut_u32(&data, &version) || !packet_cut_u32(&data, &actions) ||
	    !packet_cut_u32(&data, &protocol))
		return STATUS_INVALID;
	if (version < 2 || version > PACKET_VERSION || (actions & ~PACKET_ALL_ACTIONS) != 0 ||
	    (protocol & ~PACKET_ALL_PROTOCOL) != 0)
		return STATUS_INVALID;
	mta->from.protocol = protocol;
	return macros_take_lists(&mta->macros, data);
}

static enum status
negotiate(struct mta *mta)
{
	struct slice data;
	enum status status = send_offer(mta);
	int answer;

	if (status == STATUS_OK)
		status = packet_receive(mta->fd, &mta->in, &answer, &data);
	if (status == STATUS_OK)
		status = answer == PACKET_NEGOTIATE ? take_choice(mta, data) : STATUS_INVALID;
	return status == STATUS_OK ? status : fail(mta, status, "negotiation");
}

/* The verdict stands by now, so a failure to say goodbye changes nothing. */
static void
quit(struct mta *mta)
{
	packet_begin(&mta->out, PACKET_QUIT);
	(void)!packet_send(mta->fd, &mta->out);
}

static enum status
run(struct mta *mta)
{
	enum status status = negotiate(mta);

	for (const struct step *step = steps; step->name != NULL; step++) {
		if (status == STATUS_OK && !mta->is_over)
			status = run_step(mta, step);
	}
	if (status == STATUS_OK)
		quit(mta);
	return status;
}

static enum status
check_client(const char *client, struct error *err)
{
	struct in6_addr address;

	if (strcmp(client, "local") == 0 || inet_pton(AF_INET, client, &address) == 1 ||
	    inet_pton(AF_INET6, client, &address) == 1)
		return STATUS_OK;
	return error_set(
	    err, STATUS_INVALID, "client \"%s\" is neither an IP address nor \"local\"", client);
}

enum status
mta_run(int fd, const struct mta_envelope *envelope, struct message *message,
    struct mta_result *ret_result, struct error *err)
{
	struct mta_result result = { .verdict = MTA_TEMPFAIL, .step = "negotiation" };
	struct mta mta = {
		.fd = fd,
		.from = { .envelope = envelope, .message = message, .body = message->body },
		.message = message,
		.result = &result,
		.err = err,
	};
	enum status status = check_client(envelope->client, err);

	if (status != STATUS_OK)
		return status;
	buf_init(&mta.out, MESSAGE_MAX);
	buf_init(&mta.in, PACKET_MAX);
	macros_init(&mta.macros);
	status = run(&mta);
	buf_done(&mta.out);
	buf_done(&mta.in);
	if (status == STATUS_OK)
		*ret_result = result;
	return status;
}
