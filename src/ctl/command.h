/* SPDX-License-Identifier: ISC */
/*
 * The commands as one table {words, operands, options, handler, help}, and how
 * a command line finds its row. A new command is a new row.
 */
#ifndef CTL_COMMAND_H
#define CTL_COMMAND_H

#include "ctl/arguments.h"
#include "ctl/session.h"

struct command {
	const char *words;    /* "key create"; NULL ends the table */
	const char *operands; /* "KEY", "[MESSAGE]" for one that may be missing, or "" */
	int operand_count;    /* at most */
	uint64_t options;     /* OPTION_BIT()s beside OPTIONS_EVERYWHERE */
	enum outcome (*run)(struct session *session);
	const char *summary;
	const char *help;     /* more, or NULL */
};

extern const struct command commands[];

/* What an option means to a command. */
const char *command_option_help(const struct command *command, enum option_name option);

/* Runs the command that the arguments name; prints what is to be said. */
enum outcome command_run(const struct arguments *arguments);

/* key.c */
enum outcome key_create(struct session *session);
enum outcome key_list(struct session *session);
enum outcome key_show(struct session *session);
enum outcome key_deactivate(struct session *session);
enum outcome key_delete(struct session *session);

/* activate.c, by_hand.c, check.c, import.c, import_opendkim.c */
enum outcome key_import(struct session *session);
enum outcome import_opendkim(struct session *session);
enum outcome key_rotate(struct session *session);
enum outcome key_revoke(struct session *session);
enum outcome key_activate(struct session *session);
enum outcome key_update(struct session *session);
enum outcome key_check(struct session *session);

/* backup.c, restore.c */
enum outcome backup_make(struct session *session);
enum outcome restore_run(struct session *session);

/* bulk/bulk.c */
enum outcome bulk_run(struct session *session);

/* audit.c, diff.c, explain.c, records.c, rekey.c, reload.c, health.c, try.c, zone.c */
enum outcome audit_print(struct session *session);
enum outcome diff_run(struct session *session);
enum outcome explain_print(struct session *session);
enum outcome records_print(struct session *session);
enum outcome reload_run(struct session *session);
enum outcome health_print(struct session *session);
enum outcome try_run(struct session *session);
enum outcome vault_rekey(struct session *session);
enum outcome zone_print(struct session *session);

#endif
