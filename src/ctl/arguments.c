/* SPDX-License-Identifier: ISC */
#include "ctl/arguments.h"

#include <getopt.h>

#include "ctl/bulk/job.h"
#include "keys/record.h"

static const struct word key_size_words[] = {
	{ 2048, "2048" },
	{ 3072, "3072" },
	{ 4096, "4096" },
	{ 0, NULL },
};

static const struct word switch_words[] = {
	{ true, "on" },
	{ false, "off" },
	{ 0, NULL },
};

static const struct word format_words[] = {
	{ 0, "zone" },
	{ 0, "oneline" },
	{ 0, "nsupdate" },
	{ 0, "json" },
	{ 0, NULL },
};

const struct option_row option_rows[OPTION_COUNT] = {
	[OPTION_CONTROL] = { "control", "unix:PATH",
	    "the daemon's control socket (SIGNETD_CONTROL, else unix:/run/signetd/control)" },
	[OPTION_JSON] = { "json", NULL, "print JSON" },
	[OPTION_HELP] = { "help", NULL, "print help on the command" },
	[OPTION_VERSION] = { "version", NULL, "print the version" },
	[OPTION_DOMAIN] = { "domain", "DOMAIN", "the domain whose mail is signed" },
	[OPTION_ORG] = { "org", "NAME", "the organization (main)" },
	[OPTION_MATCH] = { "match", "MATCH",
	    "DomainOnly, SubdomainsOnly or DomainAndSubdomains (DomainOnly)", domain_match_words },
	[OPTION_ALGORITHM] = { "algorithm", "NAME", "rsa-sha256 or ed25519-sha256 (rsa-sha256)",
	    algorithm_words },
	[OPTION_KEY_SIZE] = { "key-size", "BITS", "of RSA: 2048, 3072 or 4096 (2048)", key_size_words },
	[OPTION_SELECTOR] = { "selector", "NAME", "of the first slot (made up)" },
	[OPTION_ALTERNATE_SELECTOR] = { "alternate-selector", "NAME",
	    "of the second slot (made up)" },
	[OPTION_PRIVATE_KEY] = { "private-key", "HANDLE", "use the key set of sk_… instead" },
	[OPTION_PUBLICATION] = { "publication", "WORD",
	    "direct or delegated (delegated where there is a provider_zone)", publication_words },
	[OPTION_TEST_MODE] = { "test-mode", "on|off", "publish with t=y, or without (off)", switch_words },
	[OPTION_ACTIVE] = { "active", NULL, "only keys that sign" },
	[OPTION_AFTER] = { "after", "KEY", "begin behind this key" },
	[OPTION_LIMIT] = { "limit", "NUMBER", "stop after so many" },
	[OPTION_SLOT] = { "slot", "SLOT", "primary or alternate", slot_words },
	[OPTION_OBJECT] = { "object", "ID", "of this key alone (dk_…)" },
	[OPTION_DRY_RUN] = { "dry-run", NULL, "only say what would happen" },
	[OPTION_WITHOUT_DNS_CHECK] = { "without-dns-check", NULL,
	    "do not ask for proof that the records are published" },
	[OPTION_NOW] = { "now", NULL, "do not wait for the mail that it signed" },
	[OPTION_WAIT] = { "wait", NULL, "look again until all is proved" },
	[OPTION_TIMEOUT] = { "timeout", "SECONDS", "wait no longer than that (for ever)" },
	[OPTION_FORMAT] = { "format", "FORMAT", "zone, oneline, nsupdate or json (zone)", format_words },
	[OPTION_LISTENER] = { "listener", "ADDRESS",
	    "unix:PATH or inet:ADDRESS@PORT (the daemon's first)" },
	[OPTION_CLIENT] = { "client", "ADDRESS", "who hands the message in (127.0.0.1), or \"local\"" },
	[OPTION_DAEMON_NAME] = { "daemon-name", "NAME", "as if it came by this service: {daemon_name}" },
	[OPTION_LOGIN] = { "login", "NAME", "as if authenticated as NAME" },
	[OPTION_MACROS] = { "macros", "LIST",
	    "NAME=VALUE,…: what the mail server has of macros, before all else" },
	[OPTION_FROM] = { "from", "ADDRESS", "of the From field: addresses, or a domain" },
	[OPTION_ENVELOPE_FROM] = { "envelope-from", "ADDRESS", "of MAIL FROM (that of the From field)" },
	[OPTION_SMTPUTF8] = { "smtputf8", NULL, "as if it were sent with SMTPUTF8" },
	[OPTION_FORCE] = { "force", NULL, "replace FILE when it is there" },
	[OPTION_CONFIG] = { "config", "FILE", "the daemon's configuration (" SIGNETD_CONFIG ")" },
	[OPTION_UNTIL] = { "until", "STEP", "create, check or activate (create)", job_until_words },
	[OPTION_RECORDS] = { "records", "FILE", "write the records to publish there, of all keys" },
	[OPTION_PROGRESS] = { "progress", NULL, "say how far it is, though stderr is no terminal" },
	[OPTION_TO] = { "to", "ADDRESS", "of RCPT TO; may be repeated (postmaster@localhost)" },
};

/* getopt_long(3) wants values above any character. */
#define FIRST_VALUE 256

static void
make_long_options(struct option *ret_options)
{
	for (int i = 0; i < OPTION_COUNT; i++) {
		ret_options[i] = (struct option){
			.name = option_rows[i].name,
			.has_arg = option_rows[i].value != NULL ? required_argument : no_argument,
			.val = FIRST_VALUE + i,
		};
	}
	ret_options[OPTION_COUNT] = (struct option){ 0 };
}

static enum status
take(struct arguments *arguments, enum option_name option, const char *value, struct error *err)
{
	arguments->given |= OPTION_BIT(option);
	arguments->values[option] = value;
	if (option != OPTION_TO)
		return STATUS_OK;
	if (arguments->to_count == ARGUMENTS_TO_MAX)
		return error_set(err, STATUS_TOO_LARGE, "more than %d times --to", ARGUMENTS_TO_MAX);
	arguments->to[arguments->to_count++] = value;
	return STATUS_OK;
}

enum status
arguments_read(int argc, char **argv, struct arguments *ret_arguments, struct error *err)
{
	struct option options[OPTION_COUNT + 1];
	struct arguments arguments = { 0 };
	enum status status = STATUS_OK;
	int value;

	make_long_options(options);
	opterr = 0;
	while (status == STATUS_OK && (value = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		const char *word = argv[optind - 1];

		if (value == ':')
			status = error_set(err, STATUS_INVALID, "%s needs a value", word);
		else if (value < FIRST_VALUE)
			status = error_set(err, STATUS_INVALID, "there is no option %s", word);
		else
			status = take(&arguments, (enum option_name)(value - FIRST_VALUE), optarg, err);
	}
	if (status != STATUS_OK)
		return status;
	arguments.operands = argv + optind;
	arguments.operand_count = argc - optind;
	*ret_arguments = arguments;
	return STATUS_OK;
}
