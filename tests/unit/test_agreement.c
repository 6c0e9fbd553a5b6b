/* SPDX-License-Identifier: ISC */
/* The children are this test's: channels it reads, and answers it gives for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "supervisor/children.h"
#include "supervisor/hearing.h"
#include "victim.h"

#define MILTER 0
#define OTHER_MILTER 1
#define VAULT 2
#define DNS 3
#define COUNT 4

/* ---- what supervisor/children.c has for this ---- */

#define NEVER_USEC (UINT64_C(3600) * 1000000)

static sd_event_time_handler_t on_time;
static unsigned ended;

/* Time is over when a test says so. */
void
children_set_timer(struct children *children, sd_event_source **timer, unsigned delay_ms,
    sd_event_time_handler_t handler, void *context)
{
	(void)delay_ms;
	*timer = sd_event_source_disable_unref(*timer);
	assert_true(sd_event_add_time_relative(
			children->event, timer, CLOCK_MONOTONIC, NEVER_USEC, 0, handler, context) >= 0);
	on_time = handler;
}

void
children_end(struct child *child)
{
	child->is_ended = true;
	ended++;
}

/* And supervisor/hearing.c: here all that is said is an answer. */
unsigned
hearing_catch_up(struct child *child)
{
	unsigned count = 0;
	union frame frame;

	while (channel_receive(child->channel[END_OF_SUPERVISOR], &frame) == STATUS_OK) {
		agreement_on_answer(child, (const struct frame_settings_answer *)&frame);
		count++;
	}
	return count;
}

/* ---- a scene ---- */

struct scene {
	struct children children;
	struct plumbing plumbing;
	int settings_fd;
	unsigned agreed;
	unsigned settled;
	unsigned refused;
	struct error why;
};

static void
on_agreed(void *context)
{
	((struct scene *)context)->agreed++;
}

static void
on_settled(void *context)
{
	((struct scene *)context)->settled++;
}

static void
on_refused(void *context, enum status status, const struct error *err)
{
	struct scene *scene = context;

	assert_int_not_equal(status, STATUS_OK);
	scene->refused++;
	scene->why = *err;
}

static void
begin_life(struct child *child)
{
	child->pid = start_process();
	child->epoch++;
	child->is_ended = false;
	agreement_on_start(child);
}

static void
get_ready(struct child *child)
{
	child->is_ready = true;
	agreement_on_ready(child);
}

static void
scene_init(struct scene *scene)
{
	static const enum role roles[COUNT] = { ROLE_MILTER, ROLE_MILTER, ROLE_VAULT, ROLE_DNS };
	struct error err;

	*scene = (struct scene){ .children = { .phase = CHILDREN_SERVING, .count = COUNT } };
	scene->settings_fd = memfd_create("settings", MFD_CLOEXEC);
	assert_true(scene->settings_fd >= 0);
	assert_true(sd_event_new(&scene->children.event) >= 0);
	scene->plumbing.settings_fd = scene->settings_fd;
	scene->children.plumbing = &scene->plumbing;
	scene->children.agreement.children = &scene->children;
	scene->children.agreement.events =
	    (struct agreement_events){ on_agreed, on_settled, on_refused, scene };
	agreement_init(&scene->children.agreement);
	ended = 0;
	for (unsigned i = 0; i < COUNT; i++) {
		struct child *child = &scene->children.list[i];

		child->all = &scene->children;
		child->role = roles[i];
		child->instance = i == OTHER_MILTER ? 1 : 0;
		assert_int_equal(channel_pair(child->channel, &err), STATUS_OK);
		begin_life(child);
		get_ready(child);
	}
}

static void
scene_done(struct scene *scene)
{
	for (unsigned i = 0; i < COUNT; i++) {
		struct child *child = &scene->children.list[i];

		if (child->pid != 0) {
			(void)kill(child->pid, SIGKILL);
			(void)waitpid(child->pid, NULL, 0);
		}
		(void)close(child->channel[0]);
		(void)close(child->channel[1]);
	}
	sd_event_source_disable_unref(scene->children.agreement.timer);
	sd_event_unref(scene->children.event);
	(void)close(scene->settings_fd);
}

static void
offer(struct scene *scene)
{
	struct agreement_offer offer = {
		.version = scene->children.agreement.version + 1,
		.settings_fd = scene->settings_fd,
		.key_fd = -1,
	};

	agreement_begin(&scene->children.agreement, &offer);
}

