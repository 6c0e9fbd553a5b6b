/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/fates.h"

/* With which way of naming keys a setting counts. */
enum way { WAY_BOTH = 0, WAY_TABLES, WAY_SINGLE };

struct row {
	const char *name;
	enum fate fate;
	const char *text;
	bool is_flag; /* false needs nothing */
	enum way way;
};

static const char of_verification[] = "of verification: signetd signs only";
static const char of_process[] = "of the process: signetd and systemd see to it";
static const char of_log[] = "signetd logs a line for each message, and signetctl explain says why";
static const char of_database[] = "of a database, which cannot be read here";
static const char of_mail[] = "signetd has rules of its own for malformed mail";
static const char of_failure[] = "what signetd cannot sign for a failure of its own is put off";
static const char by_script[] = "Lua cannot be carried over";
static const char by_body_length[] = "there is no l= (RFC 6376 section 8.2)";
static const char by_snippet[] = "see what goes to signetd.conf";

#define VERIFICATION(name) { name, FATE_NOT_NEEDED, of_verification, false, WAY_BOTH }
#define PROCESS(name) { name, FATE_NOT_NEEDED, of_process, false, WAY_BOTH }
#define LOG(name) { name, FATE_NOT_NEEDED, of_log, false, WAY_BOTH }
#define DATABASE(name) { name, FATE_NOT_NEEDED, of_database, false, WAY_BOTH }

