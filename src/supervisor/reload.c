/* SPDX-License-Identifier: ISC */
#include "supervisor/reload.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/passing.h"
#include "process/clock.h"
#include "process/log.h"
#include "supervisor/credential.h"
#include "supervisor/file_state.h"
#include "supervisor/notify.h"

/* ---- telling ---- */

static const char stopping[] =
    "the daemon is being stopped; it reads its configuration when it starts";

static void
answer_one(const struct reload *reload, const struct frame_head *asker, enum status status,
    const char *sentence)
{
	const struct child *keeper = &reload->children->list[0];
	struct frame_reloaded frame = {
		.status = (uint32_t)status,
		.version = reload->children->agreement.version,
	};

	/* another life has not asked */
	if (asker->epoch != keeper->epoch)
		return;
	(void)snprintf(frame.sentence, sizeof(frame.sentence), "%s", sentence);
	channel_head(&frame.head, FRAME_RELOADED, sizeof(frame), asker->epoch, asker->id);
	channel_offer(keeper->channel[END_OF_SUPERVISOR], &frame.head);
}

static void
answer_all(const struct reload *reload, struct reload_askers *askers, enum status status,
    const char *sentence)
{
	for (unsigned i = 0; i < askers->count; i++)
		answer_one(reload, &askers->of[i], status, sentence);
	askers->count = 0;
}

static void
tell_log(const struct reload *reload, enum status status, const char *sentence)
{
	if (status == STATUS_OK)
		log_write(LOG_LEVEL_NOTICE, "reloaded %s settings=%u", reload->path,
		    reload->children->agreement.version);
	else
		log_write(LOG_LEVEL_ERROR, "reload refused, settings=%u stay in use: %s",
		    reload->children->agreement.version, sentence);
}

static void
log_warning(void *context, const char *text)
{
	(void)context;
	log_write(LOG_LEVEL_WARNING, "%s", text);
}

/* ---- ending ---- */

static void
drop_wanted(struct reload *reload)
{
	if (reload->wanted != reload->first)
		settings_free(&reload->wanted);
	reload->wanted = NULL;
	passing_drop(&reload->wanted_fd);
	passing_drop(&reload->wanted_key_fd);
	reload->has_new_key = false;
}

static void
finish(struct reload *reload, enum status status, const struct error *err)
{
	const char *sentence = status != STATUS_OK ? err->text : "";

	tell_log(reload, status, sentence);
	if (reload->children->phase == CHILDREN_SERVING)
		notify_reloaded(reload->children, sentence);
	answer_all(reload, &reload->askers, status, sentence);
	drop_wanted(reload);
	reload->is_under_way = false;
}

/* ---- the key of the provider zone ---- */

/* Opened only if it is another one: the rights with which it was opened at the start are gone. */
static enum status
open_key(struct reload *reload, struct error *err)
{
	const char *configured = settings_text(reload->wanted, SETTING_PROVIDER_KEY_FILE, 0);
	struct stat *seen = &reload->wanted_key_seen;
	char path[PATH_MAX];

	*seen = (struct stat){ 0 };
	reload->has_new_key = configured[0] != '\0' || reload->plumbing->tsig_fd >= 0;
	if (configured[0] == '\0')
		return STATUS_OK;
	if (credential_path(configured, path, err) == STATUS_OK) {
		reload->has_new_key = stat(path, seen) != 0 || !file_state_is_same(seen, &reload->key_seen);
		if (!reload->has_new_key ||
		    plumbing_open_tsig_key(reload->wanted, &reload->wanted_key_fd, err) == STATUS_OK)
			return STATUS_OK;
	}
	return error_prepend(err, STATUS_REFUSED, "%s:%u", settings_path(reload->wanted),
	    settings_line(reload->wanted, SETTING_PROVIDER_KEY_FILE, 0));
}

static const enum setting dns_settings[] = {
	SETTING_DNS_RESOLVERS,
	SETTING_DNS_TIMEOUT,
	SETTING_PROVIDER_NAME,
	SETTING_PROVIDER_SERVER,
	SETTING_PROVIDER_KEY_FILE,
};

/* signetd-dns may make no other connections than those its walls were raised for: it starts again. */
static bool
needs_new_dns(const struct reload *reload)
{
	bool needs = reload->has_new_key;

	for (size_t i = 0; i < sizeof(dns_settings) / sizeof(dns_settings[0]); i++)
		needs = needs || !settings_is_same(reload->present, reload->wanted, dns_settings[i]);
	return needs;
}

/* ---- agreed ---- */

static void
replace_fd(int *fd, int *by)
{
	passing_drop(fd);
	*fd = *by;
	*by = -1;
}

static void
take_over_key(struct reload *reload)
{
	if (!reload->has_new_key)
		return;
	replace_fd(&reload->plumbing->tsig_fd, &reload->wanted_key_fd);
	reload->key_seen = reload->wanted_key_seen;
}

