/* SPDX-License-Identifier: ISC */
#include "process/role_start.h"

#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ipc/channel.h"
#include "process/counters.h"
#include "process/log.h"

/* What the supervisor blocks and ignores is its own business. */
static void
reset_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		(void)sigaction(number, &standard, NULL);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static enum status
read_numbers(struct role_start *start, struct error *err)
{
	const struct inherit *inherit = &start->inherit;
	enum status status;

	status = inherit_number(inherit, "instance", &start->instance, err);
	if (status == STATUS_OK)
		status = inherit_number(inherit, "epoch", &start->epoch, err);
	if (status == STATUS_OK)
		status = inherit_number(inherit, "uid", &start->uid, err);
	if (status == STATUS_OK)
		status = inherit_number(inherit, "gid", &start->gid, err);
	if (status == STATUS_OK)
		status = inherit_fd(inherit, "supervisor", &start->supervisor_fd, err);
	if (status == STATUS_OK)
		status = inherit_fd(inherit, "settings", &start->settings_fd, err);
	return status;
}

/* Where none is given, while a store is restored, nobody reads what is counted. */
static enum status
open_counters(const struct inherit *inherit, struct error *err)
{
	int fd = inherit_optional_fd(inherit, "counters");
	enum status status;

	if (fd < 0)
		return STATUS_OK;
	status = counters_open(fd, err);
	(void)close(fd);
	return status;
}

enum status
role_begin(enum role role, const char *program, int argc, char **argv,
    struct role_start *ret_start, struct error *err)
{
	struct role_start start = { .inherit = { argc, argv }, .role = role };
	enum status status;

	reset_signals();
	(void)setlocale(LC_ALL, "C");
	tzset();
	(void)umask(077);
	log_open(program, inherit_optional_fd(&start.inherit, "journal"));
	log_echo_to_terminal(true);
	status = read_numbers(&start, err);
	if (status == STATUS_OK)
		status = open_counters(&start.inherit, err);
	if (status == STATUS_OK)
		*ret_start = start;
	return status;
}

enum status
role_drop_user(const struct role_start *start, struct error *err)
{
	return walls_change_user(start->uid, start->gid, err);
}

enum status
role_confine(const struct role_start *start, const struct wall *wall, struct error *err)
{
	enum status status;
	int landlock_abi;

	status = walls_raise(wall, &landlock_abi, err);
	if (status == STATUS_OK && landlock_abi == 0)
		log_write(LOG_LEVEL_WARNING, "walls role=%s landlock=absent: the kernel has no Landlock",
		    word_text(role_words, (int)start->role));
	return status;
}

enum status
role_ready(const struct role_start *start, struct error *err)
{
	struct frame_plain ready = { 0 };
	enum status status;

	channel_head(&ready.head, FRAME_READY, sizeof(ready), start->epoch, 0);
	status = channel_send(start->supervisor_fd, &ready.head);
	if (status != STATUS_OK)
		return error_set(err, status, "cannot tell the supervisor that this role is ready");
	log_echo_to_terminal(false);
	return STATUS_OK;
}

static int
exit_status_of(enum status status)
{
	if (status == STATUS_REFUSED)
		return EXIT_CONFIG;
	return status == STATUS_DAMAGED ? EXIT_VIEW_DAMAGED : EXIT_FAILURE;
}

void
role_fail(enum status status, const struct error *err)
{
	log_write(LOG_LEVEL_ERROR, "%s", err->text);
	log_close();
	exit(exit_status_of(status));
}

_Noreturn void
role_leave_damaged_view(const char *view)
{
	log_write(LOG_LEVEL_ERROR, "view=%s damaged: what was found in it fails its check", view);
	log_close();
	_exit(EXIT_VIEW_DAMAGED);
}
