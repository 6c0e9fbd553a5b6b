/* SPDX-License-Identifier: ISC */
/*
 * signetd: the supervisor. Reads the configuration, opens every socket, makes
 * every channel, opens the master key, then gives its privileges up and only
 * starts, watches and stops the programs that do the work.
 *
 * Security: it reads no mail, no DNS and no requests; of its children only
 * fixed-size frames. As root it keeps CAP_SETUID, CAP_SETGID and CAP_KILL.
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/descriptors.h"
#include "process/log.h"
#include "process/log_journal.h"
#include "process/role_start.h"
#include "supervisor/advice.h"
#include "supervisor/arguments.h"
#include "supervisor/children.h"
#include "supervisor/foresight.h"
#include "supervisor/heartbeat.h"
#include "supervisor/journal_watch.h"
#include "supervisor/layout.h"
#include "supervisor/master_key.h"
#include "supervisor/notify.h"
#include "supervisor/privileges.h"
#include "supervisor/reload.h"
#include "supervisor/resolv_watch.h"
#include "supervisor/restoring.h"
#include "supervisor/stopping.h"

struct supervisor {
	struct settings *settings;
	struct users users;
	struct layout layout;
	struct plumbing plumbing;
	struct children children;
	struct resolv_watch resolv_watch;
	struct journal_watch journal_watch;
	struct reload reload;
	struct heartbeat heartbeat;
	sd_event *event;
};

/* ---- only saying ---- */

#define DUMP_MAX_BYTES (64U << 20) /* far above the settings, of which LOAD_MAX_BYTES are read */

static int
dump(const struct settings *settings)
{
	int exit_status = EXIT_FAILURE;
	struct buf text;

	buf_init(&text, DUMP_MAX_BYTES);
	settings_print_dump(settings, &text);
	if (buf_status(&text) == STATUS_OK &&
	    fwrite(buf_slice(&text).ptr, 1, buf_slice(&text).len, stdout) == buf_slice(&text).len &&
	    fflush(stdout) == 0)
		exit_status = EXIT_SUCCESS;
	else
		log_write(LOG_LEVEL_ERROR, "cannot print the settings");
	buf_done(&text);
	return exit_status;
}

/* ---- preparing, with full rights ---- */

static enum status
open_master_keys(struct supervisor *s, struct error *err)
{
	char path[PATH_MAX];
	bool is_new = false;
	enum status status = master_key_name(s->settings, path, err);

	if (status == STATUS_OK)
		status =
		    master_key_open(path, !s->layout.has_store, &s->plumbing.master_fd, &is_new, err);
	if (status == STATUS_OK && is_new)
		log_write(LOG_LEVEL_NOTICE,
		    "made a new master key %s: keep a copy apart from backups of the store", path);
	if (status == STATUS_OK)
		status = master_key_open_previous(s->settings, &s->plumbing.previous_master_fd, err);
	return status;
}

static void
log_warning(void *context, const char *text)
{
	(void)context;
	log_write(LOG_LEVEL_WARNING, "%s", text);
}

static enum status
prepare(struct supervisor *s, struct error *err)
{
	enum status status;

	status = users_resolve(s->settings, &s->users, err);
	if (status == STATUS_OK)
		status = layout_prepare(
		    settings_text(s->settings, SETTING_STATE_DIR, 0), &s->users, &s->layout, err);
	if (status == STATUS_OK)
		status = open_master_keys(s, err);
	if (status == STATUS_OK)
		status = plumbing_open(&s->plumbing, s->settings, err);
	if (status == STATUS_OK)
		status = privileges_drop(err);
	return status;
}

/* ---- events ---- */

static void
log_advice(const char *address)
{
	char storage[PATH_MAX];
	struct buf line;

	buf_init_fixed(&line, storage, sizeof(storage));
	advice_write_milter(&line, address);
	log_write(LOG_LEVEL_NOTICE, "listening; for Postfix: smtpd_milters = %s", buf_text(&line));
}

static void
on_all_ready(void *context)
{
	struct supervisor *s = context;

	for (unsigned i = 0; i < s->plumbing.listener_count; i++)
		log_advice(s->plumbing.listeners[i].address);
	log_write(LOG_LEVEL_NOTICE, "ready version=" SIGNETD_VERSION " milters=%u",
	    s->plumbing.milter_count);
	log_echo_to_terminal(false);
	notify_ready(&s->children);
	reload_continue(&s->reload);
}

static void
on_stopped(void *context, int exit_status)
{
	const struct supervisor *s = context;

	(void)sd_event_exit(s->event, exit_status);
}

static int
on_stop_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct supervisor *s = context;

	(void)source;
	log_write(LOG_LEVEL_NOTICE, "stopping signal=%u", info->ssi_signo);
	stopping_begin(&s->children, EXIT_SUCCESS);
	notify_stopping(&s->children);
	return 0;
}

static int
on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *context)
{
	struct supervisor *s = context;

	(void)source;
	(void)info;
	reload_request(&s->reload, NULL);
	return 0;
}

