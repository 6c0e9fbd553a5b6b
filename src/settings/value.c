/* SPDX-License-Identifier: ISC */
#include "settings/value.h"

#include "base/network.h"
#include "base/scan.h"
#include "settings/endpoint.h"
#include "settings/units.h"

#define LOCAL "local"
#define LABEL_OCTETS 63 /* RFC 1035 §2.3.4 */

/* Enough to recognize it, and the remedy still fits into the error. */
#define SHOWN(text) SLICE_PRINT(slice_first((text), 80))

struct kind {
	const char *wanted;
	bool is_text;   /* min and max are of its octets, and its number is 0 */
	bool is_quoted;
	enum status (*parse)(const struct table_row *row, struct slice text, uint64_t *ret_number,
	    struct error *err);
	void (*print)(struct buf *b, uint64_t number); /* of a bound; NULL: has no range */
};

/* ---- texts ---- */

static bool
is_name_char(char c)
{
	return scan_is_alnum(c) || c == '.' || c == '_' || c == '-';
}

static enum status
parse_name(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	(void)row;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_name_char(text.ptr[i]))
			return error_set(err, STATUS_INVALID,
			    "\"%.*s\" is no name; use letters, digits, . _ and - only",
			    SHOWN(text));
	}
	*ret_number = 0;
	return STATUS_OK;
}

static enum status
parse_path(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	(void)row;
	if (text.len > 0 && text.ptr[0] != '/')
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is not an absolute path; begin it with /", SHOWN(text));
	*ret_number = 0;
	return STATUS_OK;
}

static enum status
parse_secret(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct slice name = slice_after(text, sizeof("credential:") - 1);

	if (!slice_starts_with(text, SLICE_LITERAL("credential:")))
		return parse_path(row, text, ret_number, err);
	if (name.len == 0)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" does not say which; write credential:NAME", SHOWN(text));
	return parse_name(row, name, ret_number, err);
}

static enum status
parse_address(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct endpoint address;
	enum status status = endpoint_parse(text, &address, err);

	if (status == STATUS_OK && row->type == TYPE_UNIX_ADDRESS && !address.is_unix)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" cannot be used here; write unix:PATH", SHOWN(text));
	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}

static enum status
parse_network(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct network network;
	enum status status = STATUS_OK;

	(void)row;
	if (!slice_equal(text, SLICE_LITERAL(LOCAL)))
		status = network_parse(text, &network, err);
	if (status == STATUS_OK)
		*ret_number = 0;
	return status;
}

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

static enum status
parse_domain(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	(void)row;
	if (!is_domain(text))
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no domain; write it in lower case, without a dot at its end, "
		    "such as \"keys.example.net\"", SHOWN(text));
	*ret_number = 0;
	return STATUS_OK;
}

static enum status
parse_scope(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	bool is_below = slice_starts_with(text, SLICE_LITERAL("."));
	struct slice domain = slice_after(text, is_below ? 1 : 0);

	(void)row;
	if (!slice_equal(text, SLICE_LITERAL("@")) && (domain.len == 0 || !is_domain(domain)))
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no domain; write one in lower case, such as \"acme.example\", "
		    "\".acme.example\" for those below it, or \"@\" for the login's own", SHOWN(text));
	*ret_number = 0;
	return STATUS_OK;
}

static enum status
parse_login(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct slice rest = slice_after(text, slice_starts_with(text, SLICE_LITERAL("*")) ? 1 : 0);
	bool is_whole = rest.len == text.len || rest.len == 0 || (rest.len > 1 && rest.ptr[0] == '@');

	(void)row;
	if (!is_whole || slice_find(rest, '*') < rest.len || slice_find(text, ' ') < text.len)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no login; write one as it is, \"*@acme.example\" for all of a domain, "
		    "or \"*\" for all", SHOWN(text));
	*ret_number = 0;
	return STATUS_OK;
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
	return text.len > 0 && text.len <= 64;
}

static enum status
parse_mailbox(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	struct slice domain = text;
	struct slice local = slice_cut(&domain, '@');

	(void)row;
	if (text.len > 0 && (!is_local_part(local) || domain.len == 0 || !is_domain(domain)))
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no address; write it without brackets and name, its domain in lower case, "
		    "such as \"bounces@esp.example\"", SHOWN(text));
	*ret_number = 0;
	return STATUS_OK;
}

