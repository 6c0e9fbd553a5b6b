/* SPDX-License-Identifier: ISC */
/* The children are this test's: channels it reads, and processes that only wait. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "settings/settings.h"
#include "supervisor/hearing.h"
#include "supervisor/heartbeat.h"
#include "victim.h"

#define TIMEOUT_MS 40

/* What supervisor/children.c has for this. */
void
children_set_timer(struct children *children, sd_event_source **timer, unsigned delay_ms,
    sd_event_time_handler_t handler, void *context)
{
	*timer = sd_event_source_unref(*timer);
	assert_true(sd_event_add_time_relative(children->event, timer, CLOCK_MONOTONIC,
	                (uint64_t)delay_ms * 1000, 1, handler, context) >= 0);
}

/* And supervisor/hearing.c: here all that is said is an answer. */
unsigned
hearing_catch_up(struct child *child)
{
	unsigned count = 0;
	union frame frame;

	while (count < HEARING_MAX && channel_receive(child->channel[0], &frame) == STATUS_OK) {
		heartbeat_on_pong(child, &frame.head);
		count++;
	}
	return count;
}

struct scene {
	struct children children;
	struct heartbeat heartbeat;
	struct child *child;
};

static void
scene_init(struct scene *scene)
{
	struct error err;

	*scene = (struct scene){ .children = { .phase = CHILDREN_SERVING, .count = 1 } };
	scene->child = &scene->children.list[0];
	assert_true(sd_event_new(&scene->children.event) >= 0);
	*scene->child = (struct child){
		.all = &scene->children, .role = ROLE_VAULT, .epoch = 7, .is_ready = true
	};
	assert_int_equal(channel_pair(scene->child->channel, &err), STATUS_OK);
	scene->child->pid = start_process();
	scene->heartbeat.children = &scene->children;
	heartbeat_set_timeout(&scene->heartbeat, TIMEOUT_MS);
}

static int
scene_done(struct scene *scene)
{
	int status = 0;

	(void)kill(scene->child->pid, SIGKILL);
	(void)waitpid(scene->child->pid, &status, 0);
	(void)close(scene->child->channel[0]);
	(void)close(scene->child->channel[1]);
	sd_event_source_disable_unref(scene->heartbeat.timer);
	sd_event_unref(scene->children.event);
	return status;
}

/* It dies of what the heartbeat sends it, and of nothing else. */
static int
wait_for_end(struct scene *scene)
{
	int status = 0;

	assert_int_equal(waitpid(scene->child->pid, &status, 0), scene->child->pid);
	scene->child->pid = start_process();
	return WTERMSIG(status);
}

/* Until the next question is due, and asked. */
static void
beat(struct scene *scene)
{
	assert_true(sd_event_run(scene->children.event, UINT64_MAX) > 0);
}

static bool
is_asked(const struct scene *scene, union frame *ret_ping)
{
	return channel_receive(scene->child->channel[1], ret_ping) == STATUS_OK &&
	    ret_ping->head.type == FRAME_PING;
}

static void
heartbeat__ends_who_has_not_answered_four_times(void **state)
{
	struct scene scene;
	union frame ping;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < HEARTBEAT_MISSED_MAX; i++) {
		beat(&scene);
		assert_true(is_asked(&scene, &ping));
		assert_int_equal(ping.head.epoch, 7);
		assert_false(scene.child->is_stuck);
	}
	beat(&scene);
	assert_true(scene.child->is_stuck);
	assert_int_equal(wait_for_end(&scene), SIGABRT);
	(void)scene_done(&scene);
}

static void
heartbeat__ends_a_stopped_one_too(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	assert_int_equal(kill(scene.child->pid, SIGSTOP), 0);
	for (int i = 0; i <= HEARTBEAT_MISSED_MAX; i++)
		beat(&scene);
	assert_int_equal(wait_for_end(&scene), SIGABRT);
	(void)scene_done(&scene);
}