static enum status
add_signals(struct supervisor *s, struct error *err)
{
	static const struct {
		int number;
		sd_event_signal_handler_t handler;
	} rows[] = {
		{ SIGTERM, on_stop_signal },
		{ SIGINT, on_stop_signal },
		{ SIGHUP, on_hangup },
	};
	sigset_t blocked;

	/* whoever read our log from a pipe may go, and nobody else for that */
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGCHLD);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)sigaddset(&blocked, rows[i].number);
	if (sigprocmask(SIG_BLOCK, &blocked, NULL) != 0)
		return error_set_errno(err, "cannot block signals");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (sd_event_add_signal(s->event, NULL, rows[i].number, rows[i].handler, s) < 0)
			return error_set(err, STATUS_SYSTEM, "cannot watch signals");
	}
	return STATUS_OK;
}

/* ---- running ---- */

static const char *
program_directory(void)
{
	const char *given = getenv("SIGNETD_LIBEXEC");

	return given != NULL ? given : SIGNETD_LIBEXECDIR;
}

static enum status
run(struct supervisor *s, const char *config, int *ret_exit_status, struct error *err)
{
	enum status status;
	int result;

	if (sd_event_default(&s->event) < 0)
		return error_set(err, STATUS_SYSTEM, "cannot make an event loop");
	s->children = (struct children){
		.event = s->event,
		.plumbing = &s->plumbing,
		.directory = program_directory(),
		.events = { on_all_ready, on_stopped, s },
		.reload = &s->reload,
		.drain_timeout_ms =
		    (unsigned)settings_number(s->settings, SETTING_DRAIN_TIMEOUT, 0),
	};
	s->reload = (struct reload){
		.path = config,
		.children = &s->children,
		.plumbing = &s->plumbing,
		.resolv_watch = &s->resolv_watch,
		.heartbeat = &s->heartbeat,
	};
	reload_init(&s->reload, s->settings);
	/* before signetd-dns reads it: what changes in between is seen */
	resolv_watch_start(&s->resolv_watch, s->settings, &s->children);
	journal_watch_start(&s->journal_watch, &s->children);
	status = add_signals(s, err);
	if (status == STATUS_OK)
		status = children_init(&s->children, &s->users, err);
	if (status == STATUS_OK)
		status = children_start(&s->children, s->layout.has_views, err);
	if (status != STATUS_OK)
		return status;
	notify_start(&s->children);
	heartbeat_start(&s->heartbeat, s->settings, &s->children);
	result = sd_event_loop(s->event);
	if (result < 0)
		return error_set(err, STATUS_SYSTEM, "the event loop failed");
	*ret_exit_status = result;
	return STATUS_OK;
}

static void
log_foreseen(void *context, bool is_certain, const char *text)
{
	int *exit_status = context;

	log_write(is_certain ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "%s", text);
	if (is_certain)
		*exit_status = EXIT_CONFIG;
}

/* What of a configuration another part of the system has to have. */
static int
check(const struct settings *settings)
{
	int exit_status = EXIT_SUCCESS;

	foresight_look(settings, log_foreseen, &exit_status);
	return exit_status;
}

static int
fail(enum status status, const struct error *err)
{
	log_write(LOG_LEVEL_ERROR, "%s", err->text);
	return status == STATUS_REFUSED || status == STATUS_INVALID ? EXIT_CONFIG : EXIT_FAILURE;
}

/* Descriptors 0 to 2 exist, whoever started us. */
static void
fill_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		(void)close(fd);
}

static void
start_log(struct supervisor *s, bool in_foreground)
{
	s->plumbing.journal_fd = in_foreground ? -1 : log_journal_open();
	log_open("signetd", s->plumbing.journal_fd);
	log_echo_to_terminal(true);
}

int
main(int argc, char **argv)
{
	static struct supervisor supervisor;
	struct arguments arguments;
	int exit_status = EXIT_SUCCESS;
	struct error err = { "" };
	enum status status;

	fill_standard_fds();
	descriptors_raise_limit();
	(void)umask(022);
	arguments_parse(argc, argv, &arguments);
	plumbing_init(&supervisor.plumbing);
	start_log(&supervisor, arguments.in_foreground || arguments.only_check || arguments.only_dump ||
	        arguments.restore != NULL);
	status = settings_read_file(arguments.config, &supervisor.settings, &err);
	if (status != STATUS_OK) {
		(void)fail(status, &err);
		return EXIT_CONFIG;
	}
	settings_list_warnings(supervisor.settings, log_warning, NULL);
	if (arguments.only_dump)
		return dump(supervisor.settings);
	if (arguments.only_check)
		return check(supervisor.settings);
	if (arguments.restore != NULL) {
		status = restoring_run(
		    supervisor.settings, arguments.restore, program_directory(), &err);
		return status == STATUS_OK ? EXIT_SUCCESS : fail(status, &err);
	}
	status = prepare(&supervisor, &err);
	if (status == STATUS_OK)
		status = run(&supervisor, arguments.config, &exit_status, &err);
	plumbing_close(&supervisor.plumbing);
	if (status != STATUS_OK)
		return fail(status, &err);
	log_write(LOG_LEVEL_NOTICE, "stopped exit=%d", exit_status);
	return exit_status;
}
