/* SPDX-License-Identifier: ISC */
/*
 * signetctl backup: makes a file beside FILE that the keeper fills, and gives
 * it the name when all of it is on the disk. So FILE is a whole backup, or
 * what it was before.
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/command.h"

#define MIB 1048576.0

struct target {
	const char *path;
	char draft[PATH_MAX];
	bool may_replace;
	int fd;
};

static enum outcome
fail_exists(const char *path)
{
	(void)session_fail("%s is there already: choose another name, or replace it with --force", path);
	return OUTCOME_NO;
}

static enum outcome
open_target(const struct session *session, struct target *target)
{
	int len;

	target->path = session->operands[0];
	target->may_replace = arguments_has(session->arguments, OPTION_FORCE);
	if (strcmp(target->path, "-") == 0)
		return session_fail("a backup is written to a file, not standard output: ./- is one called so");
	if (!target->may_replace && access(target->path, F_OK) == 0)
		return fail_exists(target->path);
	len = snprintf(target->draft, sizeof(target->draft), "%s.XXXXXX", target->path);
	if (len < 0 || (size_t)len >= sizeof(target->draft))
		return session_fail("the name of the file is too long");
	target->fd = mkostemp(target->draft, O_CLOEXEC); /* 0600 */
	if (target->fd < 0)
		return session_fail("cannot make %s: %s", target->path, strerrordesc_np(errno));
	return OUTCOME_YES;
}

static void
drop_target(struct target *target)
{
	(void)unlink(target->draft);
	(void)close(target->fd);
}

/* ---- filling it ---- */

static void
show_progress(const json_t *answer)
{
	double octets = (double)json_member_number(answer, "octets", 0);
	double of_octets = (double)json_member_number(answer, "of_octets", 0);

	if (isatty(STDERR_FILENO) != 0 && of_octets > 0)
		(void)fprintf(stderr, "\r%3.0f %%", 100 * octets / of_octets);
}

static enum outcome
fill(struct session *session, const struct target *target, json_t **ret_answer)
{
	json_t *answer = NULL;
	enum outcome outcome =
	    session_call_passing(session, "Backup", json_object(), target->fd, &answer);

	while (outcome == OUTCOME_YES && !json_member_flag(answer, "is_complete", false)) {
		json_t *parameters =
		    json_pack("{s:O}", "number", json_object_get(answer, "number"));

		show_progress(answer);
		json_decref(answer);
		outcome = session_call(session, "Backup", parameters, &answer);
	}
	if (isatty(STDERR_FILENO) != 0)
		(void)fprintf(stderr, "\r     \r");
	if (outcome == OUTCOME_YES)
		*ret_answer = answer;
	return outcome;
}

/* ---- giving it its name ---- */

static int
sync_directory(const char *path)
{
	char directory[PATH_MAX];
	int result;
	int fd;

	(void)snprintf(directory, sizeof(directory), "%s", path);
	fd = open(dirname(directory), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	result = fsync(fd);
	(void)close(fd);
	/* EINVAL: this file system has no such promise to make */
	return result == 0 || errno == EINVAL ? 0 : -1;
}

/* Where a file system cannot rename without replacing, link does; drop_target removes the draft. */
static int
take_name(const struct target *target)
{
	unsigned flags = target->may_replace ? 0 : RENAME_NOREPLACE;
	int result = renameat2(AT_FDCWD, target->draft, AT_FDCWD, target->path, flags);

	if (result != 0 && errno == EINVAL && !target->may_replace)
		result = link(target->draft, target->path);
	return result;
}

static enum outcome
keep(const struct target *target)
{
	bool is_synced = fsync(target->fd) == 0;
	bool is_named = is_synced && take_name(target) == 0;

	if (is_synced && !is_named && errno == EEXIST)
		return fail_exists(target->path);
	if (!is_named || sync_directory(target->path) != 0)
		return session_fail("cannot write %s: %s", target->path, strerrordesc_np(errno));
	return OUTCOME_YES;
}

/* ---- */

static void
tell(const struct target *target, const json_t *answer)
{
	struct stat st = { .st_size = 0 };

	(void)fstat(target->fd, &st);
	(void)printf("%s: %.1f MiB, %jd records with %jd key sets.\n"
	             "The master key is NOT in it, and without that nobody can use the keys: neither a thief, nor\n"
	             "you. Keep a copy of it elsewhere, where nobody finds both:  %s\n",
	    target->path, (double)st.st_size / MIB, (intmax_t)json_member_number(answer, "keys", 0),
	    (intmax_t)json_member_number(answer, "key_sets", 0), json_member_text(answer, "master_key"));
}

enum outcome
backup_make(struct session *session)
{
	struct target target;
	json_t *answer = NULL;
	enum outcome outcome = open_target(session, &target);

	if (outcome != OUTCOME_YES)
		return outcome;
	outcome = fill(session, &target, &answer);
	if (outcome == OUTCOME_YES)
		outcome = keep(&target);
	if (outcome == OUTCOME_YES && session_wants_json(session))
		outcome = session_print_json(json_incref(answer));
	else if (outcome == OUTCOME_YES)
		tell(&target, answer);
	json_decref(answer);
	drop_target(&target);
	return outcome;
}
