/* SPDX-License-Identifier: ISC */
#include "ctl/command.h"

#include <stdio.h>

#define B(name) OPTION_BIT(OPTION_##name)

static enum outcome help_print(struct session *session);

const struct command commands[] = {
	{ "key create", "", 0,
	    B(DOMAIN) | B(ORG) | B(MATCH) | B(ALGORITHM) | B(KEY_SIZE) | B(SELECTOR) |
	        B(ALTERNATE_SELECTOR) | B(PRIVATE_KEY) | B(PUBLICATION) | B(TEST_MODE),
	    key_create, "make a key, and say what to publish",
	    "The key does not sign before it is activated." },
	{ "key import", "FILE", 1, B(DOMAIN) | B(ORG) | B(MATCH) | B(SELECTOR) | B(TEST_MODE), key_import,
	    "take over a key that signed elsewhere",
	    "FILE has the private key in PEM format, not encrypted; it is opened with your own\n"
	    "rights and read by signetd-vault alone. --selector is the name under which the public\n"
	    "key is published. The key does not sign before it is activated, and never rotates." },
	{ "key list", "", 0, B(DOMAIN) | B(ORG) | B(ACTIVE) | B(AFTER) | B(LIMIT), key_list,
	    "list keys, ordered by domain and organization", NULL },
	{ "key show", "KEY", 1, 0, key_show, "show all about a key", NULL },
	{ "key check", "KEY", 1, B(WAIT) | B(TIMEOUT), key_check,
	    "look whether a key is published",
	    "Asks the resolvers and each name server of the zone, says what is wrong with each\n"
	    "slot and what to do, and what DMARC and SPF say beside it. --wait goes on also while\n"
	    "a part of the daemon is away; the last look says yes or no." },
	{ "key activate", "KEY", 1, B(DRY_RUN) | B(WITHOUT_DNS_CHECK), key_activate,
	    "let a key sign",
	    "Unless it was proved within a day, DNS is looked at first (key check).\n"
	    "Other keys of the same organization, domain and algorithm give way where they\n"
	    "cover the same senders: --dry-run says which." },
	{ "key update", "KEY", 1, B(MATCH) | B(TEST_MODE) | B(DRY_RUN) | B(WITHOUT_DNS_CHECK),
	    key_update, "change what a key matches, or its test mode",
	    "Another match of an active key is an activation: it must be proved in DNS, and\n"
	    "others may give way, or get senders back: --dry-run says which." },
	{ "key deactivate", "KEY", 1, 0, key_deactivate, "stop a key from signing", NULL },
	{ "key rotate", "KEY", 1, 0, key_rotate, "sign with the next key now",
	    "Refused when the next key is not proved in DNS, or the last switch is too short a\n"
	    "time ago for the mail on its way. It happens by itself (rotation.every)." },
	{ "key revoke", "KEY", 1, B(SLOT), key_revoke, "in an emergency: trust a key no more",
	    "Its record becomes an empty p= at once: what it signed does not verify any more.\n"
	    "If it signs, the next key takes over, or else the key set stops to sign." },
	{ "key delete", "KEY", 1, B(NOW), key_delete, "remove a key that does not sign",
	    "Its DNS records stay until no mail needs them, and so does the key, as retiring.\n"
	    "Records in the provider zone become an empty p= then, and are removed. --now does\n"
	    "not wait: mail on its way does not verify any more." },
	{ "bulk", "FILE", 1,
	    B(UNTIL) | B(DRY_RUN) | B(WITHOUT_DNS_CHECK) | B(RECORDS) | B(FORMAT) | B(PROGRESS), bulk_run,
	    "make, check, activate the keys of a file",
	    "FILE (- for standard input) is CSV with a header row, or JSON lines: domain, and as\n"
	    "wanted org, domain_match, algorithm, key_size, selector, alternate_selector,\n"
	    "publication, test_mode, private_key. All of it is checked before anything is done.\n"
	    "A key that is there is not made again: whatever ended a run, the same command again\n"
	    "goes on. Prints a line for each line. Exit code 1: some lines failed." },
	{ "records", "KEY", 1, B(FORMAT), records_print, "print the DNS records to publish", NULL },
	{ "audit", "", 0, B(OBJECT) | B(LIMIT), audit_print, "who did what when, newest first",
	    "--json shows what was before and after each change, too." },
	{ "zone", "", 0, 0, zone_print, "print the records of the provider zone",
	    "For who makes its file himself: where provider_zone has a server, signetd publishes\n"
	    "them there." },
	{ "backup", "FILE", 1, B(FORCE), backup_make, "write a copy of the store to FILE",
	    "While the daemon runs: records, audit and the sealed keys, as they are at its end.\n"
	    "The master key is NOT in it, and without that it is of no use: keep a copy of that, too,\n"
	    "and elsewhere; where it lies is said at the end." },
	{ "restore", "FILE", 1, B(CONFIG), restore_run, "make the store anew from a backup",
	    "With the daemon stopped, as root or as its user. FILE is looked through first, and must\n"
	    "belong to the master key that is there; the store there was before is kept aside." },
	{ "vault rekey", "", 0, 0, vault_rekey, "put another master key in the place of the present one",
	    "It begins at the start with both in the configuration, as previous_master_key and\n"
	    "master_key, and goes on by itself. This shows how far it is and waits for its end:\n"
	    "yes when previous_master_key is not needed any more; without one it says what to do." },
	{ "reload", "", 0, 0, reload_run, "read the configuration again, with all going on",
	    "Yes when every program uses it. No when the file is wrong, or changes what takes a\n"
	    "restart: then it says where, and all stays as it is." },
	{ "status", "", 0, 0, health_print, "how the daemon is; yes when all of it serves", NULL },
	{ "import-opendkim", "CONF", 1, B(DRY_RUN) | B(WITHOUT_DNS_CHECK), import_opendkim,
	    "take over the keys of an OpenDKIM configuration",
	    "CONF is opendkim.conf. Says of each line what becomes of it, imports the keys that its\n"
	    "KeyTable and SigningTable (or KeyFile) name and activates them, each proved in DNS\n"
	    "first; says whose mail would be signed otherwise, and what signetd.conf has to say.\n"
	    "OpenDKIM's files stay as they are. Run again, it goes on where it stopped." },
	{ "explain", "[MESSAGE]", 1,
	    B(FROM) | B(ENVELOPE_FROM) | B(SMTPUTF8) | B(CLIENT) | B(DAEMON_NAME) | B(LOGIN) | B(LISTENER),
	    explain_print,
	    "why mail would be signed, or not; yes when it would",
	    "Asks the rules the milter asks, and lists the keys that could sign for the sender.\n"
	    "MESSAGE is a file, or - for standard input; --from counts instead of its From field." },
	{ "try", "MESSAGE", 1,
	    B(LISTENER) | B(CLIENT) | B(DAEMON_NAME) | B(LOGIN) | B(MACROS) | B(ENVELOPE_FROM) | B(SMTPUTF8) |
	        B(TO),
	    try_run,
	    "run a message file through the milter",
	    "The message as the milter wants it goes to stdout, what it asked for to stderr.\n"
	    "MESSAGE is a file, or - for standard input. Nothing is sent anywhere. Macros go where\n"
	    "the milter asks for them, such as --macros auth_type=EXTERNAL,i=4XyZ." },
	{ "diff", "SIGNED RECEIVED", 2, B(DOMAIN) | B(SELECTOR), diff_run,
	    "why a signature did not survive; yes when it did",
	    "Holds the copy of a message that was signed against the one that arrived, in the form\n"
	    "in which the signature covers them, and says what differs and what may have done it.\n"
	    "Where there are several signatures, --domain and --selector say which; else it is the\n"
	    "topmost. Asks no daemon." },
	{ "help", "[COMMAND]", 2, 0, help_print, "print this, or more of a command", NULL },
	{ .words = NULL },
};

