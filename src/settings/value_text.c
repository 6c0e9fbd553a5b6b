/* SPDX-License-Identifier: ISC */
#include "settings/value_kind.h"

#include "base/network.h"
#include "base/scan.h"
#include "settings/endpoint.h"

#define LABEL_OCTETS 63 /* RFC 1035 §2.3.4 */
#define LOCAL_PART_OCTETS 64 /* RFC 5321 §4.5.3.1.1 */

/* ---- names and paths ---- */

static bool
is_name(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!scan_is_alnum(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	return true;
}

static bool
is_path(struct slice text)
{
	return text.len == 0 || text.ptr[0] == '/';
}

/* What a header field may be called (RFC 5322 §2.2), but for ";": h= could not name it (RFC 6376 §3.5). */
static bool
is_field(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c <= ' ' || c > '~' || c == ':' || c == ';')
			return false;
	}
	return true;
}

/* ---- domains, and who has one ---- */

static bool
is_domain_char(char c)
{
	return (c >= 'a' && c <= 'z') || scan_is_digit(c) || c == '-';
}

static bool
is_label(struct slice label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (!is_domain_char(label.ptr[i]))
			return false;
	}
	return label.len > 0 && label.len <= LABEL_OCTETS && label.ptr[0] != '-' &&
	    label.ptr[label.len - 1] != '-';
}

/* Empty, where a row may be so, is "none". */
static bool
is_domain(struct slice text)
{
	struct slice rest = text;

	while (rest.len > 0) {
		if (!is_label(slice_cut(&rest, '.')))
			return false;
	}
	return !slice_ends_with(text, SLICE_LITERAL("."));
}

static bool
is_scope(struct slice text)
{
	struct slice domain = slice_after(text, slice_starts_with(text, SLICE_LITERAL(".")) ? 1 : 0);

	return slice_equal(text, SLICE_LITERAL("@")) || (domain.len > 0 && is_domain(domain));
}

static bool
is_login(struct slice text)
{
	struct slice rest = slice_after(text, slice_starts_with(text, SLICE_LITERAL("*")) ? 1 : 0);
	bool is_whole = rest.len == text.len || rest.len == 0 || (rest.len > 1 && rest.ptr[0] == '@');

	return is_whole && slice_find(rest, '*') == rest.len && slice_find(text, ' ') == text.len;
}

static bool
is_local_part(struct slice text)
{
	static const char specials[] = "!#$%&'*+-/=?^_`{|}~.";

	for (size_t i = 0; i < text.len; i++) {
		if (!scan_is_alnum(text.ptr[i]) &&
		    slice_find(SLICE_LITERAL(specials), text.ptr[i]) == sizeof(specials) - 1)
			return false;
	}
	return text.len > 0 && text.len <= LOCAL_PART_OCTETS;
}

static bool
is_mailbox(struct slice text)
{
	struct slice domain = text;
	struct slice local = slice_cut(&domain, '@');

	return text.len == 0 || (is_local_part(local) && domain.len > 0 && is_domain(domain));
}

/* ---- what a text may be, and what is said of one that is not ---- */

static const struct form {
	bool (*is_of)(struct slice text);
	const char *refusal; /* after the text */
} forms[] = {
	[TYPE_NAME] = { is_name, "is no name; use letters, digits, . _ and - only" },
	[TYPE_PATH] = { is_path, "is not an absolute path; begin it with /" },
	[TYPE_DOMAIN] = { is_domain,
	    "is no domain; write it in lower case, without a dot at its end, "
	    "such as \"keys.example.net\"" },
	[TYPE_SCOPE] = { is_scope,
	    "is no domain; write one in lower case, such as \"acme.example\", "
	    "\".acme.example\" for those below it, or \"@\" for the login's own" },
	[TYPE_LOGIN] = { is_login,
	    "is no login; write one as it is, \"*@acme.example\" for all of a domain, "
	    "or \"*\" for all" },
	[TYPE_MAILBOX] = { is_mailbox,
	    "is no address; write it without brackets and name, its domain in lower case, "
	    "such as \"bounces@esp.example\"" },
	[TYPE_FIELD] = { is_field,
	    "is no name of a header field; write it without colon and white space, "
	    "such as \"X-Campaign\"" },
};

static enum status
refuse(struct slice text, const char *refusal, struct error *err)
{
	return error_set(err, STATUS_INVALID, "\"%.*s\" %s", VALUE_SHOWN(text), refusal);
}

static enum status
check_form(enum setting_type type, struct slice text, struct error *err)
{
	const struct form *form = &forms[type];

	return form->is_of(text) ? STATUS_OK : refuse(text, form->refusal, err);
}

enum status
value_kind_form(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	enum status status = check_form(row->type, text, err);

	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}

enum status
value_kind_secret(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	const struct slice prefix = SLICE_LITERAL("credential:");
	struct slice name = slice_after(text, prefix.len);
	bool is_credential = slice_starts_with(text, prefix);
	enum status status;

	(void)row;
	if (!is_credential)
		status = check_form(TYPE_PATH, text, err);
	else if (name.len == 0)
		status = refuse(text, "does not say which; write credential:NAME", err);
	else
		status = check_form(TYPE_NAME, name, err);
	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}

/* ---- addresses: empty, where a row may be so, is "none" ---- */

enum status
value_kind_address(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct endpoint address = { .is_unix = true };
	enum status status = STATUS_OK;

	if (text.len > 0 || row->min > 0)
		status = endpoint_parse(text, &address, err);
	if (status == STATUS_OK && row->type == TYPE_UNIX_ADDRESS && !address.is_unix)
		status = refuse(text, "cannot be used here; write unix:PATH", err);
	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}

enum status
value_kind_network(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct network network;
	enum status status = STATUS_OK;

	(void)row;
	if (!slice_equal(text, SLICE_LITERAL("local")))
		status = network_parse(text, &network, err);
	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}

enum status
value_kind_server(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct endpoint server;
	enum status status = STATUS_OK;

	(void)row;
	if (text.len > 0)
		status = endpoint_parse_server(text, &server, err);
	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}
