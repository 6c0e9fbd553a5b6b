/* SPDX-License-Identifier: ISC */
/* Every kind of wrong configuration, and the sentence it gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "settings/settings.h"
#include "settings_place.h"

#define STATE "state_dir = \"/s\";\n"
#define LISTENERS "listeners = ( { address = \"unix:/m\"; } );\n"
#define CONTROL "control = { address = \"unix:/c\"; };\n"
#define GOOD STATE LISTENERS CONTROL /* three lines */
#define NO_FALLBACK \
	"5: organizations[1].name: fallback signs its mail with the keys of also_sign, and it has none; add " \
	"also_sign = [ \"esp.example\" ]; or another unverified_domain"

/* A row's text is written to the file, and FILE:error expected. */
static const struct {
	const char *text;
	const char *error;
} rows[] = {
	/* missing */
	{ "", "1: state_dir is missing; add state_dir = \"/var/lib/signetd\";" },
	{ LISTENERS CONTROL, "1: state_dir is missing; add state_dir = \"/var/lib/signetd\";" },
	{ STATE CONTROL,
	    "1: there is no listener; add listeners = ( { address = "
	    "\"unix:/run/signetd/milter.sock\"; } );" },
	{ STATE "\nlisteners = ();" CONTROL,
	    "3: there is no listener; add listeners = ( { address = "
	    "\"unix:/run/signetd/milter.sock\"; } );" },
	{ STATE CONTROL "listeners = (\n { name = \"a\"; } );",
	    "4: listeners[0].address is missing; add address = \"unix:/run/signetd/milter.sock\";" },
	{ STATE LISTENERS,
	    "1: control.address is missing; add control = { address = "
	    "\"unix:/run/signetd/control\"; };" },
	{ STATE LISTENERS "control = { };",
	    "3: control.address is missing; add address = \"unix:/run/signetd/control\";" },

	/* unknown */
	{ GOOD "\ncolour = \"red\";",
	    "5: colour is no setting; correct or remove it (all are in signetd.conf(5))" },
	{ STATE CONTROL "listeners = ( {\n address = \"unix:/m\";\n adress = \"unix:/n\";\n} );",
	    "5: listeners[0].adress is no setting; correct or remove it (all are in "
	    "signetd.conf(5))" },
	{ STATE LISTENERS "control = { address = \"unix:/c\";\nname = \"x\"; };",
	    "4: control.name is no setting; correct or remove it (all are in signetd.conf(5))" },
	{ GOOD "users = { root = \"x\"; };",
	    "4: users.root is no setting; correct or remove it (all are in signetd.conf(5))" },
	{ GOOD "address = \"unix:/x\";",
	    "4: address is no setting; correct or remove it (all are in signetd.conf(5))" },

	/* in another's place */
	{ GOOD "line_max = 990;", "4: line_max is no setting; move it into fit = { … }" },
	{ GOOD "fit = {\nvault_timeout = \"5s\"; };",
	    "5: fit.vault_timeout is no setting; vault_timeout stands outside of groups: move it there" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\";\ntrusted_networks = [ ]; } );",
	    "4: listeners[0].trusted_networks is no setting; trusted_networks stands outside of groups: move it "
	    "there" },

	/* doubled */
	{ STATE GOOD, "2: state_dir: this name is set twice; remove one of the two" },
	{ GOOD "users = {\n vault = \"a\";\n vault = \"b\";\n};",
	    "6: vault: this name is set twice; remove one of the two" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; },\n{ address = \"unix:/m\"; } );",
	    "4: listeners[1].address: another listener has this address; remove one" },
	{ STATE CONTROL "listeners = ( { address = \"inet:127.0.0.1@8891\"; },\n"
	                "{ address = \"inet:::ffff:127.0.0.1@8891\"; } );",
	    "4: listeners[1].address: another listener has this address; remove one" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/c\"; } );",
	    "3: listeners[0].address: control has the same address; give each its own" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; name = \"a\"; },\n"
	                "{ address = \"unix:/n\";\nname = \"a\"; } );",
	    "5: listeners[1].name: another listener has this name; give each its own" },

	/* metrics */
	{ GOOD "metrics = { address = \"unix:/c\"; };",
	    "4: metrics.address: control or a listener has the same address; give each its own" },
	{ GOOD "metrics = { address = \"unix:/m\"; };",
	    "4: metrics.address: control or a listener has the same address; give each its own" },
	{ GOOD "metrics = {\n address = \"inet:192.0.2.1@9100\"; };",
	    "5: metrics.address: metrics are told without a password; use unix:PATH or "
	    "inet:127.0.0.1@PORT, and let a proxy ask for one" },
	{ GOOD "metrics = { address = \"inet:0.0.0.0@9100\"; };",
	    "4: metrics.address: metrics are told without a password; use unix:PATH or "
	    "inet:127.0.0.1@PORT, and let a proxy ask for one" },
	{ GOOD "metrics = { address = \"inet:::@9100\"; };",
	    "4: metrics.address: metrics are told without a password; use unix:PATH or "
	    "inet:127.0.0.1@PORT, and let a proxy ask for one" },

	/* the wrong type */
	{ "state_dir = 5;", "1: state_dir: wrong type; write a path in quotes" },
	{ "state_dir = true;", "1: state_dir: wrong type; write a path in quotes" },
	{ "state_dir = [ \"/s\" ];", "1: state_dir: wrong type; write a path in quotes" },
	{ "state_dir = { };", "1: state_dir: wrong type; write a path in quotes" },
	{ GOOD "vault_timeout = 5;",
	    "4: vault_timeout: wrong type; write a duration in quotes, such as \"30s\"" },
	{ GOOD "header_max_bytes = 1048576;",
	    "4: header_max_bytes: wrong type; write a size in quotes, such as \"1MiB\"" },
	{ GOOD "header_max_fields = \"5000\";",
	    "4: header_max_fields: wrong type; write a whole number" },
	{ GOOD "header_max_fields = 1.5;",
	    "4: header_max_fields: wrong type; write a whole number" },
	{ GOOD "header_max_fields = 50L;",
	    "4: header_max_fields: wrong type; write a whole number" },
	{ GOOD "allow_without_dns_check = \"true\";",
	    "4: allow_without_dns_check: wrong type; write true or false" },
	{ GOOD "allow_without_dns_check = 1;",
	    "4: allow_without_dns_check: wrong type; write true or false" },
	{ GOOD "trusted_networks = \"local\";",
	    "4: trusted_networks: wrong type; write a list: [ … ] with a network in quotes, "
	    "such as \"192.0.2.0/24\"" },
	{ GOOD "trusted_networks = [ 1, 2 ];",
	    "4: trusted_networks: wrong type; write a network in quotes, such as "
	    "\"192.0.2.0/24\"" },
	{ STATE CONTROL "listeners = { address = \"unix:/m\"; };",
	    "3: listeners is of the wrong type; write a list of groups: ( { address = …; } )" },
	{ STATE CONTROL "listeners = ( \"unix:/m\" );",
	    "3: listeners[0] is of the wrong type; write a group: { … }" },
	{ STATE LISTENERS "control = \"unix:/c\";",
	    "3: control is of the wrong type; write a group: { … }" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; mode = 0660; } );",
	    "3: a number cannot begin with 0; write an octal mode in quotes, such as \"0660\", and any other number "
	    "without the 0" },

	/* out of range, not in the language of the row */
	{ "state_dir = \"\";", "1: state_dir: empty; write a path in quotes" },
	{ "state_dir = \"var/lib\";",
	    "1: state_dir: \"var/lib\" is not an absolute path; begin it with /" },
	{ "state_dir = \"/s\\n\";",
	    "1: state_dir: has a control character at octet 3; remove it" },
	{ GOOD "master_key = \"key\";",
	    "4: master_key: \"key\" is not an absolute path; begin it with /" },
	{ GOOD "master_key = \"credential:\";",
	    "4: master_key: \"credential:\" does not say which; write credential:NAME" },
	{ GOOD "master_key = \"credential:../shadow\";",
	    "4: master_key: \"../shadow\" is no name; use letters, digits, . _ and - only" },
	{ GOOD "map_size = \"64\";",
	    "4: map_size: \"64\" is no whole number with a unit; write the number and B, KiB, MiB, "
	    "GiB or TiB" },
	{ GOOD "map_size = \"64GB\";",
	    "4: map_size: \"64GB\" is no whole number with a unit; write the number and B, KiB, MiB, "
	    "GiB or TiB" },
	{ GOOD "map_size = \"1KiB\";",
	    "4: map_size: 1KiB is out of range; write from 1MiB to 16TiB" },
	{ GOOD "map_size = \"99999999999TiB\";",
	    "4: map_size: \"99999999999TiB\" is too large; write less" },
	{ GOOD "vault_timeout = \"5 s\";",
	    "4: vault_timeout: \"5 s\" is no whole number with a unit; write the number and ms, s, m, "
	    "h or d" },
	{ GOOD "vault_timeout = \"1.5s\";",
	    "4: vault_timeout: \"1.5s\" is no whole number with a unit; write the number and ms, s, "
	    "m, h or d" },
	{ GOOD "vault_timeout = \"2m\";",
	    "4: vault_timeout: 2m is out of range; write from 100ms to 1m" },
	{ GOOD "vault_timeout = \"0s\";",
	    "4: vault_timeout: 0s is out of range; write from 100ms to 1m" },
	{ GOOD "header_max_fields = 19;",
	    "4: header_max_fields: 19 is out of range; write from 20 to 100000" },
	{ GOOD "header_max_fields = -5;",
	    "4: header_max_fields: -5 is no whole number from 0; write one" },
	{ GOOD "canonicalization = \"relaxed\";",
	    "4: canonicalization: \"relaxed\" is not known here; write one of \"simple/simple\", "
	    "\"simple/relaxed\", \"relaxed/simple\", \"relaxed/relaxed\"" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\";\n outbound = \"never\"; } );",
	    "4: listeners[0].outbound: \"never\" is not known here; write one of \"auto\", "
	    "\"always\"" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; processes = 33; } );",
	    "3: listeners[0].processes: 33 is out of range; write from 0 to 32" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; mode = \"1777\"; } );",
	    "3: listeners[0].mode: \"1777\" is no mode; write octal digits up to \"0777\", such as "
	    "\"0660\"" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; mode = \"rw\"; } );",
	    "3: listeners[0].mode: \"rw\" is no mode; write octal digits up to \"0777\", such as "
	    "\"0660\"" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; mode = \"\"; } );",
	    "3: listeners[0].mode: \"\" is no mode; write octal digits up to \"0777\", such as "
	    "\"0660\"" },
	{ STATE CONTROL "listeners = ( { address = \"unix:/m\"; group = \"a b\"; } );",
	    "3: listeners[0].group: \"a b\" is no name; use letters, digits, . _ and - only" },
	{ GOOD "users = { vault = \"\"; };", "4: users.vault: empty; write a name in quotes" },

	/* addresses and networks */
	{ STATE CONTROL "listeners = ( { address = \"milter.sock\"; } );",
	    "3: listeners[0].address: \"milter.sock\" is no address; write unix:PATH, or "
	    "inet:ADDRESS@PORT (IPv4, IPv6)" },
	{ STATE CONTROL "listeners = ( { address = \"unix:milter.sock\"; } );",
	    "3: listeners[0].address: \"unix:milter.sock\" has no absolute path; write "
	    "unix:/run/signetd/…" },
	{ STATE CONTROL "listeners = ( { address = \"inet6:::1@8891\"; } );",
	    "3: listeners[0].address: \"inet6:::1@8891\" is no address; write unix:PATH, or "
	    "inet:ADDRESS@PORT (IPv4, IPv6)" },
	{ STATE CONTROL "listeners = ( { address = \"inet:8891@127.0.0.1\"; } );",
	    "3: listeners[0].address: \"inet:8891@127.0.0.1\": the address comes before the port; "
	    "write inet:ADDRESS@PORT" },
	{ STATE CONTROL "listeners = ( { address = \"inet:localhost@8891\"; } );",
	    "3: listeners[0].address: \"localhost\" is no IPv4 or IPv6 address; write "
	    "inet:ADDRESS@PORT, such as inet:127.0.0.1@8891 (host names are not looked up)" },
	{ STATE CONTROL "listeners = ( { address = \"inet:127.0.0.1\"; } );",
	    "3: listeners[0].address: \"\" is no port; write a number from 1 to 65535 after the @" },
	{ STATE CONTROL "listeners = ( { address = \"inet:127.0.0.1@0\"; } );",
	    "3: listeners[0].address: \"0\" is no port; write a number from 1 to 65535 after the @" },
	{ STATE CONTROL "listeners = ( { address = \"inet:127.0.0.1@65536\"; } );",
	    "3: listeners[0].address: \"65536\" is no port; write a number from 1 to 65535 after the "
	    "@" },
	{ STATE LISTENERS "control = { address = \"inet:127.0.0.1@99\"; };",
	    "3: control.address: \"inet:127.0.0.1@99\" cannot be used here; write unix:PATH" },
	{ GOOD "trusted_networks = [ \"local\",\n \"192.0.2.1/24\" ];",
	    "5: trusted_networks: \"192.0.2.1/24\" has host bits set; write 192.0.2.0/24, or the "
	    "address alone" },
	{ GOOD "trusted_networks = [ \"mail.example.com\" ];",
	    "4: trusted_networks: \"mail.example.com\" is not a network; write an address such as "
	    "192.0.2.0/24 or 2001:db8::/32 (host names are not looked up)" },
	{ GOOD "trusted_networks = [ \"192.0.2.0/33\" ];",
	    "4: trusted_networks: \"192.0.2.0/33\" has no valid prefix length; write /0 to /32 after "
	    "the address" },
	{ GOOD "trusted_networks = [ \"\" ];",
	    "4: trusted_networks: empty; write a network in quotes, such as \"192.0.2.0/24\"" },

	/* header fields */
	{ GOOD "signed_fields = { add = \"X-A\"; };",
	    "4: signed_fields.add: wrong type; write a list: [ … ] with the name of a header field in "
	    "quotes, such as \"X-Campaign\"" },
	{ GOOD "signed_fields = { sign = [ \"X-A\" ]; };",
	    "4: signed_fields.sign is no setting; correct or remove it (all are in "
	    "signetd.conf(5))" },
	{ GOOD "signed_fields = { add = [ \"X-A:\" ]; };",
	    "4: signed_fields.add: \"X-A:\" is no name of a header field; write it without colon "
	    "and white space, such as \"X-Campaign\"" },
	{ GOOD "signed_fields = { oversign = [ \"X A\" ]; };",
	    "4: signed_fields.oversign: \"X A\" is no name of a header field; write it without "
	    "colon and white space, such as \"X-Campaign\"" },
	{ GOOD "signed_fields = {\n add = [ \"X-A\",\n \"received\" ];\n};",
	    "6: signed_fields.add: Received changes on the way, which would break the signature; "
	    "remove it" },
	{ GOOD "signed_fields = { oversign = [ \"DKIM-Signature\" ]; };",
	    "4: signed_fields.oversign: DKIM-Signature changes on the way, which would break the "
	    "signature; remove it" },
	{ GOOD "signed_fields = { remove = [ \"from\" ]; };",
	    "4: signed_fields.remove: From is over-signed in every signature (RFC 6376 section "
	    "5.4); remove it" },
	{ GOOD "signed_fields = { add = [ \"From\" ]; };",
	    "4: signed_fields.add: From is over-signed in every signature (RFC 6376 section 5.4); "
	    "remove it" },
	{ GOOD "signed_fields = {\n add = [ \"X-A\" ];\n oversign = [ \"x-a\" ];\n};",
	    "6: signed_fields.oversign: \"x-a\" is already in signed_fields.add; remove one of the "
	    "two" },
	{ GOOD "signed_fields = { remove = [ \"To\", \"To\" ]; };",
	    "4: signed_fields.remove: \"To\" is already in signed_fields.remove; remove one of the "
	    "two" },
	{ GOOD "organizations = ( { name = \"a\"; }, { name = \"b\"; sender_header = \"m@esp.example\"; } );\n"
	       "signed_fields = { remove = [ \"sender\" ]; };",
	    "5: signed_fields.remove: Sender is what sender_header writes, and is signed with it; remove one "
	    "of the two" },

	/* the stamp */
	{ GOOD "\nstamp_header = \"Received\";",
	    "5: stamp_header: Received changes on the way, which would break the signature; take "
	    "another field" },
	{ GOOD "stamp_header = \"subject\";",
	    "4: stamp_header: subject is the sender's, and would be taken out; take another field, "
	    "such as X-Organization" },
	{ GOOD "stamp_header = \"X-Org\";\nsigned_fields = { remove = [ \"x-org\" ]; };",
	    "4: stamp_header: X-Org is in signed_fields; remove it there, it is over-signed" },
	{ GOOD "stamp_header = \"X Org\";",
	    "4: stamp_header: \"X Org\" is no name of a header field; write it without colon and "
	    "white space, such as \"X-Campaign\"" },

	/* whose mail it is */
	{ GOOD "organizations = { name = \"a\"; };",
	    "4: organizations is of the wrong type; write a list of groups: ( { name = …; } )" },
	{ GOOD "organizations = ( \"a\" );",
	    "4: organizations[0] is of the wrong type; write a group: { … }" },
	{ GOOD "organizations = (\n { name = \"a\"; },\n { logins = [ \"x\" ]; } );",
	    "6: organizations[1].name is missing; add name = \"acme\";" },
	{ GOOD "organizations = (\n { name = \"a\"; },\n { name = \"a\"; } );",
	    "6: organizations[1].name: another organization has this name; give each its own" },
	{ GOOD "organizations = ( { name = \"-a\"; } );",
	    "4: organizations[0].name: \"-a\" is no name; begin it with a letter or a digit" },
	{ GOOD "organizations = ( { name = \"a\";\n listeners = [ \"out\" ]; } );",
	    "5: organizations[0].listeners: no listener has the name \"out\"; give it to one" },
	{ GOOD "organizations = ( { name = \"a\"; },\n { name = \"b\"; networks = [ \"192.0.2.0/24\",\n"
	       "\"192.0.2.1/24\" ]; } );",
	    "6: organizations[1].networks: \"192.0.2.1/24\" has host bits set; write "
	    "192.0.2.0/24, or the address alone" },
	{ GOOD "organizations = ( { name = \"a\"; logins = [ \"a*\" ]; } );",
	    "4: organizations[0].logins: \"a*\" is no login; write one as it is, \"*@acme.example\" for "
	    "all of a domain, or \"*\" for all" },
	{ GOOD "organizations = ( { name = \"a\"; login = [ \"a\" ]; } );",
	    "4: organizations[0].login is no setting; correct or remove it (all are in "
	    "signetd.conf(5))" },
	{ GOOD "organizations = ( { name = \"a\"; logins = \"a\"; } );",
	    "4: organizations[0].logins: wrong type; write a list: [ … ] with a login in quotes, such "
	    "as \"*@acme.example\"" },
	{ GOOD "organization_header = {\n name = \"X-Org\"; };",
	    "5: organization_header.name: a field that nobody is trusted to write; add networks = "
	    "[ \"192.0.2.1\" ];" },
	{ GOOD "organization_header = {\n networks = [ \"local\" ]; };",
	    "5: organization_header.networks: networks, and no field that they may write; give its "
	    "name, too" },

	/* what a login may */
	{ GOOD "login_domains = (\n { login = \"a\"; } );",
	    "5: login_domains[0].domains is missing; add domains = [ \"acme.example\" ];" },
	{ GOOD "login_domains = (\n { login = \"a\"; domains = [ ]; },\n { login = \"A\"; domains = [ ]; } );",
	    "6: login_domains[1].login: another group has this login; put their domains together" },
	{ GOOD "login_domains = (\n { login = \"*\"; domains = [ ]; },\n { login = \"a\"; domains = [ ]; } );",
	    "6: login_domains[1].login: \"*\" before it takes all logins; put this group before that "
	    "one" },
	{ GOOD "login_domains = ( { login = \"a\"; domains = [ \"*.example\" ]; } );",
	    "4: login_domains[0].domains: \"*.example\" is no domain; write one in lower case, such as "
	    "\"acme.example\", \".acme.example\" for those below it, or \"@\" for the login's own" },
	{ GOOD "login_violation = \"tempfail\";",
	    "4: login_violation: \"tempfail\" is not known here; write one of \"reject\", \"accept\"" },

	/* whose domain signs */
	{ GOOD "\nidentity = [ ];", "5: identity: empty; write a word in quotes" },
	{ GOOD "identity = [ \"header-from\",\n \"header-from\" ];",
	    "5: identity: \"header-from\" is there twice; remove one of the two" },
	{ GOOD "identity = [ \"sender\" ];",
	    "4: identity: \"sender\" is not known here; write one of \"header-from\", "
	    "\"envelope-from\"" },
	{ GOOD "identity = \"header-from\";",
	    "4: identity: wrong type; write a list: [ … ] with a word in quotes" },
	{ GOOD "identity_use = \"both\";",
	    "4: identity_use: \"both\" is not known here; write one of \"first\", \"all\"" },

	/* what signs beside the sender */
	{ GOOD "also_sign = [ \"esp.example\",\n \"b.example\",\n \"c.example\" ];",
	    "6: also_sign: more than 2 domains; remove some" },
	{ GOOD "also_sign = [ \"esp.example\",\n \"esp.example\" ];",
	    "5: also_sign: \"esp.example\" is there twice; remove one of the two" },
	{ GOOD "also_sign = [ \"-esp.example\" ];",
	    "4: also_sign: \"-esp.example\" is no domain; write it in lower case, without a dot at "
	    "its end, such as \"keys.example.net\"" },
	{ GOOD "also_sign = [ \"esp..example\" ];",
	    "4: also_sign: \"esp..example\" is no domain; write it in lower case, without a dot at "
	    "its end, such as \"keys.example.net\"" },
	{ GOOD "\nunverified_domain = \"fallback\";",
	    "5: unverified_domain: fallback signs with the keys of also_sign, and there is none; add "
	    "also_sign = [ \"esp.example\" ];" },
	{ GOOD "unverified_domain = \"bounce\";",
	    "4: unverified_domain: \"bounce\" is not known here; write one of \"accept\", "
	    "\"fallback\", \"tempfail\", \"reject\"" },

	/* and of an organization */
	{ GOOD "organizations = (\n { name = \"a\"; also_sign = [ \"b.example\" ]; },\n { name = \"b\";\n"
	       "also_sign = [ \"a.example\", \"b.example\",\n\"c.example\" ]; } );",
	    "8: organizations[1].also_sign: more than 2 domains; remove some" },
	{ GOOD "organizations = ( { name = \"a\"; also_sign = [ \"b.example\", \"b.example\" ]; } );",
	    "4: organizations[0].also_sign: \"b.example\" is there twice; remove one of the two" },
	{ GOOD "organizations = ( { name = \"a\"; also_sign = [ \"default\", \"b.example\" ]; } );",
	    "4: organizations[0].also_sign: \"default\" stands for all of also_sign, alone; write the "
	    "domains themselves" },
	{ GOOD "organizations = ( { name = \"a\"; also_sign = [ \"b.example\", \"default\" ]; } );",
	    "4: organizations[0].also_sign: \"default\" stands for all of also_sign, alone; write the "
	    "domains themselves" },
	{ GOOD "organizations = ( { name = \"a\"; unverified_domain = \"bounce\"; } );",
	    "4: organizations[0].unverified_domain: \"bounce\" is not known here; write one of \"default\", "
	    "\"accept\", \"fallback\", \"tempfail\", \"reject\"" },
	{ GOOD "organizations = ( { name = \"a\"; also_sign = [ \"b.example\" ]; },\n"
	       "{ name = \"b\"; unverified_domain = \"fallback\"; } );", NO_FALLBACK },
	{ GOOD "also_sign = [ \"b.example\" ]; organizations = ( { name = \"a\"; },\n"
	       "{ name = \"b\"; unverified_domain = \"fallback\"; also_sign = [ ]; } );", NO_FALLBACK },
	{ GOOD "also_sign = [ \"b.example\" ]; unverified_domain = \"fallback\"; organizations = ( { name = \"a\"; },\n"
	       "{ name = \"b\"; also_sign = [ ]; } );", NO_FALLBACK },

	/* what libconfig would swallow, and syntax */
	{ GOOD "header_max_fields = 4294967396;",
	    "4: header_max_fields: a number of 10 digits would be read wrongly; write at most 9 digits, "
	    "or a size or duration in quotes with its unit" },
	{ GOOD "header_max_fields = 0x64;",
	    "4: header_max_fields: hexadecimal numbers are not read here; write it in decimal" },
	{ GOOD "header_max_fields = 000005001;",
	    "4: header_max_fields: a number cannot begin with 0; write an octal mode in quotes, such as \"0660\", "
	    "and any other number without the 0" },
	{ GOOD "/* a comment\nto the end\n",
	    "4: this comment is never closed; add the missing */" },
	{ "state_dir = \"/s;\n" LISTENERS,
	    "1: state_dir: this text is not closed on its line; add the missing \"" },
	{ "state_dir = \"/s\\x00/t\";", "1: state_dir: a text cannot have a NUL; remove \\x00" },
	{ GOOD "\n@include \"other.conf\"\n",
	    "5: @include is not supported; write everything into this file" },
	{ GOOD "vault_timeout = ;",
	    "4: vault_timeout: this is not understood; look for a missing \" = ; or bracket, or a comma too "
	    "many, here or above" },
	{ GOOD "vault_timeout \"5s\";",
	    "4: this is not understood; look for a missing \" = ; or bracket, or a comma too "
	    "many, here or above" },
	{ STATE "listeners = ( { address = \"unix:/m\"; }\n" CONTROL,
	    "3: this is not understood; look for a missing \" = ; or bracket, or a comma too "
	    "many, here or above" },
	/* of several names in a line, which one it is about is not known */
	{ GOOD "users = { vault = \"a\"; vault = \"b\"; };",
	    "4: this name is set twice; remove one of the two" },
	{ GOOD "/* a = 1 */ # b = 2;\nstate_dir = \"c = 3;\";",
	    "5: state_dir: this name is set twice; remove one of the two" },
	{ GOOD "trusted_networks = [ \"local\", 5 ];",
	    "4: trusted_networks: values of a list are of one type; write all in quotes" },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