static void
answer(struct scene *scene, unsigned who, enum frame_type step, enum status status)
{
	struct child *child = &scene->children.list[who];
	struct frame_settings_answer frame = {
		.head = { .epoch = child->epoch, .id = child->settings_attempt },
		.step = step,
		.status = (uint32_t)status,
		.sentence = "not with me",
	};

	agreement_on_answer(child, &frame);
}

static void
say_yes(struct scene *scene, unsigned who)
{
	answer(scene, who, FRAME_SETTINGS, STATUS_OK);
}

static void
all_say_yes_but(struct scene *scene, unsigned who)
{
	for (unsigned i = 0; i < COUNT; i++) {
		if (i != who)
			say_yes(scene, i);
	}
}

static void
all_swap(struct scene *scene)
{
	for (unsigned i = 0; i < COUNT; i++)
		answer(scene, i, FRAME_SETTINGS_SWAP, STATUS_OK);
}

static void
time_is_over(struct scene *scene)
{
	sd_event_source *timer = sd_event_source_ref(scene->children.agreement.timer);

	assert_int_equal(on_time(timer, 0, &scene->children.agreement), 0);
	sd_event_source_unref(timer);
}

/* All have answered, and nobody has read it. */
static void
all_leave_answers(struct scene *scene, enum frame_type step)
{
	for (unsigned i = 0; i < COUNT; i++) {
		const struct child *child = &scene->children.list[i];
		struct frame_settings_answer frame = { .step = step, .status = STATUS_OK };

		channel_head(&frame.head, FRAME_SETTINGS_ANSWER, sizeof(frame), child->epoch,
		    child->settings_attempt);
		assert_int_equal(channel_send(child->channel[END_OF_CHILD], &frame.head), STATUS_OK);
	}
}

/* Of itself, as far as the supervisor knows, or ended by it. */
static void
die(struct scene *scene, unsigned who)
{
	struct child *child = &scene->children.list[who];
	bool is_ended = child->is_ended;

	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
	child->pid = 0;
	child->is_ready = false;
	child->is_ended = false;
	agreement_on_exit(child, is_ended);
}

static void
come_back(struct scene *scene, unsigned who)
{
	begin_life(&scene->children.list[who]);
	get_ready(&scene->children.list[who]);
}

static unsigned
version_of(const struct scene *scene, unsigned who)
{
	return scene->children.list[who].settings_version;
}

static void
check_unchanged(const struct scene *scene, const char *why)
{
	assert_int_equal(scene->refused, 1);
	assert_int_equal(scene->agreed, 0);
	assert_int_equal(scene->children.agreement.version, 1);
	assert_int_equal(scene->children.agreement.phase, AGREEMENT_SETTLED);
	if (strstr(scene->why.text, why) == NULL)
		fail_msg("%s", scene->why.text);
}

/* ---- all agree ---- */

static void
agreement__is_of_all_then_all_swap(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_say_yes_but(&scene, VAULT);
	assert_int_equal(scene.agreed, 0);
	say_yes(&scene, VAULT);
	assert_int_equal(scene.agreed, 1);
	assert_int_equal(scene.children.agreement.version, 2);
	assert_int_equal(scene.settled, 0);
	assert_int_equal(version_of(&scene, MILTER), 1);
	all_swap(&scene);
	assert_int_equal(scene.settled, 1);
	for (unsigned i = 0; i < COUNT; i++)
		assert_int_equal(version_of(&scene, i), 2);
	scene_done(&scene);
}

/* Which end of the channel has what it was sent. */
static int
receive(struct scene *scene, unsigned who, union frame *ret_frame)
{
	int fd = -1;

	assert_int_equal(channel_receive_passed(
			     scene->children.list[who].channel[END_OF_CHILD], ret_frame, &fd),
	    STATUS_OK);
	if (fd >= 0)
		(void)close(fd);
	return fd;
}

static void
agreement__passes_the_settings_to_whoever_has_a_use_for_them(void **state)
{
	struct scene scene;
	union frame frame;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	assert_true(receive(&scene, MILTER, &frame) >= 0);
	assert_int_equal(frame.head.type, FRAME_SETTINGS);
	assert_int_equal(frame.head.epoch, 1);
	assert_true(receive(&scene, DNS, &frame) >= 0);
	assert_int_equal(receive(&scene, VAULT, &frame), -1);
	assert_int_equal(frame.head.type, FRAME_SETTINGS);
	scene_done(&scene);
}