static void
say(const struct child *child)
{
	struct frame_plain pong = { 0 };

	channel_head(&pong.head, FRAME_PONG, sizeof(pong), child->epoch, 0);
	assert_int_equal(channel_send(child->channel[1], &pong.head), STATUS_OK);
}

static void
heartbeat__reads_the_answers_that_are_there_first(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < HEARTBEAT_MISSED_MAX; i++)
		beat(&scene);
	say(scene.child);
	beat(&scene);
	assert_false(scene.child->is_stuck);
	(void)scene_done(&scene);
}

/* Whatever it says, it says something more meanwhile. */
static int
on_babble(sd_event_source *source, int fd, uint32_t events, void *context)
{
	union frame frame;

	(void)source;
	(void)events;
	assert_int_equal(channel_receive(fd, &frame), STATUS_OK);
	say(context);
	return 0;
}

/* Who always has something to say does not keep the others from being asked. */
static void
heartbeat__comes_between_the_words_of_a_babbler(void **state)
{
	struct child *babbler;
	struct scene scene;
	union frame ping;
	struct error err;
	bool was_asked = false;

	(void)state;
	scene_init(&scene);
	babbler = &scene.children.list[scene.children.count++];
	*babbler = (struct child){ .all = &scene.children, .role = ROLE_MILTER, .epoch = 1 };
	assert_int_equal(channel_pair(babbler->channel, &err), STATUS_OK);
	say(babbler);
	assert_true(sd_event_add_io(scene.children.event, &babbler->channel_source,
	                babbler->channel[0], EPOLLIN, on_babble, babbler) >= 0);
	/* a beat is due after some thousand turns of the loop */
	for (int i = 0; i < 1000000 && !was_asked; i++) {
		beat(&scene);
		was_asked = is_asked(&scene, &ping);
	}
	assert_true(was_asked);
	sd_event_source_disable_unref(babbler->channel_source);
	(void)close(babbler->channel[0]);
	(void)close(babbler->channel[1]);
	(void)scene_done(&scene);
}

static void
heartbeat__lets_an_answer_begin_the_count_anew(void **state)
{
	struct scene scene;
	union frame ping;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i < 3 * HEARTBEAT_MISSED_MAX; i++) {
		beat(&scene);
		assert_true(is_asked(&scene, &ping));
		if (i % HEARTBEAT_MISSED_MAX == HEARTBEAT_MISSED_MAX - 1)
			heartbeat_on_pong(scene.child, &ping.head);
	}
	assert_false(scene.child->is_stuck);
	(void)scene_done(&scene);
}

static void
heartbeat__takes_no_answer_of_an_earlier_life(void **state)
{
	const struct frame_head pong = { .epoch = 6 };
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (int i = 0; i <= HEARTBEAT_MISSED_MAX; i++) {
		beat(&scene);
		heartbeat_on_pong(scene.child, &pong);
	}
	assert_true(scene.child->is_stuck);
	(void)scene_done(&scene);
}

/* Who starts, was told to end, is gone, or stops with all others. */
static void
heartbeat__asks_only_who_can_answer(void **state)
{
	struct scene scene;
	union frame ping;
	pid_t pid;

	(void)state;
	scene_init(&scene);
	pid = scene.child->pid;
	for (int i = 0; i < 4 * (HEARTBEAT_MISSED_MAX + 1); i++) {
		int why = i / (HEARTBEAT_MISSED_MAX + 1);

		scene.child->is_ready = why != 0;
		scene.child->is_ended = why == 1;
		scene.child->pid = why == 2 ? 0 : pid;
		scene.children.phase = why == 3 ? CHILDREN_DRAINING_MILTERS : CHILDREN_SERVING;
		beat(&scene);
		assert_false(is_asked(&scene, &ping));
	}
	assert_false(scene.child->is_stuck);
	assert_int_equal(WTERMSIG(scene_done(&scene)), SIGKILL);
}

