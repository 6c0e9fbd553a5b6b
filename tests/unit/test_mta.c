/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/macros.h"
#include "ctl/mta.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

#define ANSWERS_MAX 3

/* What the scripted milter answers to the nth (from 1) such command. */
struct line {
	char command;
	unsigned nth;
	struct slice answers[ANSWERS_MAX]; /* each becomes a packet */
	struct slice raw;                  /* or octets that are none */
};

struct script {
	uint32_t protocol;
	uint32_t actions;
	uint32_t version;
	struct slice symlist; /* behind the numbers of the negotiation */
	const struct line *lines;
	size_t line_count;
	bool hangs_up; /* after the last line has been used */
	bool is_mute;  /* never answers */
};

struct milter {
	int fd;
	const struct script *script;
	struct buf in;
	struct buf out;
	struct buf transcript; /* a line for each packet: the command, then its data, NUL as "|" */
	unsigned seen[256];
};

/* Commands without an answer, by the flag that saves it. */
static const struct {
	char command;
	uint32_t flag;
} silences[] = {
	{ 'C', PACKET_SILENT_CONNECT }, { 'H', PACKET_SILENT_HELO }, { 'M', PACKET_SILENT_MAIL },
	{ 'R', PACKET_SILENT_RCPT }, { 'T', PACKET_SILENT_DATA }, { 'L', PACKET_SILENT_HEADER },
	{ 'N', PACKET_SILENT_END_OF_HEADER }, { 'B', PACKET_SILENT_BODY }, { 'D', UINT32_MAX },
	{ 'Q', UINT32_MAX },
};

static bool
is_silent(const struct script *script, int command)
{
	for (size_t i = 0; i < COUNT(silences); i++) {
		if (silences[i].command == command)
			return (script->protocol & silences[i].flag) != 0 ||
			    silences[i].flag == UINT32_MAX;
	}
	return false;
}

static void
note(struct milter *milter, int command, struct slice data)
{
	buf_put_char(&milter->transcript, (char)command);
	for (size_t i = 0; i < data.len; i++)
		buf_put_char(&milter->transcript, data.ptr[i] == '\0' ? '|' : data.ptr[i]);
	buf_put_char(&milter->transcript, '\n');
}

static void
send_answer(struct milter *milter, struct slice answer)
{
	packet_begin(&milter->out, answer.ptr[0]);
	buf_put(&milter->out, slice_after(answer, 1));
	(void)!packet_send(milter->fd, &milter->out);
}

static void
send_line(struct milter *milter, const struct line *line)
{
	for (size_t i = 0; i < ANSWERS_MAX && line->answers[i].len > 0; i++)
		send_answer(milter, line->answers[i]);
	if (line->raw.len > 0)
		(void)!send(milter->fd, line->raw.ptr, line->raw.len, MSG_NOSIGNAL);
}

static void
negotiate(struct milter *milter)
{
	const struct script *script = milter->script;

	packet_begin(&milter->out, PACKET_NEGOTIATE);
	packet_put_u32(&milter->out, script->version != 0 ? script->version : PACKET_VERSION);
	packet_put_u32(&milter->out, script->actions);
	packet_put_u32(&milter->out, script->protocol);
	buf_put(&milter->out, script->symlist);
	(void)!packet_send(milter->fd, &milter->out);
}

/* False when the milter is done with the connection. */
static bool
answer(struct milter *milter, int command)
{
	const struct script *script = milter->script;
	unsigned nth = ++milter->seen[command & 255];

	for (size_t i = 0; i < script->line_count; i++) {
		const struct line *line = &script->lines[i];

		if (line->command != command || line->nth != nth)
			continue;
		send_line(milter, line);
		return !(script->hangs_up && i + 1 == script->line_count);
	}
	if (!is_silent(script, command))
		send_answer(milter, LIT("c"));
	return command != 'Q';
}

