/* SPDX-License-Identifier: ISC */
#include "ctl/change.h"

/* What its data holds, in this order. */
enum part { PART_INDEX = 1, PART_NAME = 2, PART_VALUE = 4, PART_RAW = 8 };

typedef enum status applier(const struct change *change, struct message *message);

struct kind {
	enum packet_answer answer;
	const char *word;
	unsigned parts;
	applier *apply; /* NULL: concerns the envelope, not the message */
};

static enum status
insert_field(const struct change *change, struct message *message)
{
	return message_insert(message, change->index, change->name, change->value);
}

static enum status
add_field(const struct change *change, struct message *message)
{
	return message_insert(message, message->count, change->name, change->value);
}

/* The empty value deletes; a field that is not there is added (as Postfix and Sendmail do). */
static enum status
change_field(const struct change *change, struct message *message)
{
	size_t nth = change->index > 0 ? change->index : 1;
	size_t at = message_find(message, change->name, nth);
	bool is_removal = slice_trim(change->value).len == 0;

	if (at == message->count)
		return is_removal ? STATUS_OK : add_field(change, message);
	if (!is_removal)
		return message_replace(message, at, change->value);
	message_remove(message, at);
	return STATUS_OK;
}

static enum status
add_body(const struct change *change, struct message *message)
{
	return message_add_body(message, change->value);
}

static const struct kind kinds[] = {
	{ PACKET_INSERT_HEADER, "insheader", PART_INDEX | PART_NAME | PART_VALUE, insert_field },
	{ PACKET_ADD_HEADER, "addheader", PART_NAME | PART_VALUE, add_field },
	{ PACKET_CHANGE_HEADER, "chgheader", PART_INDEX | PART_NAME | PART_VALUE, change_field },
	{ PACKET_REPLACE_BODY, "replacebody", PART_RAW, add_body },
	{ PACKET_CHANGE_FROM, "chgfrom", PART_VALUE, NULL },
	{ PACKET_ADD_RECIPIENT, "addrcpt", PART_VALUE, NULL },
	{ PACKET_ADD_RECIPIENT_PAR, "addrcpt_par", PART_VALUE, NULL },
	{ PACKET_DELETE_RECIPIENT, "delrcpt", PART_VALUE, NULL },
	{ PACKET_QUARANTINE, "quarantine", PART_VALUE, NULL },
};

static const struct kind *
find_kind(int answer)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if ((int)kinds[i].answer == answer)
			return &kinds[i];
	}
	return NULL;
}

static bool
parse(const struct kind *kind, struct slice data, struct change *change)
{
	if ((kind->parts & PART_RAW) != 0) {
		change->value = data;
		return true;
	}
	if ((kind->parts & PART_INDEX) != 0 && !packet_cut_u32(&data, &change->index))
		return false;
	if ((kind->parts & PART_NAME) != 0 && !packet_cut_text(&data, &change->name))
		return false;
	return packet_cut_text(&data, &change->value);
}

/* Without verbatim values the mail server puts the one space after the colon. */
static enum status
keep_value(
    struct message *message, bool wants_space, struct slice value, struct slice *ret_value)
{
	enum status status;
	struct buf text;

	buf_init(&text, PACKET_MAX + 1);
	if (wants_space && value.len > 0)
		buf_put_char(&text, ' ');
	buf_put(&text, value);
	status = buf_status(&text);
	if (status == STATUS_OK)
		status = arena_copy(&message->arena, buf_slice(&text), ret_value);
	buf_done(&text);
	return status;
}

static enum status
keep(struct message *message, bool wants_space, const struct change *change,
    struct change **ret_kept)
{
	struct change *kept = arena_alloc(&message->arena, sizeof(*kept));
	enum status status;

	if (kept == NULL)
		return STATUS_NO_MEMORY;
	*kept = *change;
	status = arena_copy(&message->arena, change->name, &kept->name);
	if (status == STATUS_OK)
		status = keep_value(message, wants_space, change->value, &kept->value);
	if (status == STATUS_OK)
		*ret_kept = kept;
	return status;
}

static void
append(struct change_list *list, struct change *change)
{
	if (list->last != NULL)
		list->last->next = change;
	else
		list->first = change;
	list->last = change;
	list->count++;
}

enum status
change_take(struct change_list *list, struct message *message, bool has_leading_space, int answer,
    struct slice data)
{
	const struct kind *kind = find_kind(answer);
	struct change change = { .name = SLICE_EMPTY, .value = SLICE_EMPTY };
	struct change *kept;
	enum status status;
	bool wants_space;

	if (kind == NULL)
		return STATUS_NOT_FOUND;
	change.word = kind->word;
	change.has_index = (kind->parts & PART_INDEX) != 0;
	if (!parse(kind, data, &change))
		return STATUS_INVALID;
	wants_space = !has_leading_space && (kind->parts & PART_NAME) != 0;
	status = keep(message, wants_space, &change, &kept);
	if (status == STATUS_OK && kind->apply != NULL)
		status = kind->apply(kept, message);
	if (status == STATUS_OK)
		append(list, kept);
	return status;
}
