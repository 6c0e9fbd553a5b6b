/* SPDX-License-Identifier: ISC */
#include "ctl/macros.h"

static const char *const defaults[MACROS_STAGES] = {
	[MACROS_CONNECT] = "j {daemon_name} v _",
	[MACROS_HELO] = "",
	[MACROS_MAIL] = "i {auth_type} {auth_authen} {mail_addr}",
	[MACROS_RCPT] = "{rcpt_addr}",
	[MACROS_DATA] = "i",
	[MACROS_END_OF_MESSAGE] = "i",
	[MACROS_END_OF_HEADER] = "i",
};

void
macros_init(struct macros *macros)
{
	for (int i = 0; i < MACROS_STAGES; i++)
		memcpy(macros->lists[i], defaults[i], strlen(defaults[i]) + 1);
}

static enum status
take_list(struct macros *macros, struct slice *data)
{
	uint32_t stage;
	struct slice list;

	if (!packet_cut_u32(data, &stage) || !packet_cut_text(data, &list))
		return STATUS_INVALID;
	if (stage >= MACROS_STAGES || list.len >= MACROS_LIST_MAX)
		return STATUS_INVALID;
	memcpy(macros->lists[stage], list.ptr, list.len);
	macros->lists[stage][list.len] = '\0';
	return STATUS_OK;
}

enum status
macros_take_lists(struct macros *macros, struct slice data)
{
	enum status status = STATUS_OK;

	if (data.len > 0)
		memset(macros->lists, 0, sizeof(macros->lists));
	while (data.len > 0 && status == STATUS_OK)
		status = take_list(macros, &data);
	return status;
}

/* i and {i} are the same. */
static struct slice
bare_name(struct slice name)
{
	if (name.len > 2 && name.ptr[0] == '{' && name.ptr[name.len - 1] == '}')
		return slice_of(name.ptr + 1, name.len - 2);
	return name;
}

/* Cuts NAME=VALUE off a list; false at its end, and where there is no name. */
static bool
cut_pair(struct slice *list, struct slice *ret_name, struct slice *ret_value)
{
	struct slice pair = slice_cut(list, ',');
	size_t equals = slice_find(pair, '=');

	if (equals == 0 || equals == pair.len)
		return false;
	*ret_name = slice_first(pair, equals);
	*ret_value = slice_after(pair, equals + 1);
	return true;
}

bool
macros_are_pairs(const char *list)
{
	struct slice rest = slice_from_text(list);
	struct slice name, value;
	bool are = rest.len > 0;

	while (are && rest.len > 0)
		are = cut_pair(&rest, &name, &value);
	return are;
}

static bool
find_given(const char *list, struct slice wanted, struct slice *ret_value)
{
	struct slice rest = list != NULL ? slice_from_text(list) : SLICE_EMPTY;
	struct slice name;

	while (rest.len > 0 && cut_pair(&rest, &name, ret_value)) {
		if (slice_equal(bare_name(name), bare_name(wanted)))
			return true;
	}
	return false;
}

bool
macros_give(const char *list, const char *name)
{
	struct slice value;

	return find_given(list, slice_from_text(name), &value);
}

/* The value of a macro; empty when a mail server would not have it either. */
static struct slice
find_value(const struct mta_envelope *envelope, size_t recipient, struct slice name)
{
	bool has_login = envelope->login != NULL;
	struct slice given;
	const struct {
		const char *name;
		const char *value;
	} values[] = {
		{ "j", envelope->host },
		{ "v", "signetctl" },
		{ "_", envelope->client },
		{ "i", envelope->queue_id },
		{ "daemon_name", envelope->daemon },
		{ "client_addr", envelope->client },
		{ "auth_type", has_login ? "PLAIN" : "" },
		{ "auth_authen", has_login ? envelope->login : "" },
		{ "mail_addr", envelope->sender },
		{ "rcpt_addr", recipient < envelope->recipient_count
		        ? envelope->recipients[recipient] : "" },
	};

	if (find_given(envelope->macros, name, &given))
		return given;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (slice_equal(slice_from_text(values[i].name), bare_name(name)))
			return slice_from_text(values[i].value);
	}
	return SLICE_EMPTY;
}

/* Cuts a name off a list; empty at its end. */
static struct slice
cut_name(struct slice *list)
{
	size_t len = 0;

	while (list->len > 0 && (list->ptr[0] == ' ' || list->ptr[0] == ','))
		*list = slice_after(*list, 1);
	while (len < list->len && list->ptr[len] != ' ' && list->ptr[len] != ',')
		len++;
	*list = slice_after(*list, len);
	return slice_of(list->ptr - len, len);
}

void
macros_put(const struct macros *macros, enum macros_stage stage,
    const struct mta_envelope *envelope, size_t recipient, struct buf *out)
{
	struct slice list = slice_from_text(macros->lists[stage]);
	struct slice name = cut_name(&list);

	for (; name.len > 0; name = cut_name(&list)) {
		struct slice value = find_value(envelope, recipient, name);

		if (value.len == 0)
			continue;
		packet_put_text(out, name);
		packet_put_text(out, value);
	}
}