/* libconfig 1.5 forgets the text it had begun when it meets a syntax error. */
const char *__lsan_default_suppressions(void);

const char *
__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

static void
settings_bad__says_where_what_and_the_remedy(void **state)
{
	const struct settings_place *place = *state;
	unsigned wrong = 0;

	assert_true(ROW_COUNT >= 100);
	for (size_t i = 0; i < ROW_COUNT; i++) {
		struct settings *settings = NULL;
		struct error err = { "" };
		char expected[ERROR_TEXT_SIZE];
		enum status status;

		settings_place_write(place, slice_from_text(rows[i].text));
		status = settings_read_file(place->path, &settings, &err);
		(void)snprintf(expected, sizeof(expected), "%s:%s", place->path, rows[i].error);
		if (status == STATUS_INVALID && settings == NULL && strcmp(err.text, expected) == 0)
			continue;
		wrong++;
		print_message("row %zu: %s\nexpected %s\n", i, err.text, expected);
		settings_free(&settings);
	}
	assert_int_equal(wrong, 0);
}

static void
settings_bad__every_remedy_fits_into_the_error(void **state)
{
	const struct settings_place *place = *state;
	struct settings *settings = NULL;
	struct error err = { "" };
	char text[4096];
	char value[2048];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	(void)snprintf(text, sizeof(text), GOOD "vault_timeout = \"%s\";", value);
	settings_place_write(place, slice_from_text(text));
	assert_int_equal(settings_read_file(place->path, &settings, &err), STATUS_INVALID);
	assert_non_null(strstr(err.text, "write the number and ms, s, m, h or d"));
}

