/* SPDX-License-Identifier: ISC */
#include "supervisor/child.h"

#define GOOD_LIFE_MS 10000
#define FIRST_DELAY_MS 100
#define LONGEST_DELAY_MS 10000

static const char *const programs[ROLE_COUNT] = {
	[ROLE_SUPERVISOR] = "signetd",
	[ROLE_MILTER] = "signetd-milter",
	[ROLE_VAULT] = "signetd-vault",
	[ROLE_KEEPER] = "signetd-keeper",
	[ROLE_DNS] = "signetd-dns",
};

const char *
child_program(const struct child *child)
{
	return programs[child->role];
}

unsigned
child_restart_delay_ms(struct child *child, int64_t now_ms)
{
	bool was_good = child->is_ready && now_ms - child->started_at_ms >= GOOD_LIFE_MS;
	bool is_ended = child->is_ended;
	unsigned delay_ms = FIRST_DELAY_MS;

	child->is_ended = false;
	if (is_ended)
		return 0;
	child->failures = was_good ? 0 : child->failures + 1;
	/* the first short life may be an accident */
	if (child->failures <= 1)
		return 0;
	for (unsigned i = 2; i < child->failures && delay_ms < LONGEST_DELAY_MS; i++)
		delay_ms *= 2;
	return delay_ms < LONGEST_DELAY_MS ? delay_ms : LONGEST_DELAY_MS;
}

void
child_describe(const struct child *child, struct frame_child *ret_description)
{
	*ret_description = (struct frame_child){
		.role = (uint32_t)child->role,
		.instance = child->instance,
		.pid = (int32_t)child->pid,
		.epoch = child->epoch,
		.restarts = child->epoch > 0 ? child->epoch - 1 : 0,
		.is_ready = child->is_ready ? 1 : 0,
		.started_at = child->started_at_s,
		.settings_version = child->settings_version,
	};
}