/* A heartbeat that stays as it is goes on counting. */
static void
change_heartbeat(const struct reload *reload, const struct settings *old)
{
	if (!settings_is_same(old, reload->present, SETTING_HEARTBEAT_TIMEOUT))
		heartbeat_set_timeout(reload->heartbeat,
		    settings_number(reload->present, SETTING_HEARTBEAT_TIMEOUT, 0));
}

/* What is ours to change is changed: whoever starts from now on has the new settings. */
static void
on_agreed(void *context)
{
	struct reload *reload = context;
	struct settings *old = reload->present;
	bool is_new_dns = needs_new_dns(reload);

	replace_fd(&reload->plumbing->settings_fd, &reload->wanted_fd);
	take_over_key(reload);
	reload->present = reload->wanted;
	reload->wanted = NULL;
	reload->children->settings_loaded_at = clock_wall_s();
	reload->children->drain_timeout_ms =
	    (unsigned)settings_number(reload->present, SETTING_DRAIN_TIMEOUT, 0);
	change_heartbeat(reload, old);
	if (is_new_dns) {
		resolv_watch_start(reload->resolv_watch, reload->present, reload->children);
		children_end_role(reload->children, ROLE_DNS);
	}
	if (old != reload->first)
		settings_free(&old);
}

/* Also when somebody who came late has caught up, and nobody asked. */
static void
on_settled(void *context)
{
	struct reload *reload = context;

	if (reload->is_under_way)
		finish(reload, STATUS_OK, NULL);
	reload_continue(reload);
}

static void
on_refused(void *context, enum status status, const struct error *err)
{
	struct reload *reload = context;

	finish(reload, status, err);
	reload_continue(reload);
}

/* ---- beginning ---- */

static enum status
read_wanted(struct reload *reload, struct error *err)
{
	enum status status = settings_read_file(reload->path, &reload->wanted, err);

	if (status == STATUS_OK)
		status = settings_check_reload(reload->present, reload->wanted, err);
	if (status == STATUS_OK)
		status = open_key(reload, err);
	if (status == STATUS_OK)
		status = settings_to_memfd(reload->wanted, &reload->wanted_fd, err);
	return status;
}

static void
begin(struct reload *reload)
{
	struct agreement_offer offer = { .version = reload->children->agreement.version + 1 };
	struct error err = { "" };
	enum status status;

	reload->is_under_way = true;
	reload->is_wanted_again = false;
	reload->askers = reload->waiting;
	reload->waiting.count = 0;
	notify_reloading();
	log_write(LOG_LEVEL_INFO, "reading %s again", reload->path);
	status = read_wanted(reload, &err);
	if (status != STATUS_OK) {
		finish(reload, status, &err);
		return;
	}
	settings_list_warnings(reload->wanted, log_warning, NULL);
	offer.settings_fd = reload->wanted_fd;
	offer.key_fd = reload->wanted_key_fd;
	agreement_begin(&reload->children->agreement, &offer);
}

void
reload_continue(struct reload *reload)
{
	while (reload->is_wanted_again && !reload->is_under_way &&
	    reload->children->phase == CHILDREN_SERVING &&
	    reload->children->agreement.phase == AGREEMENT_SETTLED)
		begin(reload);
}

static const char *
find_obstacle(const struct reload *reload)
{
	if (reload->children->phase >= CHILDREN_DRAINING_MILTERS)
		return stopping;
	return reload->waiting.count == RELOAD_ASKERS_MAX ? "too many ask for a reload: try again" : NULL;
}

void
reload_request(struct reload *reload, const struct frame_head *asker)
{
	const char *obstacle = find_obstacle(reload);

	if (asker != NULL && obstacle != NULL) {
		answer_one(reload, asker, STATUS_UNAVAILABLE, obstacle);
		return;
	}
	if (asker != NULL)
		reload->waiting.of[reload->waiting.count++] = *asker;
	reload->is_wanted_again = true;
	reload_continue(reload);
}

void
reload_stop(struct reload *reload)
{
	struct error err;

	(void)error_set(&err, STATUS_UNAVAILABLE, "%s", stopping);
	reload->is_wanted_again = false;
	answer_all(reload, &reload->waiting, STATUS_UNAVAILABLE, stopping);
	if (!reload->is_under_way)
		return;
	/* what was agreed on is in use */
	if (agreement_withdraw(&reload->children->agreement))
		finish(reload, STATUS_UNAVAILABLE, &err);
	else
		finish(reload, STATUS_OK, NULL);
}

void
reload_init(struct reload *reload, struct settings *settings)
{
	reload->first = settings;
	reload->present = settings;
	reload->wanted_fd = -1;
	reload->wanted_key_fd = -1;
	reload->children->settings_loaded_at = clock_wall_s();
	if (reload->plumbing->tsig_fd >= 0)
		(void)fstat(reload->plumbing->tsig_fd, &reload->key_seen);
	reload->children->agreement.events = (struct agreement_events){
		.agreed = on_agreed,
		.settled = on_settled,
		.refused = on_refused,
		.context = reload,
	};
}
