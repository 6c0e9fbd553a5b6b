/* SPDX-License-Identifier: ISC */
/* The children are processes that only wait; what starts them again is this test's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/wait.h>
#include <unistd.h>

#include "process/role_start.h"
#include "supervisor/children.h"
#include "supervisor/hearing.h"
#include "supervisor/order.h"
#include "victim.h"

#define KEEPER 0
#define VAULT 1
#define MILTER 2
#define OTHER_MILTER 3
#define COUNT 4

/* ---- what supervisor/children.c has for this ---- */

static unsigned last_delay_ms;

/* At the next turn of the loop: how long it would take is remembered. */
void
children_set_timer(struct children *children, sd_event_source **timer, unsigned delay_ms,
    sd_event_time_handler_t handler, void *context)
{
	last_delay_ms = delay_ms;
	*timer = sd_event_source_unref(*timer);
	assert_true(sd_event_add_time_relative(
			children->event, timer, CLOCK_MONOTONIC, 0, 1, handler, context) >= 0);
}

static enum frame_view got_meanwhile; /* 0: nobody has said anything more */

/* And supervisor/hearing.c: here all there may be to hear is that the lock was given. */
unsigned
hearing_catch_up(struct child *child)
{
	const struct frame_view_wait got = { .view = got_meanwhile, .is_waiting = 0 };

	if (got_meanwhile == 0)
		return 0;
	views_on_wait(child, &got);
	return 1;
}

void
children_start_one(struct child *child)
{
	assert_int_equal(child->pid, 0);
	child->pid = start_process();
	child->epoch++;
	child->is_ended = false;
}

/* ---- a scene ---- */

struct scene {
	struct children children;
};

static void
scene_init(struct scene *scene)
{
	static const enum role roles[COUNT] = { ROLE_KEEPER, ROLE_VAULT, ROLE_MILTER, ROLE_MILTER };

	*scene = (struct scene){ .children = { .phase = CHILDREN_SERVING, .count = COUNT } };
	got_meanwhile = 0;
	assert_true(sd_event_new(&scene->children.event) >= 0);
	for (unsigned i = 0; i < COUNT; i++) {
		struct child *child = &scene->children.list[i];

		child->all = &scene->children;
		child->role = roles[i];
		children_start_one(child);
		child->is_ready = true;
	}
}

/* By itself, or of what the supervisor sent it. */
static void
bury(struct child *child)
{
	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
	child->pid = 0;
	child->is_ready = false;
}

static void
scene_done(struct scene *scene)
{
	for (unsigned i = 0; i < COUNT; i++) {
		struct child *child = &scene->children.list[i];

		if (child->pid != 0)
			bury(child);
		sd_event_source_disable_unref(child->view_timer);
	}
	sd_event_unref(scene->children.event);
}

static void
say_waits(struct scene *scene, unsigned who, enum frame_view view, bool is_waiting)
{
	const struct frame_view_wait frame = { .view = view, .is_waiting = is_waiting ? 1 : 0 };

	views_on_wait(&scene->children.list[who], &frame);
}

/* Whatever is waited for comes. */
static void
let_time_pass(struct scene *scene)
{
	for (int i = 0; i < 10; i++)
		assert_true(sd_event_run(scene->children.event, 2000) >= 0);
}

static enum views_reset
reset_of(const struct scene *scene, enum frame_view view)
{
	return scene->children.views.resets[view];
}

static void
check_resets(const struct scene *scene, enum views_reset table, enum views_reset keyring)
{
	assert_int_equal(reset_of(scene, FRAME_VIEW_TABLE), table);
	assert_int_equal(reset_of(scene, FRAME_VIEW_KEYRING), keyring);
}

/* Ended by the supervisor, and by SIGKILL. */
static bool
was_ended(const struct scene *scene, unsigned who)
{
	const struct child *child = &scene->children.list[who];
	siginfo_t info = { .si_pid = 0 };

	if (!child->is_ended)
		return false;
	assert_int_equal(waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOWAIT), 0);
	return info.si_status == SIGKILL;
}

static const siginfo_t crash = { .si_code = CLD_KILLED, .si_status = SIGSEGV };
static const siginfo_t damage = { .si_code = CLD_EXITED, .si_status = EXIT_VIEW_DAMAGED };

static void
end_with(struct scene *scene, unsigned who, const siginfo_t *info)
{
	struct child *child = &scene->children.list[who];

	(void)kill(child->pid, SIGKILL);
	(void)waitpid(child->pid, NULL, 0);
	child->pid = 0;
	views_on_exit(&scene->children, child, info);
	child->is_ready = false;
}