static void
settings_bad__nul_in_file_is_refused(void **state)
{
	static const char text[] = GOOD "\0 vault_timeout = nonsense";
	const struct settings_place *place = *state;
	struct settings *settings = NULL;
	struct error err = { "" };

	settings_place_write(place, slice_of(text, sizeof(text) - 1));
	assert_int_equal(settings_read_file(place->path, &settings, &err), STATUS_INVALID);
	assert_non_null(strstr(err.text, ":4: vault_timeout: there is a NUL here"));
}

static void
settings_bad__unreadable_file_is_named_with_the_reason(void **state)
{
	const struct settings_place *place = *state;
	struct settings *settings = NULL;
	struct error err = { "" };
	char expected[ERROR_TEXT_SIZE];

	assert_int_equal(settings_read_file(place->path, &settings, &err), STATUS_SYSTEM);
	(void)snprintf(expected, sizeof(expected), "cannot open %s: No such file or directory",
	    place->path);
	assert_string_equal(err.text, expected);
	assert_int_equal(settings_read_file(place->directory, &settings, &err), STATUS_SYSTEM);
	(void)snprintf(expected, sizeof(expected), "cannot read %s: Is a directory",
	    place->directory);
	assert_string_equal(err.text, expected);
}

static void
settings_bad__too_large_file_is_refused(void **state)
{
	const struct settings_place *place = *state;
	struct settings *settings = NULL;
	struct error err = { "" };

	settings_place_write(place, slice_of(GOOD, sizeof(GOOD) - 1));
	assert_int_equal(truncate(place->path, 1 << 20), 0);
	assert_int_equal(settings_read_file(place->path, &settings, &err), STATUS_INVALID);
	assert_non_null(strstr(err.text, "there is a NUL here"));
	assert_int_equal(truncate(place->path, (1 << 20) + 1), 0);
	assert_int_equal(settings_read_file(place->path, &settings, &err), STATUS_INVALID);
	assert_non_null(strstr(err.text, "more than 1048576 octets"));
}

