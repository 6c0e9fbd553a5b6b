/* SPDX-License-Identifier: ISC */
#include "supervisor/plumbing.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/passing.h"
#include "supervisor/credential.h"

#define PROCESSES_MAX 8 /* of one listener, unless the configuration says more */

static unsigned
default_processes(void)
{
	cpu_set_t set;
	int cpus = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return cpus < PROCESSES_MAX ? (unsigned)cpus : PROCESSES_MAX;
}

static unsigned
count_processes(const struct settings *settings, unsigned listener)
{
	unsigned processes =
	    (unsigned)settings_number(settings, SETTING_LISTENER_PROCESSES, listener);

	return processes > 0 ? processes : default_processes();
}

unsigned
plumbing_count_milters(const struct settings *settings, unsigned listeners)
{
	unsigned count = 0;

	for (unsigned i = 0; i < listeners; i++)
		count += count_processes(settings, i);
	return count;
}

/* One milter of a listener, and its channel to the vault. */
static enum status
add_milter(struct plumbing *plumbing, unsigned listener, struct error *err)
{
	if (plumbing->milter_count == PLUMBING_MILTERS_MAX)
		return error_set(err, STATUS_REFUSED,
		    "more than %d milter processes in all: lower processes = of the listeners",
		    PLUMBING_MILTERS_MAX);
	plumbing->listener_of_milter[plumbing->milter_count] = listener;
	return channel_pair(plumbing->milter_vault[plumbing->milter_count++], err);
}

static enum status
add_milters(struct plumbing *plumbing, const struct settings *settings, unsigned listener,
    struct error *err)
{
	unsigned processes = count_processes(settings, listener);
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < processes && status == STATUS_OK; i++)
		status = add_milter(plumbing, listener, err);
	return status;
}

static enum status
open_listeners(struct plumbing *plumbing, const struct settings *settings, struct error *err)
{
	unsigned count = settings_count(settings, SETTING_LISTENER_ADDRESS);
	enum status status = STATUS_OK;

	if (count > FRAME_CHILDREN_MAX)
		return error_set(err, STATUS_REFUSED, "too many listeners");
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		struct listen_socket *listener = &plumbing->listeners[i];

		listener->address = settings_text(settings, SETTING_LISTENER_ADDRESS, i);
		listener->mode = (mode_t)settings_number(settings, SETTING_LISTENER_MODE, i);
		listener->group = settings_text(settings, SETTING_LISTENER_GROUP, i);
		listener->fd = -1;
		plumbing->listener_count = i + 1;
		status = listen_open(listener, err);
		if (status == STATUS_OK)
			status = add_milters(plumbing, settings, i, err);
	}
	return status;
}

static enum status
open_control(struct plumbing *plumbing, const struct settings *settings, struct error *err)
{
	plumbing->control.address = settings_text(settings, SETTING_CONTROL_ADDRESS, 0);
	plumbing->control.mode = (mode_t)settings_number(settings, SETTING_CONTROL_MODE, 0);
	plumbing->control.group = settings_text(settings, SETTING_CONTROL_GROUP, 0);
	return listen_open(&plumbing->control, err);
}

static enum status
open_metrics(struct plumbing *plumbing, const struct settings *settings, struct error *err)
{
	plumbing->metrics.address = settings_text(settings, SETTING_METRICS_ADDRESS, 0);
	plumbing->metrics.mode = (mode_t)settings_number(settings, SETTING_METRICS_MODE, 0);
	plumbing->metrics.group = settings_text(settings, SETTING_METRICS_GROUP, 0);
	return plumbing->metrics.address[0] != '\0' ? listen_open(&plumbing->metrics, err) : STATUS_OK;
}

/* Without waiting: a FIFO must not hold up a reload, which nobody else looks after meanwhile. */
static enum status
open_key_file(const char *path, int *ret_fd, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0) {
		(void)error_set_errno(err, "cannot open tsig_key_file %s", path);
	} else if (!S_ISREG(st.st_mode)) {
		(void)error_set(err, STATUS_REFUSED,
		    "tsig_key_file %s is no file; name the one with the key", path);
	} else {
		*ret_fd = fd;
		return STATUS_OK;
	}
	passing_drop(&fd);
	return STATUS_REFUSED;
}

/* Opened here, at the start with full rights, and read by dns alone. */
enum status
plumbing_open_tsig_key(const struct settings *settings, int *ret_fd, struct error *err)
{
	const char *configured = settings_text(settings, SETTING_PROVIDER_KEY_FILE, 0);
	char path[PATH_MAX];
	enum status status;

	*ret_fd = -1;
	if (configured[0] == '\0')
		return STATUS_OK;
	status = credential_path(configured, path, err);
	return status == STATUS_OK ? open_key_file(path, ret_fd, err) : status;
}