static void *
play(void *context)
{
	struct milter *milter = context;
	bool goes_on = true;

	while (goes_on) {
		struct slice data;
		int command;

		if (packet_receive(milter->fd, &milter->in, &command, &data) != STATUS_OK)
			break;
		if (milter->script->is_mute)
			continue;
		if (command == PACKET_NEGOTIATE) {
			negotiate(milter);
			continue;
		}
		note(milter, command, data);
		goes_on = answer(milter, command);
	}
	shutdown(milter->fd, SHUT_RDWR);
	return NULL;
}

static const char *const recipients[] = { "one@example.net", "two@example.net" };

static const struct mta_envelope standard = {
	.host = "mx.example",
	.daemon = "d",
	.queue_id = "Q1",
	.client = "192.0.2.1",
	.helo = "h",
	.sender = "a@example.com",
	.recipients = recipients,
	.recipient_count = 1,
};

/* A run of one message through a scripted milter. */
struct run {
	struct message message;
	struct mta_result result;
	struct error err;
	enum status status;
	struct buf transcript;
	struct buf printed;
};

static void
run_through(struct run *run, const struct script *script, const struct mta_envelope *envelope,
    struct slice text)
{
	struct timeval limit = { .tv_sec = script->is_mute ? 0 : 20, .tv_usec = 200000 };
	struct milter milter = { .script = script };
	pthread_t thread;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	milter.fd = ends[1];
	buf_init(&milter.in, 1 << 20);
	buf_init(&milter.out, 1 << 20);
	buf_init(&milter.transcript, 1 << 20);
	buf_init(&run->printed, 1 << 20);
	message_init(&run->message);
	run->err.text[0] = '\0';
	assert_int_equal(message_parse(&run->message, text, &run->err), STATUS_OK);
	assert_int_equal(pthread_create(&thread, NULL, play, &milter), 0);
	run->status = mta_run(ends[0], envelope, &run->message, &run->result, &run->err);
	shutdown(ends[0], SHUT_RDWR);
	assert_int_equal(pthread_join(thread, NULL), 0);
	message_print(&run->message, &run->printed);
	run->transcript = milter.transcript;
	buf_done(&milter.in);
	buf_done(&milter.out);
	close(ends[0]);
	close(ends[1]);
}

static void
run_done(struct run *run)
{
	message_done(&run->message);
	buf_done(&run->transcript);
	buf_done(&run->printed);
}

#define MAIL LIT("From: a@example.com\nSubject:  two\n\tfolded\n\nhello\n")
#define MAIL_PRINTED "From: a@example.com\r\nSubject:  two\r\n\tfolded\r\n\r\nhello\r\n"

static void
mta__says_everything_to_a_milter_that_wants_all(void **state)
{
	const struct script script = { .protocol = PACKET_LEADING_SPACE, .actions = 1 };
	struct mta_envelope envelope = standard;
	struct run run;

	(void)state;
	envelope.recipient_count = 2;
	envelope.login = "alice";
	run_through(&run, &script, &envelope, MAIL);
	assert_int_equal(run.status, STATUS_OK);
	assert_int_equal(run.result.verdict, MTA_ACCEPT);
	assert_string_equal(buf_text(&run.transcript),
	    "DCj|mx.example|{daemon_name}|d|v|signetctl|_|192.0.2.1|\n"
	    "C[192.0.2.1]|4||192.0.2.1|\n"
	    "DH\n"
	    "Hh|\n"
	    "DMi|Q1|{auth_type}|PLAIN|{auth_authen}|alice|{mail_addr}|a@example.com|\n"
	    "M<a@example.com>|\n"
	    "DR{rcpt_addr}|one@example.net|\n"
	    "R<one@example.net>|\n"
	    "DR{rcpt_addr}|two@example.net|\n"
	    "R<two@example.net>|\n"
	    "DTi|Q1|\n"
	    "T\n"
	    "LFrom| a@example.com|\n"
	    "LSubject|  two\n\tfolded|\n"
	    "DNi|Q1|\n"
	    "N\n"
	    "Bhello\r\n\n"
	    "DEi|Q1|\n"
	    "E\n"
	    "Q\n");
	assert_string_equal(buf_text(&run.printed), MAIL_PRINTED);
	run_done(&run);
}

