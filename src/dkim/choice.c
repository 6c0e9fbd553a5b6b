/* SPDX-License-Identifier: ISC */
#include "dkim/choice.h"

#include <string.h>

/*
 * Never here: Received and Return-Path (changed on the way), DKIM-Signature,
 * Authentication-Results and ARC-* (others' business), Bcc. Date and Message-ID
 * only when they are there: Sendmail adds them after the milter.
 */
const struct choice_row choice_default[CHOICE_DEFAULT_COUNT + 1] = {
	{ "From", CHOICE_OVERSIGN_ALWAYS },
	{ "Reply-To", CHOICE_OVERSIGN_ALWAYS },
	{ "Subject", CHOICE_OVERSIGN_ALWAYS },
	{ "To", CHOICE_OVERSIGN_ALWAYS },
	{ "Cc", CHOICE_OVERSIGN_ALWAYS },
	{ "Sender", CHOICE_OVERSIGN_PRESENT },
	{ "Date", CHOICE_OVERSIGN_PRESENT },
	{ "Message-ID", CHOICE_OVERSIGN_PRESENT },
	{ "MIME-Version", CHOICE_OVERSIGN_PRESENT },
	{ "Content-Type", CHOICE_OVERSIGN_PRESENT },
	{ "Content-Transfer-Encoding", CHOICE_OVERSIGN_PRESENT },
	{ "In-Reply-To", CHOICE_OVERSIGN_PRESENT },
	{ "References", CHOICE_OVERSIGN_PRESENT },
	{ "List-Id", CHOICE_SIGN },
	{ "List-Help", CHOICE_SIGN },
	{ "List-Owner", CHOICE_SIGN },
	{ "List-Unsubscribe", CHOICE_SIGN },
	{ "List-Unsubscribe-Post", CHOICE_SIGN },
	{ "List-Subscribe", CHOICE_SIGN },
	{ "List-Post", CHOICE_SIGN },
	{ "List-Archive", CHOICE_SIGN },
	{ "Feedback-ID", CHOICE_SIGN },
	{ "Resent-Date", CHOICE_SIGN },
	{ "Resent-From", CHOICE_SIGN },
	{ "Resent-Sender", CHOICE_SIGN },
	{ "Resent-To", CHOICE_SIGN },
	{ "Resent-Cc", CHOICE_SIGN },
	{ "Resent-Message-ID", CHOICE_SIGN },
	{ NULL, CHOICE_OMIT },
};

static size_t
find_row(const struct choice_row *table, size_t count, const char *name)
{
	size_t i = 0;

	while (i < count &&
	    !slice_equal_nocase(slice_from_text(table[i].name), slice_from_text(name)))
		i++;
	return i;
}

size_t
choice_change(struct choice_row *table, size_t count, const char *name, enum choice_rule rule)
{
	size_t at = find_row(table, count, name);

	if (rule == CHOICE_OMIT && at == count)
		return count;
	if (rule == CHOICE_OMIT) {
		/* with the row that ends the table */
		memmove(&table[at], &table[at + 1], (count - at) * sizeof(*table));
		return count - 1;
	}
	table[at] = (struct choice_row){ name, rule };
	if (at < count)
		return count;
	table[count + 1] = (struct choice_row){ NULL, CHOICE_OMIT };
	return count + 1;
}

static bool
is_oversigned(enum choice_rule rule, size_t present)
{
	return rule == CHOICE_OVERSIGN_ALWAYS || (rule == CHOICE_OVERSIGN_PRESENT && present > 0);
}

#define NAME_OVERHEAD (sizeof(":\r\n\t") - 1)

void
choice_size_add(struct choice_size *size, const struct choice_row *row, size_t present)
{
	size_t names = present + (is_oversigned(row->rule, present) ? 1 : 0);

	size->names += names;
	size->bytes += names * (strlen(row->name) + NAME_OVERHEAD);
}

bool
choice_size_fits(const struct choice_size *size)
{
	return size->names <= CHOICE_MAX && size->bytes <= CHOICE_MAX_BYTES;
}

/* The fields of a row, the bottom one first, as far as there is room; returns how many there are. */
static size_t
put_row(const struct choice_row *row, const struct header_block *header,
    struct choice_entry *entries, size_t room)
{
	struct slice name = slice_from_text(row->name);
	size_t count = 0;

	for (size_t i = header->count; i > 0; i--) {
		const struct header_field *field = &header->fields[i - 1];

		if (!header_is_named(field, name))
			continue;
		if (count < room)
			entries[count] = (struct choice_entry){ name, field };
		count++;
	}
	return count;
}

/* A field is named by one row, and a row names one more than there are. */
static size_t
entries_max(const struct choice_row *table, const struct header_block *header)
{
	size_t max = header->count;

	for (const struct choice_row *row = table; row->name != NULL; row++)
		max++;
	return max < CHOICE_MAX ? max : CHOICE_MAX;
}

/* In one go: to look through the header for each row is what it costs. */
enum status
choice_make(const struct choice_row *table, const struct header_block *header, struct arena *arena,
    struct choice *ret_choice)
{
	size_t room = entries_max(table, header);
	struct choice_entry *entries = arena_alloc(arena, room * sizeof(*entries));
	struct choice_size size = { 0 };

	if (entries == NULL)
		return STATUS_NO_MEMORY;
	for (const struct choice_row *row = table; row->name != NULL; row++) {
		size_t named = size.names + put_row(row, header, entries + size.names, room - size.names);

		choice_size_add(&size, row, named - size.names);
		if (!choice_size_fits(&size) || size.names > room)
			return STATUS_TOO_LARGE;
		if (size.names > named)
			entries[named] = (struct choice_entry){ slice_from_text(row->name), NULL };
	}
	*ret_choice = (struct choice){ entries, size.names };
	return STATUS_OK;
}