/* ---- finding ---- */

/* How many operands a command's words take up, when they are those words; else 0. */
static int
match_words(const struct command *command, const struct arguments *arguments)
{
	struct slice rest = slice_from_text(command->words);
	int count = 0;

	while (rest.len > 0) {
		struct slice word = slice_cut(&rest, ' ');

		if (count == arguments->operand_count ||
		    !slice_equal(word, slice_from_text(arguments->operands[count])))
			return 0;
		count++;
	}
	return count;
}

static const struct command *
find_command(const struct arguments *arguments, int *ret_words)
{
	for (const struct command *command = commands; command->words != NULL; command++) {
		int words = match_words(command, arguments);

		if (words > 0) {
			*ret_words = words;
			return command;
		}
	}
	return NULL;
}

/* ---- help ---- */

/* Options that mean something else to a command than to key create. */
static const struct {
	const char *words;
	enum option_name option;
	const char *help;
} meanings[] = {
	{ "key import", OPTION_SELECTOR, "the name under which the public key is published" },
	{ "key list", OPTION_DOMAIN, "only keys of this domain" },
	{ "key list", OPTION_ORG, "only keys of this organization" },
	{ "key update", OPTION_MATCH, "DomainOnly, SubdomainsOnly or DomainAndSubdomains" },
	{ "key update", OPTION_TEST_MODE, "publish with t=y, or without" },
	{ "audit", OPTION_LIMIT, "stop after so many (50)" },
	{ "diff", OPTION_DOMAIN, "d= of the signature" },
	{ "diff", OPTION_SELECTOR, "s= of the signature" },
};

static const char *
meaning_of(const char *words, int option)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		if (meanings[i].option == (enum option_name)option && strcmp(meanings[i].words, words) == 0)
			return meanings[i].help;
	}
	return option_rows[option].help;
}

const char *
command_option_help(const struct command *command, enum option_name option)
{
	return meaning_of(command->words, (int)option);
}

static void
print_options(const char *words, uint64_t options)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];
		char text[64];

		if ((options & OPTION_BIT(i)) == 0)
			continue;
		(void)snprintf(text, sizeof(text), "--%s%s%s", row->name, row->value != NULL ? " " : "",
		    row->value != NULL ? row->value : "");
		(void)printf("  %-30s  %s\n", text, meaning_of(words, i));
	}
}