static void
heartbeat__ends_who_is_not_ready_after_five_times_as_long(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.child->is_ready = false;
	for (int i = 0; i < 5 * HEARTBEAT_MISSED_MAX; i++)
		beat(&scene);
	assert_false(scene.child->is_stuck);
	beat(&scene);
	assert_true(scene.child->is_stuck);
	assert_int_equal(wait_for_end(&scene), SIGABRT);
	(void)scene_done(&scene);
}

static void
heartbeat__lets_a_start_last_that_gets_on(void **state)
{
	const struct frame_head pong = { .epoch = 7 };
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.child->is_ready = false;
	for (int i = 1; i <= 3 * HEARTBEAT_UNREADY_MAX; i++) {
		beat(&scene);
		if (i % HEARTBEAT_UNREADY_MAX == 0)
			heartbeat_on_pong(scene.child, &pong);
	}
	assert_false(scene.child->is_stuck);
	(void)scene_done(&scene);
}

/* The long time before says nothing of the short one that it has for an answer. */
static void
heartbeat__begins_the_count_when_it_is_ready(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.child->is_ready = false;
	for (int i = 0; i < HEARTBEAT_UNREADY_MAX; i++)
		beat(&scene);
	scene.child->is_ready = true;
	for (int i = 0; i < HEARTBEAT_MISSED_MAX; i++)
		beat(&scene);
	assert_false(scene.child->is_stuck);
	(void)scene_done(&scene);
}

static void
heartbeat__kills_who_was_told_to_end_and_does_not(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.child->is_ended = true;
	for (int i = 0; i < HEARTBEAT_MISSED_MAX; i++)
		beat(&scene);
	assert_int_equal(waitpid(scene.child->pid, NULL, WNOHANG), 0);
	beat(&scene);
	assert_int_equal(wait_for_end(&scene), SIGKILL);
	(void)scene_done(&scene);
}

/* That it is alive is not what was asked of it. */
static void
heartbeat__kills_who_was_told_to_end_and_says_that_it_gets_on(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.child->is_ended = true;
	for (int i = 0; i <= HEARTBEAT_MISSED_MAX; i++) {
		assert_int_equal(waitpid(scene.child->pid, NULL, WNOHANG), 0);
		say(scene.child);
		beat(&scene);
	}
	assert_int_equal(scene.child->unanswered, HEARTBEAT_MISSED_MAX + 1);
	assert_int_equal(wait_for_end(&scene), SIGKILL);
	(void)scene_done(&scene);
}

static void
heartbeat__of_no_timeout_asks_nobody(void **state)
{
	struct scene scene;
	union frame ping;

	(void)state;
	scene_init(&scene);
	heartbeat_set_timeout(&scene.heartbeat, 0);
	assert_int_equal(sd_event_run(scene.children.event, 4000 * TIMEOUT_MS / HEARTBEAT_MISSED_MAX), 0);
	assert_false(is_asked(&scene, &ping));
	heartbeat_set_timeout(&scene.heartbeat, TIMEOUT_MS);
	beat(&scene);
	assert_true(is_asked(&scene, &ping));
	(void)scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heartbeat__ends_who_has_not_answered_four_times),
		cmocka_unit_test(heartbeat__ends_a_stopped_one_too),
		cmocka_unit_test(heartbeat__reads_the_answers_that_are_there_first),
		cmocka_unit_test(heartbeat__comes_between_the_words_of_a_babbler),
		cmocka_unit_test(heartbeat__lets_an_answer_begin_the_count_anew),
		cmocka_unit_test(heartbeat__takes_no_answer_of_an_earlier_life),
		cmocka_unit_test(heartbeat__asks_only_who_can_answer),
		cmocka_unit_test(heartbeat__ends_who_is_not_ready_after_five_times_as_long),
		cmocka_unit_test(heartbeat__lets_a_start_last_that_gets_on),
		cmocka_unit_test(heartbeat__begins_the_count_when_it_is_ready),
		cmocka_unit_test(heartbeat__kills_who_was_told_to_end_and_does_not),
		cmocka_unit_test(heartbeat__kills_who_was_told_to_end_and_says_that_it_gets_on),
		cmocka_unit_test(heartbeat__of_no_timeout_asks_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