static void
mta__given_macros_go_where_they_are_asked_for(void **state)
{
	const struct script script = { .protocol = 0 };
	struct mta_envelope envelope = standard;
	struct run run;

	(void)state;
	envelope.login = "alice";
	envelope.macros = "i=4XyZ,{auth_type}=EXTERNAL,{nobody_asks}=1,mail_addr=";
	run_through(&run, &script, &envelope, MAIL);
	assert_int_equal(run.status, STATUS_OK);
	assert_non_null(strstr(buf_text(&run.transcript),
	    "\nDMi|4XyZ|{auth_type}|EXTERNAL|{auth_authen}|alice|\nM<a@example.com>|\n"));
	assert_non_null(strstr(buf_text(&run.transcript), "\nDEi|4XyZ|\nE\n"));
	assert_null(strstr(buf_text(&run.transcript), "nobody_asks"));
	run_done(&run);
}

static void
mta__macros_are_pairs(void **state)
{
	static const char *const good[] = { "a=b", "a=", "{a}=b=c,d=e" };
	static const char *const bad[] = { "", "a", "=b", "a=b,c", ",a=b", "a=b,,c=d" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(macros_are_pairs(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(macros_are_pairs(bad[i]));
}

static void
mta__takes_one_space_off_values_unless_they_go_verbatim(void **state)
{
	const struct script script = { .protocol = 0 };
	struct run run;

	(void)state;
	run_through(&run, &script, &standard, LIT("A: x\nB:  x\nC:x\nD:\tx\nE:\n\n"));
	assert_int_equal(run.status, STATUS_OK);
	assert_non_null(
	    strstr(buf_text(&run.transcript), "LA|x|\nLB| x|\nLC|x|\nLD|\tx|\nLE||\n"));
	run_done(&run);
}

static const struct {
	uint32_t flag;
	const char *gone; /* from the transcript */
} skips[] = {
	{ PACKET_NO_CONNECT, "\nC[" },
	{ PACKET_NO_HELO, "\nHh" },
	{ PACKET_NO_MAIL, "\nM<" },
	{ PACKET_NO_RCPT, "\nR<" },
	{ PACKET_NO_DATA, "\nT\n" },
	{ PACKET_NO_HEADERS, "\nL" },
	{ PACKET_NO_END_OF_HEADER, "\nN\n" },
	{ PACKET_NO_BODY, "\nB" },
};

static void
mta__leaves_out_the_steps_a_milter_does_without(void **state)
{
	const struct script all = { .protocol = 0 };
	struct run whole;

	(void)state;
	run_through(&whole, &all, &standard, MAIL);
	for (size_t i = 0; i < COUNT(skips); i++) {
		const struct script script = { .protocol = skips[i].flag };
		struct run run;

		run_through(&run, &script, &standard, MAIL);
		assert_int_equal(run.status, STATUS_OK);
		assert_non_null(strstr(buf_text(&whole.transcript), skips[i].gone));
		assert_null(strstr(buf_text(&run.transcript), skips[i].gone));
		run_done(&run);
	}
	run_done(&whole);
}

static void
mta__waits_for_no_answer_that_is_saved(void **state)
{
	static const uint32_t flags[] = {
		PACKET_SILENT_CONNECT, PACKET_SILENT_HELO, PACKET_SILENT_MAIL, PACKET_SILENT_RCPT,
		PACKET_SILENT_DATA, PACKET_SILENT_HEADER, PACKET_SILENT_END_OF_HEADER, PACKET_SILENT_BODY,
		0xfffff & ~(uint32_t)0x77f,
	};

	(void)state;
	for (size_t i = 0; i < COUNT(flags); i++) {
		const struct script script = { .protocol = flags[i] };
		struct run run;

		run_through(&run, &script, &standard, MAIL);
		assert_int_equal(run.status, STATUS_OK);
		assert_int_equal(run.result.verdict, MTA_ACCEPT);
		run_done(&run);
	}
}

static const struct {
	struct line line;
	enum mta_verdict verdict;
	const char *text;
	const char *step;
} verdicts[] = {
	{ { 'C', 1, { LIT("t") }, { 0 } }, MTA_TEMPFAIL, "", "connect" },
	{ { 'M', 1, { LIT("a") }, { 0 } }, MTA_ACCEPT, "", "mail" },
	{ { 'R', 1, { LIT("r") }, { 0 } }, MTA_REJECT, "", "rcpt" },
	{ { 'L', 2, { LIT("d") }, { 0 } }, MTA_DISCARD, "", "header" },
	{ { 'N', 1, { LIT("y550 5.7.1 go away\0") }, { 0 } }, MTA_REJECT, "550 5.7.1 go away", "eoh" },
	{ { 'E', 1, { LIT("y451 4.7.1 later") }, { 0 } }, MTA_TEMPFAIL, "451 4.7.1 later", "eom" },
	{ { 'E', 1, { LIT("p"), LIT("p"), LIT("r") }, { 0 } }, MTA_REJECT, "", "eom" },
	{ { 'B', 1, { LIT("s") }, { 0 } }, MTA_ACCEPT, "", "eom" },
};

static void
mta__reports_the_verdict_and_where_it_fell(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(verdicts); i++) {
		const struct script script = { .protocol = PACKET_MAY_SKIP, .lines = &verdicts[i].line,
			.line_count = 1 };
		struct run run;

		run_through(&run, &script, &standard, MAIL);
		if (run.status != STATUS_OK)
			fail_msg("case %zu: %s", i, run.err.text);
		assert_int_equal(run.result.verdict, verdicts[i].verdict);
		assert_string_equal(run.result.text, verdicts[i].text);
		assert_string_equal(run.result.step, verdicts[i].step);
		run_done(&run);
	}
}

static void
mta__sends_the_body_in_chunks_and_stops_when_told(void **state)
{
	static const struct line line = { 'B', 2, { LIT("s") }, { 0 } };
	const struct script all = { .protocol = PACKET_MAY_SKIP };
	const struct script skipping = { .protocol = PACKET_MAY_SKIP, .lines = &line, .line_count = 1 };
	struct buf text;
	struct run run;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_put_text(&text, "A: 1\n\n");
	for (int i = 0; i < 3000; i++)
		buf_put_text(&text, "0123456789012345678901234567890123456789012345678901234567890123456789\n");
	run_through(&run, &all, &standard, buf_slice(&text));
	assert_int_equal(run.status, STATUS_OK);
	/* 3000 lines of 72 octets, the heads of DC … E, Q and the line ends of the transcript */
	assert_true(run.transcript.len > 3000 * 72U);
	run_done(&run);
	run_through(&run, &skipping, &standard, buf_slice(&text));
	assert_int_equal(run.status, STATUS_OK);
	assert_in_range(run.transcript.len, 2U * 65535, 2U * 65535 + 1000);
	run_done(&run);
	buf_done(&text);
}

static const struct {
	uint32_t protocol;
	struct slice answers[ANSWERS_MAX];
	const char *printed;
	const char *word;
} changes[] = {
	{ PACKET_LEADING_SPACE, { LIT("i\0\0\0\0Sig\0 x\n\ty\0"), LIT("c") },
	    "Sig: x\r\n\ty\r\nFrom: a\r\nSubject: s\r\n\r\nb\r\n", "insheader" },
	{ 0, { LIT("i\0\0\0\1Sig\0x\0"), LIT("a") },
	    "From: a\r\nSig: x\r\nSubject: s\r\n\r\nb\r\n", "insheader" },
	{ PACKET_LEADING_SPACE, { LIT("i\0\0\0\x63Sig\0x\0"), LIT("c") },
	    "From: a\r\nSubject: s\r\nSig:x\r\n\r\nb\r\n", "insheader" },
	{ PACKET_LEADING_SPACE, { LIT("hZ\0 z\0"), LIT("c") },
	    "From: a\r\nSubject: s\r\nZ: z\r\n\r\nb\r\n", "addheader" },
	{ PACKET_LEADING_SPACE, { LIT("m\0\0\0\1subject\0 n\0"), LIT("c") },
	    "From: a\r\nSubject: n\r\n\r\nb\r\n", "chgheader" },
	{ PACKET_LEADING_SPACE, { LIT("m\0\0\0\1Subject\0\0"), LIT("c") }, "From: a\r\n\r\nb\r\n",
	    "chgheader" },
	{ PACKET_LEADING_SPACE, { LIT("m\0\0\0\2Subject\0 n\0"), LIT("c") },
	    "From: a\r\nSubject: s\r\nSubject: n\r\n\r\nb\r\n", "chgheader" },
	{ 0, { LIT("bnew"), LIT("ber\n"), LIT("c") }, "From: a\r\nSubject: s\r\n\r\nnewer\n",
	    "replacebody" },
	{ 0, { LIT("+<b@example.com>\0"), LIT("c") }, "From: a\r\nSubject: s\r\n\r\nb\r\n",
	    "addrcpt" },
};

static void
mta__applies_what_the_milter_asks_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(changes); i++) {
		struct line line = { .command = 'E', .nth = 1 };
		const struct script script = { .protocol = changes[i].protocol, .lines = &line,
			.line_count = 1 };
		struct run run;

		memcpy(line.answers, changes[i].answers, sizeof(line.answers));
		run_through(&run, &script, &standard, LIT("From: a\nSubject: s\n\nb\n"));
		if (run.status != STATUS_OK)
			fail_msg("case %zu: %s", i, run.err.text);
		assert_string_equal(buf_text(&run.printed), changes[i].printed);
		assert_string_equal(run.result.changes.first->word, changes[i].word);
		run_done(&run);
	}
}