static void
agreement__takes_no_answer_of_another_attempt_or_life(void **state)
{
	struct frame_settings_answer frame = { .step = FRAME_SETTINGS, .status = STATUS_OK };
	struct scene scene;
	struct child *vault;

	(void)state;
	scene_init(&scene);
	vault = &scene.children.list[VAULT];
	offer(&scene);
	all_say_yes_but(&scene, VAULT);
	frame.head.epoch = vault->epoch;
	frame.head.id = vault->settings_attempt - 1;
	agreement_on_answer(vault, &frame);
	frame.head.epoch = vault->epoch - 1;
	frame.head.id = vault->settings_attempt;
	agreement_on_answer(vault, &frame);
	assert_int_equal(scene.agreed, 0);
	scene_done(&scene);
}

/* ---- one does not ---- */

static void
agreement__is_none_after_one_no(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	say_yes(&scene, MILTER);
	answer(&scene, DNS, FRAME_SETTINGS, STATUS_REFUSED);
	check_unchanged(&scene, "not with me");
	all_say_yes_but(&scene, DNS);
	assert_int_equal(scene.agreed, 0);
	/* and the next one is another */
	offer(&scene);
	all_say_yes_but(&scene, COUNT);
	assert_int_equal(scene.agreed, 1);
	scene_done(&scene);
}

static void
agreement__is_none_when_one_is_silent(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_say_yes_but(&scene, VAULT);
	time_is_over(&scene);
	check_unchanged(&scene, "signetd-vault (instance 0) has not answered");
	scene_done(&scene);
}

static void
agreement__can_be_withdrawn_before_it_is_reached(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	assert_false(agreement_withdraw(&scene.children.agreement));
	offer(&scene);
	assert_true(agreement_withdraw(&scene.children.agreement));
	all_say_yes_but(&scene, COUNT);
	assert_int_equal(scene.agreed + scene.refused + scene.settled, 0);
	offer(&scene);
	all_say_yes_but(&scene, COUNT);
	assert_false(agreement_withdraw(&scene.children.agreement));
	all_swap(&scene);
	assert_int_equal(scene.settled, 1);
	scene_done(&scene);
}

/* It was the supervisor that was stopped, not they: nobody is refused, or killed, for that. */
static void
agreement__reads_the_answers_that_are_there_first(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_leave_answers(&scene, FRAME_SETTINGS);
	time_is_over(&scene);
	assert_int_equal(scene.refused, 0);
	assert_int_equal(scene.agreed, 1);
	all_leave_answers(&scene, FRAME_SETTINGS_SWAP);
	time_is_over(&scene);
	assert_int_equal(scene.settled, 1);
	for (unsigned i = 0; i < COUNT; i++)
		assert_false(scene.children.list[i].is_ended);
	scene_done(&scene);
}

/* ---- deaths ---- */

/* One may be an accident: but then its next life has to say yes. */
static void
agreement__waits_for_the_next_life_of_who_died_of_it(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_say_yes_but(&scene, MILTER);
	die(&scene, MILTER);
	assert_int_equal(scene.agreed, 0);
	come_back(&scene, MILTER);
	assert_int_equal(scene.agreed, 0);
	say_yes(&scene, MILTER);
	assert_int_equal(scene.agreed, 1);
	scene_done(&scene);
}

static void
agreement__is_none_when_a_role_dies_of_it_twice(void **state)
{
	static const unsigned deaths[][2] = { { MILTER, MILTER }, { MILTER, OTHER_MILTER }, { DNS, DNS } };
	static const char *const said[] = { "signetd-milter", "signetd-milter", "signetd-dns" };

	(void)state;
	for (size_t i = 0; i < sizeof(deaths) / sizeof(deaths[0]); i++) {
		struct scene scene;

		scene_init(&scene);
		offer(&scene);
		die(&scene, deaths[i][0]);
		come_back(&scene, deaths[i][0]);
		assert_int_equal(scene.refused, 0);
		die(&scene, deaths[i][1]);
		check_unchanged(&scene, said[i]);
		scene_done(&scene);
	}
}

/* It has said yes, and dies of what it has built before the others have answered. */
static void
agreement__counts_deaths_after_a_yes(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	for (int life = 0; life < 2; life++) {
		say_yes(&scene, MILTER);
		die(&scene, MILTER);
		if (life == 0)
			come_back(&scene, MILTER);
	}
	check_unchanged(&scene, "signetd-milter");
	scene_done(&scene);
}

static void
agreement__is_none_when_who_died_of_it_does_not_come_back(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_say_yes_but(&scene, VAULT);
	die(&scene, VAULT);
	time_is_over(&scene);
	check_unchanged(&scene, "signetd-vault (instance 0) has not answered");
	scene_done(&scene);
}

