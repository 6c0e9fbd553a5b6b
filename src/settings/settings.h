/* SPDX-License-Identifier: ISC */
/*
 * The configuration as one table (settings/table.c): each row {name, type,
 * default, range, reloadable, help} feeds the parser, the check, the sample
 * file and the manual. The supervisor alone reads the file (settings/file/,
 * which alone knows libconfig) and hands the result to its children as a
 * sealed memfd; they read the image back without libconfig.
 *
 * A struct settings is immutable: any thread may read it. Texts live as long
 * as it does. Adding a setting: a line in enum setting, a row in the table.
 */
#ifndef SETTINGS_SETTINGS_H
#define SETTINGS_SETTINGS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/words.h"

struct settings;

/* Each is a row of the table; those below a list of groups (listeners) have one value per group. */
enum setting {
	SETTING_STATE_DIR,            /* text, absolute path, required */
	SETTING_MASTER_KEY,           /* text, path; "" = state_dir/master.key */
	SETTING_PREVIOUS_MASTER_KEY,  /* text, path; "" = none: docs/master-key.md */
	SETTING_MAP_SIZE,             /* size in bytes, "64GiB" */
	SETTING_LISTENER_ADDRESS,     /* listeners[].address: settings/endpoint.h; required */
	SETTING_LISTENER_NAME,        /* listeners[].name; "" = the address */
	SETTING_LISTENER_MODE,        /* listeners[].mode: octal text "0660" → number */
	SETTING_LISTENER_GROUP,       /* listeners[].group; "" = leave */
	SETTING_LISTENER_PROCESSES,   /* listeners[].processes, 0 = min(CPUs, 8) */
	SETTING_LISTENER_OUTBOUND,    /* listeners[].outbound: enum setting_outbound */
	SETTING_CONTROL_ADDRESS,      /* control.address: "unix:PATH", required */
	SETTING_CONTROL_MODE,         /* control.mode "0660" */
	SETTING_CONTROL_GROUP,        /* control.group "" */
	SETTING_METRICS_ADDRESS,      /* metrics.address: settings/endpoint.h; "" = no metrics */
	SETTING_METRICS_MODE,         /* metrics.mode "0660" */
	SETTING_METRICS_GROUP,        /* metrics.group "" */
	SETTING_USER_MILTER,          /* users.milter "signetd-milter": a name or a number */
	SETTING_USER_VAULT,           /* users.vault */
	SETTING_USER_KEEPER,          /* users.keeper */
	SETTING_USER_DNS,             /* users.dns */
	SETTING_USER_HTTP,            /* users.http */
	SETTING_TRUSTED_NETWORKS,     /* list of CIDR or "local"; default loopback and local */
	SETTING_OUTBOUND_DAEMON_NAMES, /* list of names; default empty */
	SETTING_LOGIN_VIOLATION,      /* enum setting_login_violation, "reject" */
	SETTING_IDENTITY,             /* list of enum setting_identity; default header-from */
	SETTING_IDENTITY_USE,         /* enum setting_identity_use, "first" */
	SETTING_ALSO_SIGN,            /* list of domains; default empty */
	SETTING_UNVERIFIED_DOMAIN,    /* enum setting_unverified, "accept" */
	SETTING_STAMP_HEADER,         /* text: name of a header field; "" = none */
	SETTING_CANONICALIZATION,     /* enum setting_canonicalization, "relaxed/relaxed" */
	SETTING_HEADER_MAX_BYTES,     /* size, "1MiB" */
	SETTING_HEADER_MAX_FIELDS,    /* number, 5000 */
	SETTING_CONNECTIONS_MAX,      /* number, 10000 */
	SETTING_MESSAGES_MAX_BYTES,   /* size, "256MiB" */
	SETTING_FIT_LINE_MAX,         /* fit.line_max: number, 998 */
	SETTING_FIT_NO_FROM,          /* fit.no_from: enum setting_fit, "skip"; never "sign" */
	SETTING_FIT_SEVERAL_FROM,     /* fit.several_from, "reject"; never "sign" */
	SETTING_FIT_DUPLICATE_FIELD,  /* fit.duplicate_field, "sign"; so are those that follow */
	SETTING_FIT_LONG_HEADER_LINE, /* fit.long_header_line */
	SETTING_FIT_LONG_BODY_LINE,   /* fit.long_body_line */
	SETTING_FIT_EIGHT_BIT_HEADER, /* fit.eight_bit_header */
	SETTING_FIT_EIGHT_BIT_BODY,   /* fit.eight_bit_body */
	SETTING_FIT_EIGHT_BIT_UNDECLARED, /* fit.eight_bit_undeclared */
	SETTING_FIT_BARE_CR,          /* fit.bare_cr */
	SETTING_FIT_BARE_LF,          /* fit.bare_lf */
	SETTING_FIT_NUL,              /* fit.nul */
	SETTING_FIELDS_ADD,           /* signed_fields.add: list of field names; default empty */
	SETTING_FIELDS_OVERSIGN,      /* signed_fields.oversign */
	SETTING_FIELDS_REMOVE,        /* signed_fields.remove */
	SETTING_ORG_NAME,             /* organizations[].name; required */
	SETTING_ORG_LISTENERS,        /* organizations[].listeners: list of names of listeners */
	SETTING_ORG_DAEMON_NAMES,     /* organizations[].daemon_names: list */
	SETTING_ORG_LOGINS,           /* organizations[].logins: list of patterns */
	SETTING_ORG_NETWORKS,         /* organizations[].networks: list of CIDR or "local" */
	SETTING_ORG_ENVELOPE_SENDER,  /* organizations[].envelope_sender: text, an address; "" = as it is */
	SETTING_ORG_SENDER_HEADER,    /* organizations[].sender_header: text, an address; "" = as it is */
	SETTING_ORG_ALSO_SIGN,        /* organizations[].also_sign: list of domains; "default" alone = also_sign */
	SETTING_ORG_UNVERIFIED_DOMAIN, /* organizations[].unverified_domain: enum setting_unverified, "default" */
	SETTING_ORG_HEADER_NAME,      /* organization_header.name; "" = none */
	SETTING_ORG_HEADER_NETWORKS,  /* organization_header.networks: list of CIDR or "local" */
	SETTING_LOGIN_LOGIN,          /* login_domains[].login: a pattern; required */
	SETTING_LOGIN_DOMAINS,        /* login_domains[].domains: list of "x", ".x" or "@"; required */
	SETTING_DNS_RESOLVERS,        /* dns.resolvers: list of "ADDRESS@PORT"; default empty: the system's */
	SETTING_DNS_TIMEOUT,          /* dns.timeout: duration in ms, of one question, "5s" */
	SETTING_PROVIDER_NAME,        /* provider_zone.name: where delegated keys are published; "" = nowhere */
	SETTING_PROVIDER_SERVER,      /* provider_zone.server "ADDRESS@PORT"; "" = its file is made from signetctl zone */
	SETTING_PROVIDER_KEY_FILE,    /* provider_zone.tsig_key_file: text, path */
	SETTING_PROVIDER_TTL,         /* provider_zone.ttl: duration in ms, "1h" */
	SETTING_ROTATION_EVERY,       /* rotation.every: duration in ms, "90d"; 0 = by hand */
	SETTING_ROTATION_RETIRE_AFTER, /* rotation.retire_after: duration in ms, "14d" */
	SETTING_ROTATION_MARGIN,      /* rotation.margin: duration in ms, "1h" */
	SETTING_ROTATION_QUEUE_LIFE,  /* rotation.queue_life: duration in ms, "5d" */
	SETTING_ROTATION_SIGNATURE_LIFE, /* rotation.signature_life: duration in ms, "7d" */
	SETTING_VAULT_TIMEOUT,        /* duration in ms, "5s" */
	SETTING_DRAIN_TIMEOUT,        /* duration in ms, "30s" */
	SETTING_HEARTBEAT_TIMEOUT,    /* duration in ms, "30s"; 0 = nobody is asked */
	SETTING_ALLOW_WITHOUT_DNS_CHECK, /* flag, true */
	SETTING_COUNT
};