void
plumbing_init(struct plumbing *plumbing)
{
	*plumbing = (struct plumbing){
		.control.fd = -1,
		.metrics.fd = -1,
		.master_fd = -1,
		.previous_master_fd = -1,
		.tsig_fd = -1,
		.journal_fd = -1,
	};
}

enum status
plumbing_open(struct plumbing *plumbing, const struct settings *settings, struct error *err)
{
	enum status status;

	status = open_listeners(plumbing, settings, err);
	if (status == STATUS_OK)
		status = open_control(plumbing, settings, err);
	if (status == STATUS_OK)
		status = open_metrics(plumbing, settings, err);
	if (status == STATUS_OK && listen_count_unclaimed() > 0)
		status = error_set(err, STATUS_REFUSED,
		    "of the sockets that systemd passes the configuration does not name %u: make it agree "
		    "with signetd.socket (systemctl show -p Listen signetd.socket)",
		    listen_count_unclaimed());
	if (status == STATUS_OK)
		status = listen_open_private(
		    settings_text(settings, SETTING_STATE_DIR, 0), &plumbing->private_fd, err);
	if (status == STATUS_OK)
		status = channel_pair(plumbing->keeper_vault, err);
	if (status == STATUS_OK)
		status = channel_pair(plumbing->keeper_dns, err);
	if (status == STATUS_OK)
		status = plumbing_open_tsig_key(settings, &plumbing->tsig_fd, err);
	if (status == STATUS_OK)
		status = settings_to_memfd(settings, &plumbing->settings_fd, err);
	return status;
}

void
plumbing_close(struct plumbing *plumbing)
{
	for (unsigned i = 0; i < plumbing->listener_count; i++)
		listen_close(&plumbing->listeners[i]);
	listen_close(&plumbing->control);
	listen_close(&plumbing->metrics);
}

static void
give_milter(const struct plumbing *plumbing, unsigned instance, struct spawn *spawn)
{
	unsigned listener = plumbing->listener_of_milter[instance];

	spawn_add_number(spawn, "listener", listener);
	spawn_add_fd(spawn, "listen", plumbing->listeners[listener].fd);
	spawn_add_fd(spawn, "private", plumbing->private_fd);
	spawn_add_fd(spawn, "vault", plumbing->milter_vault[instance][END_OF_ASKER]);
}

static void
give_vault(const struct plumbing *plumbing, unsigned instance, struct spawn *spawn)
{
	(void)instance;
	spawn_add_fd(spawn, "master", plumbing->master_fd);
	if (plumbing->previous_master_fd >= 0)
		spawn_add_fd(spawn, "previous", plumbing->previous_master_fd);
	spawn_add_fd(spawn, "keeper", plumbing->keeper_vault[END_OF_ANSWERER]);
	for (unsigned i = 0; i < plumbing->milter_count; i++) {
		char name[32];

		(void)snprintf(name, sizeof(name), "milter%u", i);
		spawn_add_fd(spawn, name, plumbing->milter_vault[i][END_OF_ANSWERER]);
	}
}

static void
give_keeper(const struct plumbing *plumbing, unsigned instance, struct spawn *spawn)
{
	(void)instance;
	spawn_add_fd(spawn, "control", plumbing->control.fd);
	spawn_add_fd(spawn, "vault", plumbing->keeper_vault[END_OF_ASKER]);
	spawn_add_fd(spawn, "dns", plumbing->keeper_dns[END_OF_ASKER]);
}

static void
give_dns(const struct plumbing *plumbing, unsigned instance, struct spawn *spawn)
{
	(void)instance;
	spawn_add_fd(spawn, "keeper", plumbing->keeper_dns[END_OF_ANSWERER]);
	if (plumbing->tsig_fd >= 0)
		spawn_add_fd(spawn, "tsig", plumbing->tsig_fd);
}

static void
give_http(const struct plumbing *plumbing, unsigned instance, struct spawn *spawn)
{
	(void)instance;
	spawn_add_fd(spawn, "listen", plumbing->metrics.fd);
}

void
plumbing_give(
    const struct plumbing *plumbing, enum role role, unsigned instance, struct spawn *spawn)
{
	static void (*const givers[ROLE_COUNT])(
	    const struct plumbing *, unsigned, struct spawn *) = {
		[ROLE_MILTER] = give_milter,
		[ROLE_VAULT] = give_vault,
		[ROLE_KEEPER] = give_keeper,
		[ROLE_DNS] = give_dns,
		[ROLE_HTTP] = give_http,
	};

	spawn_add_fd(spawn, "settings", plumbing->settings_fd);
	if (plumbing->journal_fd >= 0)
		spawn_add_fd(spawn, "journal", plumbing->journal_fd);
	givers[role](plumbing, instance, spawn);
}