/* What we ended has died of nothing. */
static void
agreement__does_not_wait_for_who_was_ended(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_say_yes_but(&scene, DNS);
	assert_int_equal(scene.agreed, 0);
	scene.children.list[DNS].is_ended = true;
	die(&scene, DNS);
	assert_int_equal(scene.agreed, 1);
	scene_done(&scene);
}

static void
agreement__begins_the_count_of_deaths_anew(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (unsigned reload = 1; reload <= 3; reload++) {
		offer(&scene);
		die(&scene, MILTER);
		come_back(&scene, MILTER);
		all_say_yes_but(&scene, COUNT);
		all_swap(&scene);
		assert_int_equal(scene.settled, reload);
	}
	assert_int_equal(scene.refused, 0);
	scene_done(&scene);
}

/* ---- after it ---- */

static void
agreement__has_who_does_not_swap_start_again(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	offer(&scene);
	all_say_yes_but(&scene, COUNT);
	for (unsigned i = 0; i < COUNT; i++) {
		if (i != VAULT)
			answer(&scene, i, FRAME_SETTINGS_SWAP, STATUS_OK);
	}
	time_is_over(&scene);
	assert_true(scene.children.list[VAULT].is_ended);
	die(&scene, VAULT);
	assert_int_equal(scene.settled, 1);
	come_back(&scene, VAULT);
	assert_int_equal(version_of(&scene, VAULT), 2);
	scene_done(&scene);
}

/* Started with the old settings, and ready when the new ones are in use. */
static void
agreement__lets_a_late_one_catch_up(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.children.list[MILTER].is_ended = true;
	die(&scene, MILTER);
	begin_life(&scene.children.list[MILTER]);
	offer(&scene);
	all_say_yes_but(&scene, MILTER);
	all_swap(&scene);
	assert_int_equal(scene.settled, 1);
	get_ready(&scene.children.list[MILTER]);
	say_yes(&scene, MILTER);
	answer(&scene, MILTER, FRAME_SETTINGS_SWAP, STATUS_OK);
	assert_int_equal(version_of(&scene, MILTER), 2);
	assert_int_equal(scene.settled, 2);
	scene_done(&scene);
}

/* Ready when the time of the others is nearly over. */
static void
agreement__gives_a_late_one_as_long_as_the_others(void **state)
{
	struct scene scene;
	sd_event_source *first;

	(void)state;
	scene_init(&scene);
	scene.children.list[MILTER].is_ended = true;
	die(&scene, MILTER);
	offer(&scene);
	all_say_yes_but(&scene, OTHER_MILTER);
	first = sd_event_source_ref(scene.children.agreement.timer);
	come_back(&scene, MILTER);
	assert_ptr_not_equal(scene.children.agreement.timer, first);
	sd_event_source_unref(first);
	scene_done(&scene);
}

/* It reads settings at its start alone. */
static void
agreement__has_a_late_dns_start_again(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.children.list[DNS].is_ended = true;
	die(&scene, DNS);
	begin_life(&scene.children.list[DNS]);
	offer(&scene);
	all_say_yes_but(&scene, DNS);
	all_swap(&scene);
	get_ready(&scene.children.list[DNS]);
	assert_int_equal(ended, 1);
	scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreement__is_of_all_then_all_swap),
		cmocka_unit_test(agreement__passes_the_settings_to_whoever_has_a_use_for_them),
		cmocka_unit_test(agreement__takes_no_answer_of_another_attempt_or_life),
		cmocka_unit_test(agreement__is_none_after_one_no),
		cmocka_unit_test(agreement__is_none_when_one_is_silent),
		cmocka_unit_test(agreement__reads_the_answers_that_are_there_first),
		cmocka_unit_test(agreement__can_be_withdrawn_before_it_is_reached),
		cmocka_unit_test(agreement__waits_for_the_next_life_of_who_died_of_it),
		cmocka_unit_test(agreement__is_none_when_a_role_dies_of_it_twice),
		cmocka_unit_test(agreement__counts_deaths_after_a_yes),
		cmocka_unit_test(agreement__is_none_when_who_died_of_it_does_not_come_back),
		cmocka_unit_test(agreement__does_not_wait_for_who_was_ended),
		cmocka_unit_test(agreement__begins_the_count_of_deaths_anew),
		cmocka_unit_test(agreement__has_who_does_not_swap_start_again),
		cmocka_unit_test(agreement__lets_a_late_one_catch_up),
		cmocka_unit_test(agreement__gives_a_late_one_as_long_as_the_others),
		cmocka_unit_test(agreement__has_a_late_dns_start_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