static void
mta__sends_the_macros_a_milter_lists_and_no_others(void **state)
{
	/* MAIL: i {auth_authen}; EOH: i, an unknown one */
	const struct script script = { .protocol = 0,
		.symlist = LIT("\0\0\0\2i, {auth_authen}\0\0\0\0\6i {nobody_knows}\0") };
	struct mta_envelope envelope = standard;
	struct run run;

	(void)state;
	envelope.login = "alice";
	run_through(&run, &script, &envelope, MAIL);
	assert_int_equal(run.status, STATUS_OK);
	assert_non_null(strstr(buf_text(&run.transcript), "DMi|Q1|{auth_authen}|alice|\n"));
	assert_non_null(strstr(buf_text(&run.transcript), "DNi|Q1|\n"));
	assert_non_null(strstr(buf_text(&run.transcript), "DC\n"));
	assert_non_null(strstr(buf_text(&run.transcript), "DE\n"));
	run_done(&run);
}

static const struct {
	const char *client;
	const char *packet;
} clients[] = {
	{ "local", "Clocalhost|U\n" },
	{ "2001:db8::1", "C[2001:db8::1]|6||2001:db8::1|\n" },
	{ "127.0.0.1", "C[127.0.0.1]|4||127.0.0.1|\n" },
};

static void
mta__names_the_client_by_its_family(void **state)
{
	const struct script script = { .protocol = 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(clients); i++) {
		struct mta_envelope envelope = standard;
		struct run run;

		envelope.client = clients[i].client;
		run_through(&run, &script, &envelope, MAIL);
		assert_int_equal(run.status, STATUS_OK);
		/* the port's two octets are NUL: "||" less the one that ends the name */
		if (strstr(buf_text(&run.transcript), clients[i].client) == NULL)
			fail_msg("%s", buf_text(&run.transcript));
		run_done(&run);
	}
}