static enum outcome
print_help(const struct command *command)
{
	(void)printf("usage: signetctl %s%s%s [OPTION...]\n\n%s\n", command->words,
	    command->operands[0] != '\0' ? " " : "", command->operands, command->summary);
	if (command->help != NULL)
		(void)printf("\n%s\n", command->help);
	if (command->operand_count > 0 && strcmp(command->operands, "KEY") == 0)
		(void)printf("\nKEY is dk_…, or a domain that has one key only.\n");
	(void)printf("\n");
	print_options(command->words, command->options);
	print_options(command->words, OPTION_BIT(OPTION_CONTROL) | OPTION_BIT(OPTION_JSON));
	return OUTCOME_YES;
}

/* Is it "key create" of the group "key"? Every command is of the group "". */
static bool
is_of_group(const struct command *command, const char *group)
{
	size_t len = strlen(group);

	return len == 0 || (strncmp(command->words, group, len) == 0 && command->words[len] == ' ');
}

static bool
is_group(const char *word)
{
	for (const struct command *command = commands; command->words != NULL; command++) {
		if (word[0] != '\0' && is_of_group(command, word))
			return true;
	}
	return false;
}

static enum outcome
print_group(const char *group)
{
	(void)printf("usage: signetctl %s%sCOMMAND [OPTION...]\n\n", group, group[0] != '\0' ? " " : "");
	for (const struct command *command = commands; command->words != NULL; command++) {
		if (is_of_group(command, group))
			(void)printf("  %s %-*s  %s\n", command->words, (int)(22 - strlen(command->words)),
			    command->operands, command->summary);
	}
	(void)printf("\n");
	print_options(group, OPTIONS_EVERYWHERE);
	(void)printf("\nExit codes: 0 yes, 1 no, 2 could not. signetctl COMMAND --help says more of a command.\n");
	return OUTCOME_YES;
}

static enum outcome
fail_unknown(const struct arguments *arguments)
{
	const char *word = arguments->operands[0];

	if (is_group(word))
		return session_fail("there is no command \"%s%s%s\": see signetctl help %s", word,
		    arguments->operand_count > 1 ? " " : "",
		    arguments->operand_count > 1 ? arguments->operands[1] : "", word);
	return session_fail("there is no command \"%s\": see signetctl help", word);
}

/* On what the operands name: a command, a group of them, or nothing, which is all. */
static enum outcome
help_on(const struct arguments *arguments)
{
	int words = 0;
	const struct command *command = find_command(arguments, &words);

	if (command != NULL)
		return print_help(command);
	if (arguments->operand_count == 0)
		return print_group("");
	if (arguments->operand_count == 1 && is_group(arguments->operands[0]))
		return print_group(arguments->operands[0]);
	return fail_unknown(arguments);
}

static enum outcome
help_print(struct session *session)
{
	struct arguments named = *session->arguments;

	named.operands += named.operand_count - session->operand_count;
	named.operand_count = session->operand_count;
	return help_on(&named);
}

/* ---- running ---- */

static enum outcome
check_options(const struct command *command, const struct arguments *arguments)
{
	uint64_t wrong = arguments->given & ~(command->options | OPTIONS_EVERYWHERE);

	for (int i = 0; i < OPTION_COUNT; i++) {
		if ((wrong & OPTION_BIT(i)) != 0)
			return session_fail("\"%s\" has no option --%s: see signetctl %s --help",
			    command->words, option_rows[i].name, command->words);
	}
	return OUTCOME_YES;
}

static enum outcome
check_operands(const struct command *command, const char *const *operands, int count)
{
	if (count < command->operand_count && command->operands[0] != '[')
		return session_fail("\"%s\" needs %s: see signetctl %s --help", command->words,
		    command->operands, command->words);
	if (count > command->operand_count)
		return session_fail("\"%s\" is a word too many behind \"%s\": see signetctl %s --help",
		    operands[command->operand_count], command->words, command->words);
	return OUTCOME_YES;
}

static enum outcome
run(const struct command *command, const struct arguments *arguments, int words)
{
	struct session session = {
		.arguments = arguments,
		.operands = (const char *const *)(arguments->operands + words),
		.operand_count = arguments->operand_count - words,
	};
	enum outcome outcome = check_options(command, arguments);

	if (outcome == OUTCOME_YES)
		outcome = check_operands(command, session.operands, session.operand_count);
	if (outcome == OUTCOME_YES)
		outcome = command->run(&session);
	session_done(&session);
	return outcome;
}

enum outcome
command_run(const struct arguments *arguments)
{
	const struct command *command;
	int words = 0;

	if (arguments_has(arguments, OPTION_VERSION)) {
		(void)puts("signetctl " SIGNETD_VERSION);
		return OUTCOME_YES;
	}
	if (arguments_has(arguments, OPTION_HELP))
		return help_on(arguments);
	command = find_command(arguments, &words);
	if (command != NULL)
		return run(command, arguments, words);
	return arguments->operand_count == 0 ? session_fail("no command: see signetctl help")
	                                     : fail_unknown(arguments);
}