/* Whatever is cut off or put in, it is read or refused, and nothing else happens. */
static void
settings_bad__mutilated_files_do_no_harm(void **state)
{
	static const char text[] =
	    GOOD "users = { vault = \"v\"; /* c */ };\n# x\ntrusted_networks = [ \"local\" ];\n";
	static const char odd[] = "\"{}[]()=;:#/*@\\\n0x";
	const struct settings_place *place = *state;
	char copy[sizeof(text)];

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		for (size_t k = 0; k < sizeof(odd); k++) {
			struct settings *settings = NULL;
			struct error err = { "" };

			memcpy(copy, text, sizeof(text));
			copy[i] = odd[k];
			settings_place_write(place, slice_of(copy, sizeof(text) - 1));
			if (settings_read_file(place->path, &settings, &err) == STATUS_OK)
				assert_true(settings_count(settings, SETTING_LISTENER_ADDRESS) == 1);
			else
				assert_true(strlen(err.text) > strlen(place->path));
			settings_free(&settings);
		}
	}
}

#define PLACE_TEST(name) cmocka_unit_test_setup_teardown(name, settings_place_make, settings_place_remove)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		PLACE_TEST(settings_bad__says_where_what_and_the_remedy),
		PLACE_TEST(settings_bad__every_remedy_fits_into_the_error),
		PLACE_TEST(settings_bad__nul_in_file_is_refused),
		PLACE_TEST(settings_bad__unreadable_file_is_named_with_the_reason),
		PLACE_TEST(settings_bad__too_large_file_is_refused),
		PLACE_TEST(settings_bad__mutilated_files_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