static void
crash_again(struct scene *scene, unsigned who)
{
	end_with(scene, who, &crash);
	if (!scene->children.holds_keeper)
		children_start_one(&scene->children.list[who]);
}

/* ---- waiting ---- */

static void
views__that_are_waited_for_too_long_get_a_fresh_lock(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	say_waits(&scene, KEEPER, FRAME_VIEW_TABLE, true);
	assert_int_equal(last_delay_ms, VIEWS_PATIENCE_MS);
	assert_false(was_ended(&scene, KEEPER));
	let_time_pass(&scene);
	check_resets(&scene, VIEWS_FRESH_LOCK, VIEWS_KEEP);
	assert_true(was_ended(&scene, KEEPER));
	assert_true(was_ended(&scene, MILTER));
	assert_true(was_ended(&scene, OTHER_MILTER));
	assert_false(was_ended(&scene, VAULT));
	scene_done(&scene);
}

static void
views__that_were_waited_for_are_left_alone(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	say_waits(&scene, KEEPER, FRAME_VIEW_KEYRING, true);
	say_waits(&scene, KEEPER, FRAME_VIEW_KEYRING, false);
	let_time_pass(&scene);
	check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	scene_done(&scene);
}

/* It was the supervisor that was stopped, and has not read yet that the wait is over. */
static void
views__that_were_got_meanwhile_are_left_alone(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	say_waits(&scene, KEEPER, FRAME_VIEW_TABLE, true);
	got_meanwhile = FRAME_VIEW_TABLE;
	let_time_pass(&scene);
	check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	assert_false(was_ended(&scene, KEEPER));
	scene_done(&scene);
}

/* That another waits no longer does not help it. */
static void
views__are_waited_for_by_each_for_itself(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.children.list[MILTER].is_ready = false;
	scene.children.list[OTHER_MILTER].is_ready = false;
	say_waits(&scene, MILTER, FRAME_VIEW_TABLE, true);
	say_waits(&scene, OTHER_MILTER, FRAME_VIEW_TABLE, true);
	say_waits(&scene, OTHER_MILTER, FRAME_VIEW_TABLE, false);
	let_time_pass(&scene);
	check_resets(&scene, VIEWS_FRESH_LOCK, VIEWS_KEEP);
	scene_done(&scene);
}

/* Nor when it is gone. */
static void
views__are_waited_for_by_nobody_who_is_gone(void **state)
{
	static const siginfo_t killed = { .si_code = CLD_KILLED, .si_status = SIGKILL };
	struct scene scene;

	(void)state;
	scene_init(&scene);
	say_waits(&scene, KEEPER, FRAME_VIEW_TABLE, true);
	end_with(&scene, KEEPER, &killed);
	let_time_pass(&scene);
	check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	scene_done(&scene);
}

/* A milter that was taken over reads mail: it has been ready. */
static void
views__of_others_or_of_one_who_is_ready_are_not_waited_for(void **state)
{
	static const struct {
		unsigned who;
		enum frame_view view;
		bool is_ready;
	} rows[] = {
		{ MILTER, FRAME_VIEW_TABLE, true },
		{ MILTER, FRAME_VIEW_KEYRING, false },
		{ VAULT, FRAME_VIEW_KEYRING, true },
		{ VAULT, FRAME_VIEW_TABLE, false },
		{ KEEPER, (enum frame_view)0, true },
		{ KEEPER, (enum frame_view)VIEWS_COUNT, true },
	};
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene.children.list[rows[i].who].is_ready = rows[i].is_ready;
		say_waits(&scene, rows[i].who, rows[i].view, true);
		let_time_pass(&scene);
		check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	}
	scene_done(&scene);
}

/* ---- crashing ---- */

static void
views__are_made_anew_after_the_second_crash_of_a_reader(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	crash_again(&scene, MILTER);
	check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	crash_again(&scene, OTHER_MILTER);
	check_resets(&scene, VIEWS_REBUILD, VIEWS_KEEP);
	assert_true(was_ended(&scene, KEEPER));
	assert_false(was_ended(&scene, VAULT));
	scene_done(&scene);
}

static void
views__that_are_found_damaged_are_made_anew_at_once(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	end_with(&scene, VAULT, &damage);
	check_resets(&scene, VIEWS_KEEP, VIEWS_REBUILD);
	scene_done(&scene);
	/* the keeper does not say which one it was */
	scene_init(&scene);
	end_with(&scene, KEEPER, &damage);
	check_resets(&scene, VIEWS_REBUILD, VIEWS_REBUILD);
	scene_done(&scene);
}