/* The numbers of words, which stand beside their rows (settings/table/). */
enum setting_outbound { OUTBOUND_AUTO = 1, OUTBOUND_ALWAYS = 2 };

enum setting_login_violation { LOGIN_VIOLATION_REJECT = 1, LOGIN_VIOLATION_ACCEPT };

enum setting_identity { SETTING_IDENTITY_HEADER_FROM = 1, SETTING_IDENTITY_ENVELOPE_FROM };

enum setting_identity_use { IDENTITY_USE_FIRST = 1, IDENTITY_USE_ALL };

enum setting_unverified {
	SETTING_UNVERIFIED_ACCEPT = 1,
	SETTING_UNVERIFIED_FALLBACK,
	SETTING_UNVERIFIED_TEMPFAIL,
	SETTING_UNVERIFIED_REJECT,
	SETTING_UNVERIFIED_DEFAULT, /* of an organization: as unverified_domain */
};

/* The one element of an organization's also_sign that stands for also_sign itself. */
#define SETTING_ALSO_DEFAULT "default"

enum setting_fit { SETTING_FIT_SIGN = 1, SETTING_FIT_SKIP, SETTING_FIT_REJECT };

enum setting_canonicalization {
	CANONICALIZATION_SIMPLE_SIMPLE = 1,
	CANONICALIZATION_SIMPLE_RELAXED,
	CANONICALIZATION_RELAXED_SIMPLE,
	CANONICALIZATION_RELAXED_RELAXED,
};