static enum status
parse_server(
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

/* What a header field may be called (RFC 5322 §2.2), but for ";": h= could not name it (RFC 6376 §3.5). */
static enum status
parse_field(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	(void)row;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		if (c <= ' ' || c > '~' || c == ':' || c == ';')
			return error_set(err, STATUS_INVALID,
			    "\"%.*s\" is no name of a header field; write it without colon and "
			    "white space, such as \"X-Campaign\"", SHOWN(text));
	}
	*ret_number = 0;
	return STATUS_OK;
}

/* ---- numbers ---- */

static enum status
parse_mode(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	uint64_t mode = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7' || mode > row->max)
			mode = row->max + 1;
		else
			mode = mode << 3 | (uint64_t)(text.ptr[i] - '0');
	}
	if (text.len == 0 || mode > row->max)
		return error_set(err, STATUS_INVALID,
		    "\"%.*s\" is no mode; write octal digits up to \"0777\", such as \"0660\"",
		    SHOWN(text));
	*ret_number = mode;
	return STATUS_OK;
}

static enum status
fail_unit(enum status status, struct slice text, const char *units, struct error *err)
{
	if (status == STATUS_TOO_LARGE)
		return error_set(err, STATUS_INVALID, "\"%.*s\" is too large; write less",
		    SHOWN(text));
	return error_set(err, STATUS_INVALID,
	    "\"%.*s\" is no whole number with a unit; write the number and %s", SHOWN(text),
	    units);
}

static enum status
parse_size(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	enum status status = units_parse_size(text, ret_number);

	(void)row;
	if (status != STATUS_OK)
		return fail_unit(status, text, "B, KiB, MiB, GiB or TiB", err);
	return STATUS_OK;
}

static enum status
parse_duration(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	enum status status = units_parse_duration(text, ret_number);

	(void)row;
	if (status != STATUS_OK)
		return fail_unit(status, text, "ms, s, m, h or d", err);
	return STATUS_OK;
}

static enum status
parse_number(
    const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	(void)row;
	if (scan_u64(text, UINT64_MAX, ret_number) != STATUS_OK)
		return error_set(
		    err, STATUS_INVALID, "%.*s is no whole number from 0; write one", SHOWN(text));
	return STATUS_OK;
}

static enum status
parse_flag(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	bool is_true = slice_equal(text, SLICE_LITERAL("true"));

	(void)row;
	if (!is_true && !slice_equal(text, SLICE_LITERAL("false")))
		return error_set(
		    err, STATUS_INVALID, "%.*s is neither true nor false; write one", SHOWN(text));
	*ret_number = is_true ? 1 : 0;
	return STATUS_OK;
}

static enum status
fail_word(const struct table_row *row, struct slice text, struct error *err)
{
	char storage[256];
	struct buf list;

	buf_init_fixed(&list, storage, sizeof(storage));
	for (const struct word *w = row->words; w->text != NULL; w++)
		buf_put_format(&list, "%s\"%s\"", w == row->words ? "" : ", ", w->text);
	return error_set(err, STATUS_INVALID, "\"%.*s\" is not known here; write one of %s",
	    SHOWN(text), buf_text(&list));
}

static enum status
parse_word(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	int value;

	if (word_value(row->words, text, &value) != STATUS_OK)
		return fail_word(row, text, err);
	*ret_number = (uint64_t)value;
	return STATUS_OK;
}

/* ---- all of them ---- */

