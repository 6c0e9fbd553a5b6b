/* SPDX-License-Identifier: ISC */
/*
 * SQLite's online backup: what the store's own connection writes while a copy
 * is being made goes into the copy, too. So it never has to begin again.
 */
#include "store/backup.h"

#include <assert.h>
#include <stdlib.h>

#include "store/sqlite.h"
#include "store/sqlite_descriptor.h"
#include "store/sqlite_statement.h"

#define STEP_BYTES (1 << 20)

struct store_backup {
	struct store *store;
	sqlite3 *copy;
	sqlite3_backup *work;
	int64_t page_size;
};

static enum status
fail(const struct store_backup *backup, struct error *err)
{
	int code = sqlite3_errcode(backup->copy);

	return error_set(err, (code & 0xff) == SQLITE_FULL ? STATUS_REFUSED : STATUS_SYSTEM,
	    "cannot write the copy: %s", sqlite3_errmsg(backup->copy));
}

static enum status
begin(struct store_backup *backup, int fd, struct error *err)
{
	enum status status =
	    statement_read_number(backup->store, "PRAGMA page_size", &backup->page_size, err);

	if (status == STATUS_OK)
		status = sqlite_descriptor_open(fd, &backup->copy, err);
	if (status != STATUS_OK)
		return status;
	backup->work = sqlite3_backup_init(backup->copy, "main", backup->store->db, "main");
	return backup->work != NULL ? STATUS_OK : fail(backup, err);
}

enum status
store_backup_begin(
    struct store *store, int fd, struct store_backup **ret_backup, struct error *err)
{
	struct store_backup *backup = calloc(1, sizeof(*backup));
	enum status status;

	if (backup == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	backup->store = store;
	status = begin(backup, fd, err);
	if (status == STATUS_OK)
		*ret_backup = backup;
	else
		store_backup_free(&backup);
	return status;
}

enum status
store_backup_step(
    struct store_backup *backup, struct store_backup_progress *ret_progress, struct error *err)
{
	int code;

	assert(!backup->store->in_transaction);
	code = sqlite3_backup_step(backup->work, (int)(STEP_BYTES / backup->page_size));
	/* somebody else writes to the store at this moment: the next step comes */
	if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_BUSY && code != SQLITE_LOCKED) {
		(void)sqlite3_backup_finish(backup->work);
		backup->work = NULL;
		return fail(backup, err);
	}
	ret_progress->total = (uint64_t)(sqlite3_backup_pagecount(backup->work) * backup->page_size);
	ret_progress->done = ret_progress->total -
	    (uint64_t)(sqlite3_backup_remaining(backup->work) * backup->page_size);
	ret_progress->is_complete = code == SQLITE_DONE;
	return STATUS_OK;
}

void
store_backup_free(struct store_backup **backup)
{
	struct store_backup *old = *backup;

	*backup = NULL;
	if (old == NULL)
		return;
	(void)sqlite3_backup_finish(old->work);
	(void)sqlite3_close_v2(old->copy);
	free(old);
}

/* ---- a copy that is to be the store ---- */

/* "ok", or what is wrong first. */
static enum status
check_integrity(struct store *store, struct error *err)
{
	struct statement s;
	char verdict[256] = "";
	enum status status;

	statement_begin_once(&s, store,
	    "SELECT substr(integrity_check, 1, 200) FROM pragma_integrity_check LIMIT 1", err);
	if (statement_next(&s))
		statement_get_text(&s, verdict, sizeof(verdict));
	status = statement_end(&s);
	if (status == STATUS_OK && strcmp(verdict, "ok") != 0)
		return error_set(err, STATUS_DAMAGED, "the store is damaged: %s", verdict);
	return status;
}

static enum status
check_references(struct store *store, struct error *err)
{
	int64_t broken = 0;
	enum status status = statement_read_number(
	    store, "SELECT count(*) FROM pragma_foreign_key_check", &broken, err);

	if (status == STATUS_OK && broken > 0)
		return error_set(err, STATUS_DAMAGED,
		    "the store is damaged: %lld rows belong to rows that are not there",
		    (long long)broken);
	return status;
}

enum status
store_check(struct store *store, struct error *err)
{
	enum status status = check_integrity(store, err);

	return status == STATUS_OK ? check_references(store, err) : status;
}

/*
 * A verdict of the past proves nothing; it is kept to be read. The next key of
 * a rotation is proved from the beginning: it may have been revoked, and what
 * resolvers were given then they remember. What was quiet then may have signed
 * until now; but for what retired, since that cannot come back.
 */
static const char new_life[] =
    "UPDATE meta SET generation = randomblob(16);"
    "UPDATE key_slot SET dns_checked_at = 0;"
    "UPDATE key_slot SET publish_state = 'in-progress', publish_attempts = 0, publish_next_at = 0,"
    "  publish_sentence = '' WHERE txt_record_name <> '';"
    "UPDATE key_set SET rotation_look_at = 0, rotation_proved_at = 0, rotation_seen_sha256 = NULL"
    "  WHERE rotation_step NOT NULL;"
    "UPDATE key_set SET rotation_step = 'publishing'"
    "  WHERE rotation_step IN ('appearing', 'settling', 'ready');"
    "UPDATE key_set SET rotation_quiet_since = 0, safe_to_remove_at = 0 WHERE retirement IS NULL;";

enum status
store_begin_life(struct store *store, struct error *err)
{
	struct statement s;
	enum status status;

	sqlite_note_change(store);
	status = sqlite_run(store, new_life, err);
	if (status != STATUS_OK)
		return status;
	statement_begin_once(&s, store, "SELECT generation FROM meta", err);
	if (statement_next(&s))
		statement_get_exactly(&s, store->generation, sizeof(store->generation));
	return statement_end(&s);
}
