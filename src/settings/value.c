/* SPDX-License-Identifier: ISC */
#include "settings/value.h"

#include "settings/units.h"
#include "settings/value_kind.h"

struct kind {
	const char *wanted;
	bool is_text;   /* min and max are of its octets, and its number is 0 */
	bool is_quoted;
	value_parser *parse;
	void (*print)(struct buf *b, uint64_t number); /* of a bound; NULL: has no range */
};

static const struct kind kinds[] = {
	[TYPE_NAME] = { "a name in quotes", true, true, value_kind_form, NULL },
	[TYPE_PATH] = { "a path in quotes", true, true, value_kind_form, NULL },
	[TYPE_SECRET] = { "a path in quotes, or \"credential:NAME\"", true, true, value_kind_secret, NULL },
	[TYPE_ADDRESS] = { "an address in quotes, such as \"unix:/run/signetd/milter.sock\"", true,
	    true, value_kind_address, NULL },
	[TYPE_UNIX_ADDRESS] = { "an address in quotes, such as \"unix:/run/signetd/control\"", true,
	    true, value_kind_address, NULL },
	[TYPE_NETWORK] = { "a network in quotes, such as \"192.0.2.0/24\"", true, true,
	    value_kind_network, NULL },
	[TYPE_DOMAIN] = { "a domain in quotes, such as \"keys.example.net\"", true, true, value_kind_form,
	    NULL },
	[TYPE_SCOPE] = { "a domain in quotes, such as \"acme.example\"", true, true, value_kind_form, NULL },
	[TYPE_LOGIN] = { "a login in quotes, such as \"*@acme.example\"", true, true, value_kind_form,
	    NULL },
	[TYPE_MAILBOX] = { "an address in quotes, such as \"bounces@esp.example\"", true, true,
	    value_kind_form, NULL },
	[TYPE_SERVER] = { "the address of a name server in quotes, such as \"192.0.2.53\"", true, true,
	    value_kind_server, NULL },
	[TYPE_FIELD] = { "the name of a header field in quotes, such as \"X-Campaign\"", true, true,
	    value_kind_form, NULL },
	[TYPE_MODE] = { "an octal mode in quotes, such as \"0660\"", false, true, value_kind_mode,
	    NULL },
	[TYPE_SIZE] = { "a size in quotes, such as \"1MiB\"", false, true, value_kind_size,
	    units_print_size },
	[TYPE_DURATION] = { "a duration in quotes, such as \"30s\"", false, true, value_kind_duration,
	    units_print_duration },
	[TYPE_WORD] = { "a word in quotes", false, true, value_kind_word, NULL },
	[TYPE_NUMBER] = { "a whole number", false, false, value_kind_number, buf_put_u64 },
	[TYPE_FLAG] = { "true or false", false, false, value_kind_flag, NULL },
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
	return error_set(err, STATUS_INVALID, "%.*s is out of range; write %s", VALUE_SHOWN(text),
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