/*
 * How many values: 1 for a scalar, the elements of a list, in a list of groups
 * one for each group, or the elements of the lists of all groups, in their order.
 */
unsigned settings_count(const struct settings *settings, enum setting setting);

/* Flags are 0 or 1, words their value, durations ms, sizes octets. index 0 for scalars. */
uint64_t settings_number(const struct settings *settings, enum setting setting, unsigned index);

/*
 * NUL-terminated, never NULL. Of numbers the text they were read from ("5s"),
 * for messages.
 */
const char *settings_text(const struct settings *settings, enum setting setting, unsigned index);

/* The group, from 0, in which a value of a list of groups stands; 0 elsewhere. */
unsigned settings_group(const struct settings *settings, enum setting setting, unsigned index);

/* The line of a value in the file, 0 for a default; and the file, as it was named at the start. */
unsigned settings_line(const struct settings *settings, enum setting setting, unsigned index);
const char *settings_path(const struct settings *settings);

/*
 * The line in which a list begins: in a group, or (group 0) one that is in none, or of the first
 * setting of a list of groups that list itself. 0 for a default, and for settings of an image.
 */
unsigned settings_list_line(const struct settings *settings, enum setting setting, unsigned group);

/* Does a setting mean the same in both? "5s" is "5000ms". */
bool settings_is_same(const struct settings *a, const struct settings *b, enum setting setting);

/* Puts "FILE:LINE: NAME: " before err, of this value; FILE alone, where it is a default. Returns status. */
enum status settings_blame(const struct settings *settings, enum setting setting, unsigned index,
    enum status status, struct error *err);

/* Its parts: "NAME: ", with the number of its group; and "FILE:LINE: ", or FILE alone for line 0. */
enum status settings_blame_name(const struct settings *settings, enum setting setting, unsigned index,
    enum status status, struct error *err);
enum status settings_blame_line(
    const struct settings *settings, unsigned line, enum status status, struct error *err);

void settings_free(struct settings **settings);

/* What is allowed and probably not meant, in words: for the log of who starts. */
typedef void settings_warning_visitor(void *context, const char *text);
void settings_list_warnings(
    const struct settings *settings, settings_warning_visitor *visit, void *context);

/*
 * STATUS_REFUSED when a setting differs that only a restart can change: its
 * "FILE:LINE: " (FILE alone, where it was taken out) and its name.
 */
MUST_CHECK enum status settings_check_reload(
    const struct settings *old, const struct settings *new, struct error *err);

/*
 * The configuration file with every setting: what is required as an example,
 * the rest commented out at its default. conf/signetd.conf is this.
 */
void settings_print_sample(struct buf *out);

/*
 * Every setting with its value, in the order of the table, and in a comment where it comes from,
 * "FILE:LINE" or "default". It is a configuration file itself, with the same settings.
 */
void settings_print_dump(const struct settings *settings, struct buf *out);

/* ---- settings/file/: the supervisor ---- */

/*
 * Errors read "FILE:LINE: what is wrong; what to do" (STATUS_INVALID), or why
 * FILE cannot be read (STATUS_SYSTEM). Of several, the first.
 */
MUST_CHECK enum status settings_read_file(
    const char *path, struct settings **ret_settings, struct error *err);

/* ---- settings/image.c: everybody ---- */

/* A sealed (F_SEAL_WRITE …) close-on-exec memfd; the caller closes it. */
MUST_CHECK enum status settings_to_memfd(
    const struct settings *settings, int *ret_fd, struct error *err);

/*
 * Refuses an image that is not sealed, or of another build's table, and never
 * trusts its lengths and numbers. The fd stays open.
 */
MUST_CHECK enum status settings_from_memfd(
    int fd, struct settings **ret_settings, struct error *err);

#endif