static const struct bad_case {
	struct script script;
	struct line line;
	const char *client;
	enum status status;
	const char *error;
} bad_cases[] = {
	{ { .version = 7 }, { 0 }, "::1", STATUS_INVALID, "negotiation" },
	{ { .version = 1 }, { 0 }, "::1", STATUS_INVALID, "negotiation" },
	{ { .actions = 0x200 }, { 0 }, "::1", STATUS_INVALID, "negotiation" },
	{ { .protocol = 0x10000000 }, { 0 }, "::1", STATUS_INVALID, "negotiation" },
	{ { .symlist = LIT("\0\0\0\7i\0") }, { 0 }, "::1", STATUS_INVALID, "negotiation" },
	{ { .symlist = LIT("\0\0\0\1i") }, { 0 }, "::1", STATUS_INVALID, "negotiation" },
	{ { .is_mute = true }, { 0 }, "::1", STATUS_TIMEOUT, "in time" },
	{ { .hangs_up = true }, { 'M', 1, { { 0 } }, { 0 } }, "::1", STATUS_UNAVAILABLE, "at mail" },
	{ { 0 }, { 'M', 1, { LIT("!") }, { 0 } }, "::1", STATUS_INVALID, "at mail" },
	{ { 0 }, { 'M', 1, { { 0 } }, LIT("\0\0\0\0") }, "::1", STATUS_INVALID, "at mail" },
	{ { 0 }, { 'M', 1, { { 0 } }, LIT("\x7f\0\0\0c") }, "::1", STATUS_INVALID, "at mail" },
	{ { 0 }, { 'M', 1, { LIT("hZ\0 z\0") }, { 0 } }, "::1", STATUS_INVALID, "at mail" },
	{ { 0 }, { 'E', 1, { LIT("hZ\0z") }, { 0 } }, "::1", STATUS_INVALID, "at eom" },
	{ { 0 }, { 'E', 1, { LIT("i\0\0") }, { 0 } }, "::1", STATUS_INVALID, "at eom" },
	{ { 0 }, { 'E', 1, { LIT("y250 fine\0") }, { 0 } }, "::1", STATUS_INVALID, "at eom" },
	{ { 0 }, { 'E', 1, { LIT("s") }, { 0 } }, "::1", STATUS_INVALID, "at eom" },
	{ { 0 }, { 0 }, "not an address", STATUS_INVALID, "neither an IP address" },
};

