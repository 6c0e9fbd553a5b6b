/* SPDX-License-Identifier: ISC */
#include "store/sqlite_open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/schema.h"
#include "store/sqlite_statement.h"

/* How long to wait for another program that reads or copies the store. */
#define BUSY_TIMEOUT_MS 2000

/* SQLite would make it 0644; its companions (-wal, -shm) take the mode of the file. */
static enum status
create_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return errno == EEXIST ? STATUS_OK : error_set_errno(err, "cannot create it");
	if (close(fd) != 0)
		return error_set_errno(err, "cannot create it");
	return STATUS_OK;
}

static enum status
open_file(struct store *store, const char *path, struct error *err)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int code = sqlite3_open_v2(path, &store->db, flags, NULL);

	if (store->db == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	if (code != SQLITE_OK)
		return statement_fail(store, code, err);
	(void)sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
	return STATUS_OK;
}

/* Is it ours, or empty? Asked before anything is written to it. */
static enum status
check_identity(struct store *store, int64_t *ret_version, struct error *err)
{
	int64_t application_id = 0;
	int64_t objects = 0;
	int64_t version = 0;
	enum status status = statement_read_number(store, "PRAGMA application_id", &application_id, err);

	if (status == STATUS_OK)
		status = statement_read_number(store, "PRAGMA user_version", &version, err);
	if (status == STATUS_OK)
		status = statement_read_number(store, "SELECT count(*) FROM sqlite_schema", &objects, err);
	if (status != STATUS_OK)
		return status;
	if (application_id != SCHEMA_APPLICATION_ID && (objects > 0 || application_id != 0))
		return error_set(
		    err, STATUS_DAMAGED, "this is a database of another program, not a store");
	if (version < 0 || version > (int64_t)schema_version)
		return error_set(err, STATUS_REFUSED,
		    "it was made by a newer version of signetd (schema %lld, this one knows %zu): "
		    "run that version, or restore a backup",
		    (long long)version, schema_version);
	*ret_version = version;
	return STATUS_OK;
}

/* trusted_schema: a schema somebody tampered with must not call functions. */
static const char settings[] = "PRAGMA journal_mode = WAL;"
			       "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;";

static enum status
configure(struct store *store, struct error *err)
{
	int64_t foreign_keys = 0;
	enum status status = sqlite_run(store, settings, err);

	/* a library built without them would take every broken rule */
	if (status == STATUS_OK)
		status = statement_read_number(store, "PRAGMA foreign_keys", &foreign_keys, err);
	if (status == STATUS_OK && foreign_keys != 1)
		return error_set(err, STATUS_SYSTEM, "this SQLite has no foreign keys");
	(void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return status;
}

static enum status
put_version(struct store *store, size_t version, struct error *err)
{
	char sql[128];
	struct buf b;

	/* both are in the header of the file, so the transaction holds them too */
	buf_init_fixed(&b, sql, sizeof(sql));
	buf_put_format(&b, "PRAGMA application_id = %d; PRAGMA user_version = %zu;",
	    SCHEMA_APPLICATION_ID, version);
	return sqlite_run(store, buf_text(&b), err);
}

/* From version to version + 1, all or nothing. */
static enum status
migrate_once(struct store *store, size_t version, struct error *err)
{
	enum status status = sqlite_run(store, "BEGIN IMMEDIATE", err);

	if (status != STATUS_OK)
		return status;
	for (const char *const *sql = schema_migrations[version];
	    *sql != NULL && status == STATUS_OK; sql++)
		status = sqlite_run(store, *sql, err);
	if (status == STATUS_OK)
		status = put_version(store, version + 1, err);
	if (status == STATUS_OK)
		status = sqlite_run(store, "COMMIT", err);
	if (status != STATUS_OK)
		(void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
	return status;
}

static enum status
migrate(struct store *store, size_t version, struct error *err)
{
	enum status status = STATUS_OK;

	for (; version < schema_version && status == STATUS_OK; version++)
		status = migrate_once(store, version, err);
	return status;
}

static enum status
read_generation(struct store *store, struct error *err)
{
	struct statement s;
	bool is_there;
	enum status status;

	statement_begin(&s, store, "SELECT generation FROM meta", err);
	is_there = statement_next(&s);
	if (is_there)
		statement_get_exactly(&s, store->generation, sizeof(store->generation));
	status = statement_end(&s);
	if (status == STATUS_OK && !is_there)
		return error_set(err, STATUS_DAMAGED, "the store is damaged: meta is empty");
	return status;
}

enum status
sqlite_open(struct store *store, const char *directory, struct error *err)
{
	char path[PATH_MAX];
	struct buf b;
	int64_t version = 0;
	enum status status;

	buf_init_fixed(&b, path, sizeof(path));
	buf_put_format(&b, "%s/" SQLITE_FILE_NAME, directory);
	if (buf_status(&b) != STATUS_OK)
		return error_set(err, STATUS_TOO_LARGE, "the path is too long");
	status = create_file(path, err);
	if (status == STATUS_OK)
		status = open_file(store, path, err);
	if (status == STATUS_OK)
		status = check_identity(store, &version, err);
	if (status == STATUS_OK)
		status = configure(store, err);
	if (status == STATUS_OK)
		status = migrate(store, (size_t)version, err);
	if (status == STATUS_OK)
		status = read_generation(store, err);
	return status;
}