static const struct kind kinds[] = {
	[TYPE_NAME] = { "a name in quotes", true, true, parse_name, NULL },
	[TYPE_PATH] = { "a path in quotes", true, true, parse_path, NULL },
	[TYPE_SECRET] = { "a path in quotes, or \"credential:NAME\"", true, true, parse_secret, NULL },
	[TYPE_ADDRESS] = { "an address in quotes, such as \"unix:/run/signetd/milter.sock\"", true,
	    true, parse_address, NULL },
	[TYPE_UNIX_ADDRESS] = { "an address in quotes, such as \"unix:/run/signetd/control\"", true,
	    true, parse_address, NULL },
	[TYPE_NETWORK] = { "networks in quotes, such as \"192.0.2.0/24\"", true, true,
	    parse_network, NULL },
	[TYPE_DOMAIN] = { "a domain in quotes, such as \"keys.example.net\"", true, true, parse_domain,
	    NULL },
	[TYPE_SCOPE] = { "domains in quotes, such as \"acme.example\"", true, true, parse_scope, NULL },
	[TYPE_LOGIN] = { "logins in quotes, such as \"*@acme.example\"", true, true, parse_login,
	    NULL },
	[TYPE_MAILBOX] = { "an address in quotes, such as \"bounces@esp.example\"", true, true,
	    parse_mailbox, NULL },
	[TYPE_SERVER] = { "addresses of name servers in quotes, such as \"192.0.2.53\"", true, true,
	    parse_server, NULL },
	[TYPE_FIELD] = { "names of header fields in quotes, such as \"X-Campaign\"", true, true,
	    parse_field, NULL },
	[TYPE_MODE] = { "an octal mode in quotes, such as \"0660\"", false, true, parse_mode,
	    NULL },
	[TYPE_SIZE] = { "a size in quotes, such as \"1MiB\"", false, true, parse_size,
	    units_print_size },
	[TYPE_DURATION] = { "a duration in quotes, such as \"30s\"", false, true, parse_duration,
	    units_print_duration },
	[TYPE_WORD] = { "a word in quotes", false, true, parse_word, NULL },
	[TYPE_NUMBER] = { "a whole number", false, false, parse_number, buf_put_u64 },
	[TYPE_FLAG] = { "true or false", false, false, parse_flag, NULL },
};

static enum status
check_characters(struct slice text, struct error *err)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return error_set(err, STATUS_INVALID,
			    "has a control character at octet %zu; remove it", i + 1);
	}
	return STATUS_OK;
}

static enum status
check_length(const struct table_row *row, struct slice text, struct error *err)
{
	if (text.len < row->min)
		return error_set(err, STATUS_INVALID, "empty; write %s", kinds[row->type].wanted);
	if (text.len > row->max)
		return error_set(err, STATUS_INVALID, "has %zu octets; write at most %u",
		    text.len, (unsigned)row->max);
	return STATUS_OK;
}

static enum status
check_range(const struct table_row *row, struct slice text, uint64_t number, struct error *err)
{
	char storage[128];
	struct buf range;

	if (value_is_number(row, number))
		return STATUS_OK;
	buf_init_fixed(&range, storage, sizeof(storage));
	value_print_range(row, &range);
	return error_set(err, STATUS_INVALID, "%.*s is out of range; write %s", SHOWN(text),
	    buf_text(&range));
}

enum status
value_parse(const struct table_row *row, struct slice text, uint64_t *ret_number, struct error *err)
{
	const struct kind *kind = &kinds[row->type];
	enum status status = check_characters(text, err);
	uint64_t number = 0;

	if (status == STATUS_OK && kind->is_text)
		status = check_length(row, text, err);
	if (status == STATUS_OK)
		status = kind->parse(row, text, &number, err);
	if (status == STATUS_OK && !kind->is_text)
		status = check_range(row, text, number, err);
	if (status == STATUS_OK)
		*ret_number = number;
	return status;
}

bool
value_is_number(const struct table_row *row, uint64_t number)
{
	if (kinds[row->type].is_text)
		return number == 0;
	if (row->words == NULL)
		return number >= row->min && number <= row->max;
	for (const struct word *w = row->words; w->text != NULL; w++) {
		if ((uint64_t)w->value == number)
			return true;
	}
	return false;
}

bool
value_is_quoted(const struct table_row *row)
{
	return kinds[row->type].is_quoted;
}

const char *
value_wanted(const struct table_row *row)
{
	return kinds[row->type].wanted;
}

void
value_print_range(const struct table_row *row, struct buf *b)
{
	const struct kind *kind = &kinds[row->type];

	if (kind->print == NULL)
		return;
	buf_put_text(b, "from ");
	kind->print(b, row->min);
	buf_put_text(b, " to ");
	kind->print(b, row->max);
}