static void
mta__tells_a_milter_that_breaks_the_protocol(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad_cases); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct mta_envelope envelope = standard;
		struct script script = c->script;
		struct run run;

		script.lines = &c->line;
		script.line_count = c->line.command != 0 ? 1 : 0;
		envelope.client = c->client;
		run_through(&run, &script, &envelope, MAIL);
		if (run.status != c->status || strstr(run.err.text, c->error) == NULL)
			fail_msg("case %zu: %s: %s", i, status_name(run.status), run.err.text);
		run_done(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mta__says_everything_to_a_milter_that_wants_all),
		cmocka_unit_test(mta__given_macros_go_where_they_are_asked_for),
		cmocka_unit_test(mta__macros_are_pairs),
		cmocka_unit_test(mta__takes_one_space_off_values_unless_they_go_verbatim),
		cmocka_unit_test(mta__leaves_out_the_steps_a_milter_does_without),
		cmocka_unit_test(mta__waits_for_no_answer_that_is_saved),
		cmocka_unit_test(mta__reports_the_verdict_and_where_it_fell),
		cmocka_unit_test(mta__sends_the_body_in_chunks_and_stops_when_told),
		cmocka_unit_test(mta__applies_what_the_milter_asks_for),
		cmocka_unit_test(mta__sends_the_macros_a_milter_lists_and_no_others),
		cmocka_unit_test(mta__names_the_client_by_its_family),
		cmocka_unit_test(mta__tells_a_milter_that_breaks_the_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
