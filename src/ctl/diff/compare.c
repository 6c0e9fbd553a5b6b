/* SPDX-License-Identifier: ISC */
#include "ctl/diff/compare.h"

#include "ctl/diff/pair.h"
#include "ctl/diff/text.h"

const struct word diff_part_words[] = {
	{ DIFF_PART_FIELD, "field" },
	{ DIFF_PART_SIGNATURE, "signature" },
	{ DIFF_PART_BODY, "body" },
	{ 0, NULL },
};

const struct word diff_change_words[] = {
	{ DIFF_IS_CHANGED, "changed" },
	{ DIFF_IS_ADDED, "added" },
	{ DIFF_IS_REMOVED, "removed" },
	{ 0, NULL },
};

void
diff_init(struct diff *diff)
{
	*diff = (struct diff){ .count = 0 };
	arena_init(&diff->arena, PAIR_MAX_BYTES);
}

void
diff_done(struct diff *diff)
{
	arena_done(&diff->arena);
}

/* ---- what all parts use ---- */

void
pair_add(struct diff *diff, struct difference difference)
{
	difference.octet = 1 + text_common(difference.signed_form, difference.received_form);
	diff->differences[diff->count++] = difference;
}

struct pair_rows
pair_rows(const struct pair *pair, struct slice name)
{
	return (struct pair_rows){ shelf_find(&pair->shelves[ORIGINAL], name),
		shelf_find(&pair->shelves[RECEIVED], name) };
}

/* ---- all of it ---- */

static struct slice
find_encoding(const struct shelf *shelf)
{
	const struct message_field *field =
	    shelf_nth(shelf_find(shelf, SLICE_LITERAL("Content-Transfer-Encoding")), 1);

	return field != NULL ? field->value : SLICE_EMPTY;
}

static enum status
make_lists(struct diff *diff, const struct pair *pair)
{
	size_t names = pair->original->count + pair->received->count;
	size_t room = 3; /* a name, the signature, the body */

	for (size_t i = 0; i < pair->signature->names.len; i++)
		room += pair->signature->names.ptr[i] == ':';
	diff->differences = arena_alloc(&diff->arena, room * sizeof(*diff->differences));
	diff->uncovered = arena_alloc(&diff->arena, (names + 1) * sizeof(*diff->uncovered));
	return diff->differences != NULL && diff->uncovered != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
make_shelves(struct diff *diff, struct pair *pair)
{
	enum canon canon = pair->signature->header_canon;
	enum status status =
	    shelf_make(&pair->shelves[ORIGINAL], pair->original, canon, &diff->arena);

	if (status == STATUS_OK)
		status = shelf_make(&pair->shelves[RECEIVED], pair->received, canon, &diff->arena);
	if (status == STATUS_OK)
		pair->is_converted = cause_is_converted(pair->original->body, pair->received->body,
		    find_encoding(&pair->shelves[ORIGINAL]), find_encoding(&pair->shelves[RECEIVED]));
	return status;
}

enum status
diff_compare(struct diff *diff, const struct message *original, const struct message *received,
    const struct diff_signature *signature)
{
	struct pair pair = {
		.original = original,
		.received = received,
		.signature = signature,
	};
	enum status status = make_lists(diff, &pair);

	if (status == STATUS_OK)
		status = make_shelves(diff, &pair);
	if (status == STATUS_OK)
		status = pair_compare_fields(diff, &pair);
	if (status == STATUS_OK)
		status = pair_compare_own_field(diff, &pair);
	if (status == STATUS_OK)
		status = pair_compare_bodies(diff, &pair);
	if (status == STATUS_OK) {
		pair_note_uncovered(diff, &pair, original);
		pair_note_uncovered(diff, &pair, received);
	}
	return status;
}