static const struct row rows[] = {
	{ "Domain", FATE_CARRIED, "a key for each", false, WAY_SINGLE },
	{ "Selector", FATE_CARRIED, "the selector of each key", false, WAY_SINGLE },
	{ "KeyFile", FATE_CARRIED, "the key of each domain", false, WAY_SINGLE },
	{ "SubDomains", FATE_CARRIED, "DomainAndSubdomains", true, WAY_SINGLE },
	{ "KeyTable", FATE_CARRIED, "see its lines", false, WAY_TABLES },
	{ "SigningTable", FATE_CARRIED, "see its lines", false, WAY_TABLES },
	{ "MultipleSignatures", FATE_CARRIED, "as far as keys of several domains sign", true,
	    WAY_TABLES },
	{ "BaseDirectory", FATE_CARRIED, "files are looked for there", false, WAY_BOTH },

	{ "Canonicalization", FATE_SETTING, by_snippet, false, WAY_BOTH },
	{ "InternalHosts", FATE_SETTING, by_snippet, false, WAY_BOTH },
	{ "OversignHeaders", FATE_SETTING, by_snippet, false, WAY_BOTH },
	{ "SignHeaders", FATE_SETTING, by_snippet, false, WAY_BOTH },
	{ "Socket", FATE_SETTING, by_snippet, false, WAY_BOTH },
	{ "UMask", FATE_SETTING, by_snippet, false, WAY_BOTH },

	{ "BodyLengthDB", FATE_LOST, by_body_length, false, WAY_BOTH },
	{ "MaximumSignedBytes", FATE_LOST, by_body_length, false, WAY_BOTH },
	{ "ChangeRootDirectory", FATE_LOST, "files are looked for at their paths as written", false,
	    WAY_BOTH },
	{ "DefaultSender", FATE_LOST, "the sender is the author: From", false, WAY_BOTH },
	{ "SenderHeaders", FATE_LOST, "the sender is the author: From", false, WAY_BOTH },
	{ "SenderMacro", FATE_LOST, "the sender is the author: From", false, WAY_BOTH },
	{ "Diagnostics", FATE_LOST, "there is no z=", true, WAY_BOTH },
	{ "DontSignMailTo", FATE_LOST, "recipients do not count", false, WAY_BOTH },
	{ "ExemptDomains", FATE_LOST, "give these domains no key that matches them", false, WAY_BOTH },
	{ "FixCRLF", FATE_LOST, of_mail, true, WAY_BOTH },
	{ "IgnoreMalformedMail", FATE_LOST, of_mail, true, WAY_BOTH },
	{ "RequiredHeaders", FATE_LOST, of_mail, true, WAY_BOTH },
	{ "StrictHeaders", FATE_LOST, of_mail, true, WAY_BOTH },
	{ "IdentityHeader", FATE_LOST, "there is no i=", false, WAY_BOTH },
	{ "MacroList", FATE_LOST,
	    "ours is mail of logins and trusted_networks, or what comes to a listener with "
	    "outbound = \"always\"", false, WAY_BOTH },
	{ "MTA", FATE_LOST,
	    "ours is mail of logins and trusted_networks, or what comes to a listener with "
	    "outbound = \"always\"", false, WAY_BOTH },
	{ "PeerList", FATE_LOST, "leave those clients out of trusted_networks", false, WAY_BOTH },
	{ "POPDBFile", FATE_LOST, "a login is what SMTP knows (AUTH)", false, WAY_BOTH },
	{ "OmitHeaders", FATE_LOST, "see signed_fields.remove", false, WAY_BOTH },
	{ "On-Default", FATE_LOST, of_failure, false, WAY_BOTH },
	{ "On-InternalError", FATE_LOST, of_failure, false, WAY_BOTH },
	{ "On-SignatureError", FATE_LOST, of_failure, false, WAY_BOTH },
	{ "RemoveOldSignatures", FATE_LOST, "signatures of others stay (RFC 6376 section 4.2)", true,
	    WAY_BOTH },
	{ "ReplaceHeaders", FATE_LOST, "sign behind what rewrites, see docs/mta.md", false, WAY_BOTH },
	{ "ReplaceRules", FATE_LOST, "sign behind what rewrites, see docs/mta.md", false, WAY_BOTH },
	{ "RequestReports", FATE_LOST, "there is no r=y", true, WAY_BOTH },
	{ "ResignAll", FATE_LOST, "mail of others is not signed again", true, WAY_BOTH },
	{ "ResignMailTo", FATE_LOST, "mail of others is not signed again", false, WAY_BOTH },
	{ "FinalPolicyScript", FATE_LOST, by_script, false, WAY_BOTH },
	{ "LuaOnlySigning", FATE_LOST, by_script, true, WAY_BOTH },
	{ "ScreenPolicyScript", FATE_LOST, by_script, false, WAY_BOTH },
	{ "SetupPolicyScript", FATE_LOST, by_script, false, WAY_BOTH },
	{ "StatisticsPolicyScript", FATE_LOST, by_script, false, WAY_BOTH },
	{ "SelectCanonicalizationHeader", FATE_LOST, "canonicalization is one for all mail", false,
	    WAY_BOTH },
	{ "SignatureTTL", FATE_LOST, "there is no x=", false, WAY_BOTH },
	{ "ATPSDomains", FATE_LOST, "there is no atps=", false, WAY_BOTH },
	{ "ATPSHashAlgorithm", FATE_LOST, "there is no atps=", false, WAY_BOTH },

	{ "ExternalIgnoreList", FATE_NOT_NEEDED, of_log, false, WAY_BOTH },
	{ "MaximumHeaders", FATE_NOT_NEEDED, "header_max_bytes of signetd.conf has room for more", false,
	    WAY_BOTH },
	{ "MinimumKeyBits", FATE_NOT_NEEDED,
	    "of verification; keys below 1024 bits are not imported (RFC 8301)", false, WAY_BOTH },
	{ "Mode", FATE_NOT_NEEDED,
	    "signetd signs only: for mail that comes in, keep opendkim with Mode v", false, WAY_BOTH },
	{ "RequireSafeKeys", FATE_NOT_NEEDED, "keys are sealed, and their files are needed no more",
	    false, WAY_BOTH },
	{ "SignatureAlgorithm", FATE_NOT_NEEDED, "it follows from the key; there is no rsa-sha1 (RFC 8301)",
	    false, WAY_BOTH },
	{ "SoftwareHeader", FATE_NOT_NEEDED, "a header field that says which software signs", false,
	    WAY_BOTH },
	{ "X-Header", FATE_NOT_NEEDED, "a header field that says which software signs", false, WAY_BOTH },

	VERIFICATION("AllowSHA1Only"),
	VERIFICATION("AlwaysAddARHeader"),
	VERIFICATION("AuthservID"),
	VERIFICATION("AuthservIDWithJobID"),
	VERIFICATION("BogusKey"),
	VERIFICATION("ClockDrift"),
	VERIFICATION("DiagnosticDirectory"),
	VERIFICATION("DNSConnect"),
	VERIFICATION("DNSTimeout"),
	VERIFICATION("DomainKeysCompat"),
	VERIFICATION("IdentityHeaderRemove"),
	VERIFICATION("KeepAuthResults"),
	VERIFICATION("MaximumSignaturesToVerify"),
	VERIFICATION("Minimum"),
	VERIFICATION("MTACommand"),
	VERIFICATION("MustBeSigned"),
	VERIFICATION("Nameservers"),
	VERIFICATION("NoHeaderB"),
	VERIFICATION("On-BadSignature"),
	VERIFICATION("On-DNSError"),
	VERIFICATION("On-KeyNotFound"),
	VERIFICATION("On-NoSignature"),
	VERIFICATION("On-Security"),
	VERIFICATION("Quarantine"),
	VERIFICATION("QueryCache"),
	VERIFICATION("RedirectFailuresTo"),
	VERIFICATION("RemoveARAll"),
	VERIFICATION("RemoveARFrom"),
	VERIFICATION("ReportAddress"),
	VERIFICATION("ReportBccAddress"),
	VERIFICATION("ResolverConfiguration"),
	VERIFICATION("ResolverTracing"),
	VERIFICATION("SendReports"),
	VERIFICATION("SMTPURI"),
	VERIFICATION("StrictTestMode"),
	VERIFICATION("TestDNSData"),
	VERIFICATION("TestPublicKeys"),
	VERIFICATION("TrustAnchorFile"),
	VERIFICATION("TrustSignaturesFrom"),
	VERIFICATION("UnprotectedKey"),
	VERIFICATION("VBR-Certifiers"),
	VERIFICATION("VBR-PurgeFields"),
	VERIFICATION("VBR-TrustedCertifiers"),
	VERIFICATION("VBR-TrustedCertifiersOnly"),
	VERIFICATION("VBR-Type"),
	VERIFICATION("WeakSyntaxChecks"),

	PROCESS("AutoRestart"),
	PROCESS("AutoRestartCount"),
	PROCESS("AutoRestartRate"),
	PROCESS("Background"),
	PROCESS("CaptureUnknownErrors"),
	PROCESS("DisableCryptoInit"),
	PROCESS("EnableCoredumps"),
	PROCESS("KeepTemporaryFiles"),
	PROCESS("MilterDebug"),
	PROCESS("PidFile"),
	PROCESS("SoftStart"),
	PROCESS("TemporaryDirectory"),
	PROCESS("UserID"),

	LOG("LogResults"),
	LOG("LogWhy"),
	LOG("Statistics"),
	LOG("StatisticsName"),
	LOG("StatisticsPrefix"),
	LOG("Syslog"),
	LOG("SyslogFacility"),
	LOG("SyslogName"),
	LOG("SyslogSuccess"),

	DATABASE("LDAPAuthMechanism"),
	DATABASE("LDAPAuthName"),
	DATABASE("LDAPAuthRealm"),
	DATABASE("LDAPAuthUser"),
	DATABASE("LDAPBindPassword"),
	DATABASE("LDAPBindUser"),
	DATABASE("LDAPDisableCache"),
	DATABASE("LDAPKeepaliveIdle"),
	DATABASE("LDAPKeepaliveInterval"),
	DATABASE("LDAPKeepaliveProbes"),
	DATABASE("LDAPTimeout"),
	DATABASE("LDAPUseTLS"),
};