/* What we did, what settings did, and what is no crash. */
static void
views__are_not_suspected_of_every_end(void **state)
{
	static const siginfo_t exits = { .si_code = CLD_EXITED, .si_status = 1 };
	static const siginfo_t killed = { .si_code = CLD_KILLED, .si_status = SIGKILL };
	static const struct {
		const siginfo_t *info;
		bool is_stuck;
		enum child_settings_step step;
	} rows[] = {
		{ &exits, false, CHILD_SETTINGS_NONE },
		{ &killed, false, CHILD_SETTINGS_NONE },
		{ &crash, true, CHILD_SETTINGS_NONE },
		{ &crash, false, CHILD_SETTINGS_OFFERED },
		{ &crash, false, CHILD_SETTINGS_PREPARED },
	};
	struct scene scene;

	(void)state;
	scene_init(&scene);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int life = 0; life < 2; life++) {
			struct child *vault = &scene.children.list[VAULT];

			vault->is_stuck = rows[i].is_stuck;
			vault->settings_step = rows[i].step;
			end_with(&scene, VAULT, rows[i].info);
			check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
			children_start_one(vault);
		}
	}
	scene_done(&scene);
}

/* The keeper does more than to read views: when it is ready one crash may be of anything, and so may be two. */
static void
views__are_what_a_keeper_crashes_on_at_its_start(void **state)
{
	struct scene scene;
	struct child *keeper;

	(void)state;
	scene_init(&scene);
	keeper = &scene.children.list[KEEPER];
	for (int life = 0; life < 4; life++) {
		keeper->is_ready = true;
		crash_again(&scene, KEEPER);
	}
	check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	crash_again(&scene, KEEPER);
	crash_again(&scene, KEEPER);
	check_resets(&scene, VIEWS_REBUILD, VIEWS_REBUILD);
	views_on_keeper_ready(&scene.children);
	check_resets(&scene, VIEWS_KEEP, VIEWS_KEEP);
	scene_done(&scene);
}

/* ---- the order in which all come back ---- */

static void
order__is_the_keeper_when_all_have_ended_then_the_others(void **state)
{
	struct scene scene;
	struct child *list;

	(void)state;
	scene_init(&scene);
	list = scene.children.list;
	order_restart(&scene.children, ROLE_BIT(ROLE_MILTER));
	bury(&list[KEEPER]);
	order_release_keeper(&scene.children);
	bury(&list[MILTER]);
	order_release_keeper(&scene.children);
	assert_int_equal(list[KEEPER].pid, 0);
	assert_true(scene.children.holds_keeper);
	bury(&list[OTHER_MILTER]);
	order_release_keeper(&scene.children);
	assert_int_not_equal(list[KEEPER].pid, 0);
	assert_false(scene.children.holds_keeper);
	assert_int_equal(list[MILTER].pid, 0);
	order_release_followers(&scene.children);
	assert_int_not_equal(list[MILTER].pid, 0);
	assert_int_not_equal(list[OTHER_MILTER].pid, 0);
	assert_int_equal(list[VAULT].epoch, 1);
	scene_done(&scene);
}

static void
order__is_none_while_the_daemon_stops(void **state)
{
	struct scene scene;

	(void)state;
	scene_init(&scene);
	scene.children.phase = CHILDREN_DRAINING_MILTERS;
	order_restart(&scene.children, ROLE_BIT(ROLE_MILTER));
	for (unsigned i = 0; i < COUNT; i++)
		assert_false(was_ended(&scene, i));
	scene_done(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(views__that_are_waited_for_too_long_get_a_fresh_lock),
		cmocka_unit_test(views__that_were_waited_for_are_left_alone),
		cmocka_unit_test(views__that_were_got_meanwhile_are_left_alone),
		cmocka_unit_test(views__are_waited_for_by_each_for_itself),
		cmocka_unit_test(views__are_waited_for_by_nobody_who_is_gone),
		cmocka_unit_test(views__of_others_or_of_one_who_is_ready_are_not_waited_for),
		cmocka_unit_test(views__are_made_anew_after_the_second_crash_of_a_reader),
		cmocka_unit_test(views__that_are_found_damaged_are_made_anew_at_once),
		cmocka_unit_test(views__are_not_suspected_of_every_end),
		cmocka_unit_test(views__are_what_a_keeper_crashes_on_at_its_start),
		cmocka_unit_test(order__is_the_keeper_when_all_have_ended_then_the_others),
		cmocka_unit_test(order__is_none_while_the_daemon_stops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