static const struct row *
find_row(struct slice name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (slice_equal_nocase(name, slice_from_text(rows[i].name)))
			return &rows[i];
	}
	return NULL;
}

static void
report_row(const struct conf *conf, const struct conf_entry *entry, const struct row *row,
    struct report *report)
{
	bool has_tables = conf_find(conf, "KeyTable") != NULL;
	bool is_other = row->way == (has_tables ? WAY_SINGLE : WAY_TABLES);
	bool is_off = row->is_flag && !conf_flag(conf, row->name);

	if (is_other)
		report_put(report, entry->place, entry->name, FATE_NOT_NEEDED, "opendkim ignores it %s",
		    has_tables ? "beside a KeyTable" : "without a KeyTable");
	else if (is_off)
		report_put(report, entry->place, entry->name, FATE_NOT_NEEDED, "it is off");
	else
		report_put(report, entry->place, entry->name, row->fate, "%s", row->text);
}

static void
report_entry(const struct conf *conf, const struct conf_entry *entry, struct report *report)
{
	const struct row *row = find_row(entry->name);
	const struct conf_entry *counts = row != NULL ? conf_find(conf, row->name) : entry;

	if (row == NULL)
		report_put(report, entry->place, entry->name, FATE_LOST,
		    "opendkim 2.11 knows no such setting");
	else if (counts != entry)
		report_put(report, entry->place, entry->name, FATE_NOT_NEEDED,
		    "set again at %s:%u", counts->place.file, counts->place.line);
	else
		report_row(conf, entry, row, report);
}

void
fates_report(const struct conf *conf, struct report *report)
{
	for (const struct conf_entry *entry = conf->first; entry != NULL; entry = entry->next)
		report_entry(conf, entry, report);
}
