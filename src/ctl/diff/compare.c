/* SPDX-License-Identifier: ISC */
#include "ctl/diff/compare.h"

#include "base/scan.h"
#include "ctl/diff/shelf.h"
#include "ctl/diff/text.h"
#include "dkim/field.h"

#define ARENA_MAX (1U << 30)

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

/* What is compared, and in which form. */
struct pair {
	const struct message *original;
	const struct message *received;
	const struct diff_signature *signature;
	struct shelf shelves[2]; /* of the original, of what was received */
	bool is_converted;
};

enum { ORIGINAL, RECEIVED };

void
diff_init(struct diff *diff)
{
	*diff = (struct diff){ .count = 0 };
	arena_init(&diff->arena, ARENA_MAX);
}

void
diff_done(struct diff *diff)
{
	arena_done(&diff->arena);
}

/* ---- the differences of fields ---- */

static void
add(struct diff *diff, struct difference difference)
{
	difference.octet = 1 + text_common(difference.signed_form, difference.received_form);
	diff->differences[diff->count++] = difference;
}

/* What one name has in both: its fields from the bottom. */
struct rows {
	struct shelf_row original;
	struct shelf_row received;
};

static struct rows
find_rows(const struct pair *pair, struct slice name)
{
	return (struct rows){ shelf_find(&pair->shelves[ORIGINAL], name),
		shelf_find(&pair->shelves[RECEIVED], name) };
}

static enum cause
guess_change(struct pair *pair, const struct rows *rows, const struct difference *difference)
{
	const struct message_field *original = shelf_nth(rows->original, difference->number);
	const struct message_field *received = shelf_nth(rows->received, difference->number);
	struct diff_field field = {
		.name = original->name,
		.received_name = received->name,
		.signed_value = original->value,
		.received_value = received->value,
		.is_converted = pair->is_converted,
	};

	if (shelf_has_form(&pair->shelves[RECEIVED], rows->received, difference->signed_form) &&
	    shelf_has_form(&pair->shelves[ORIGINAL], rows->original, difference->received_form))
		return CAUSE_REORDERED;
	return cause_of_field(&field);
}

static enum status
compare_field(struct diff *diff, struct pair *pair, struct slice name, size_t nth)
{
	struct rows rows = find_rows(pair, name);
	const struct message_field *original = shelf_nth(rows.original, nth);
	const struct message_field *received = shelf_nth(rows.received, nth);
	struct difference difference = { .part = DIFF_PART_FIELD, .name = name, .number = nth };
	enum status status = shelf_form(&pair->shelves[ORIGINAL], original, &difference.signed_form);

	if (status == STATUS_OK)
		status = shelf_form(&pair->shelves[RECEIVED], received, &difference.received_form);
	if (status != STATUS_OK || slice_equal(difference.signed_form, difference.received_form))
		return status;
	if (original == NULL) {
		difference.change = DIFF_IS_ADDED;
		difference.cause = CAUSE_FIELD_ADDED;
	} else if (received == NULL) {
		difference.change = DIFF_IS_REMOVED;
		difference.cause = CAUSE_FIELD_REMOVED;
	} else {
		difference.change = DIFF_IS_CHANGED;
		difference.cause = guess_change(pair, &rows, &difference);
	}
	add(diff, difference);
	return STATUS_OK;
}

/* How often name stands in the first octets of h=, up to rest. */
static size_t
count_named(struct slice names, struct slice rest, struct slice name)
{
	struct slice before = slice_first(names, (size_t)(rest.ptr - names.ptr));
	size_t count = 0;

	while (before.len > 0)
		count += slice_equal_nocase(slice_trim(slice_cut(&before, ':')), name);
	return count;
}

static enum status
compare_fields(struct diff *diff, struct pair *pair)
{
	struct slice names = pair->signature->names;
	struct slice rest = names;
	enum status status = STATUS_OK;

	while (rest.len > 0 && status == STATUS_OK) {
		struct slice name = slice_trim(slice_cut(&rest, ':'));

		status = compare_field(diff, pair, name, count_named(names, rest, name));
	}
	return status;
}

/* ---- the signature's own field ---- */

static enum status
make_signature_form(
    const struct pair *pair, const struct diff_signature *signature, struct slice *ret_form)
{
	struct message_field field = { .name = FIELD_NAME };
	enum status status;
	struct buf value;

	buf_init(&value, ARENA_MAX);
	signature_put_unsigned(&value, signature->value);
	field.value = buf_slice(&value);
	status = buf_status(&value);
	if (status == STATUS_OK)
		status = shelf_form(&pair->shelves[ORIGINAL], &field, ret_form);
	buf_done(&value);
	return status;
}

static enum status
compare_signatures(struct diff *diff, const struct pair *pair, const struct diff_signature *original,
    const struct diff_signature *received)
{
	struct difference difference = { .part = DIFF_PART_SIGNATURE, .name = FIELD_NAME, .number = 1 };
	enum status status = make_signature_form(pair, original, &difference.signed_form);

	if (status == STATUS_OK)
		status = make_signature_form(pair, received, &difference.received_form);
	if (status != STATUS_OK)
		return status;
	difference.change = DIFF_IS_CHANGED;
	difference.cause = CAUSE_CHANGED;
	if (!text_equal_without(original->signature, received->signature, " \t\r\n"))
		difference.cause = CAUSE_OTHER_SIGNATURE;
	else if (slice_equal(difference.signed_form, difference.received_form))
		return STATUS_OK;
	else if (text_equal_without(original->value, received->value, " \t\r\n"))
		difference.cause = CAUSE_REFOLDED;
	add(diff, difference);
	return STATUS_OK;
}

/* A copy of what was signed need not have the signature; what arrived must. */
static enum status
compare_own_field(struct diff *diff, const struct pair *pair)
{
	const struct diff_wanted wanted = { pair->signature->domain, pair->signature->selector,
		pair->signature->algorithm };
	struct diff_signature original, received;
	bool has_original = signature_find(pair->original, &wanted, &original) == STATUS_OK;
	bool has_received = signature_find(pair->received, &wanted, &received) == STATUS_OK;

	if (has_original && has_received)
		return compare_signatures(diff, pair, &original, &received);
	if (!has_received)
		add(diff, (struct difference){ .part = DIFF_PART_SIGNATURE, .name = FIELD_NAME, .number = 1,
			.change = DIFF_IS_REMOVED, .cause = CAUSE_SIGNATURE_REMOVED });
	return STATUS_OK;
}

/* ---- bodies ---- */

static void
put_to_buf(void *context, struct slice bytes)
{
	buf_put(context, bytes);
}

static enum status
make_body(struct slice body, enum canon canon, struct buf *out)
{
	struct canon_sink sink = { .put = put_to_buf, .context = out };
	struct canon_body canonical;

	canon_body_init(&canonical, canon, sink);
	canon_body_put(&canonical, body);
	canon_body_end(&canonical);
	return buf_status(out);
}

static enum status
has_hash(struct slice body, const uint8_t *expected, bool *ret_has)
{
	uint8_t hash[DIGEST_SIZE];
	struct digest *digest;
	enum status status = digest_new(&digest);

	if (status != STATUS_OK)
		return status;
	digest_begin(digest);
	digest_put(digest, body);
	status = digest_end(digest, hash);
	digest_free(&digest);
	*ret_has = status == STATUS_OK && memcmp(hash, expected, sizeof(hash)) == 0;
	return status;
}

/* From the first line on that differs; which line that is, from 1. */
static size_t
skip_same_lines(struct slice *original, struct slice *received)
{
	size_t at = text_common(*original, *received);
	size_t number = 1;
	size_t start = 0;

	for (size_t i = 0; i < at; i++) {
		if (original->ptr[i] == '\n') {
			start = i + 1;
			number++;
		}
	}
	*original = slice_after(*original, start);
	*received = slice_after(*received, start);
	return number;
}

/* The first line of rest, in the arena. */
static enum status
keep_line(struct diff *diff, struct slice rest, struct slice *ret_line)
{
	struct slice line = slice_cut(&rest, '\n');

	if (slice_ends_with(line, SLICE_LITERAL("\r")))
		line.len--;
	return arena_copy(&diff->arena, line, ret_line);
}

static enum status
compare_canonical(struct diff *diff, const struct pair *pair, struct slice original,
    struct slice received)
{
	struct difference difference = { .part = DIFF_PART_BODY, .change = DIFF_IS_CHANGED };
	enum status status;

	if (slice_equal(original, received))
		return STATUS_OK;
	difference.number = skip_same_lines(&original, &received);
	if (original.len == 0 || received.len == 0)
		difference.change = original.len == 0 ? DIFF_IS_ADDED : DIFF_IS_REMOVED;
	difference.cause = cause_of_body(
	    &(struct diff_body){ original, received, pair->is_converted });
	status = keep_line(diff, original, &difference.signed_form);
	if (status == STATUS_OK)
		status = keep_line(diff, received, &difference.received_form);
	if (status == STATUS_OK)
		add(diff, difference);
	return status;
}

static enum status
compare_bodies(struct diff *diff, const struct pair *pair)
{
	const struct diff_signature *signature = pair->signature;
	struct buf original, received;
	enum status status;

	buf_init(&original, 2 * (size_t)MESSAGE_MAX);
	buf_init(&received, 2 * (size_t)MESSAGE_MAX);
	status = make_body(pair->original->body, signature->body_canon, &original);
	if (status == STATUS_OK)
		status = make_body(pair->received->body, signature->body_canon, &received);
	if (status == STATUS_OK)
		status = has_hash(buf_slice(&original), signature->body_hash, &diff->has_signed_body);
	if (status == STATUS_OK)
		status = has_hash(buf_slice(&received), signature->body_hash, &diff->has_received_body);
	if (status == STATUS_OK)
		status = compare_canonical(diff, pair, buf_slice(&original), buf_slice(&received));
	buf_done(&original);
	buf_done(&received);
	return status;
}

/* ---- what is not covered ---- */

static bool
is_covered(const struct pair *pair, struct slice name)
{
	struct slice rest = pair->signature->names;

	while (rest.len > 0) {
		if (slice_equal_nocase(slice_trim(slice_cut(&rest, ':')), name))
			return true;
	}
	return slice_equal_nocase(name, FIELD_NAME);
}

/* Whether the fields of a name are others, but for white space, or another number. */
static bool
are_others(const struct rows *rows)
{
	if (rows->original.count != rows->received.count)
		return true;
	for (size_t i = 0; i < rows->original.count; i++) {
		if (!text_equal_without(rows->original.fields[i]->value, rows->received.fields[i]->value,
		        " \t\r\n"))
			return true;
	}
	return false;
}

/* What holds of a name is looked at once: where its topmost field is, in the original if it is there. */
static bool
is_its_turn(const struct rows *rows, const struct message_field *field)
{
	const struct shelf_row *row = rows->original.count > 0 ? &rows->original : &rows->received;

	return row->fields[row->count - 1] == field;
}

static void
note_uncovered(struct diff *diff, const struct pair *pair, const struct message *message)
{
	for (size_t i = 0; i < message->count; i++) {
		struct slice name = message->fields[i].name;
		struct rows rows = find_rows(pair, name);

		if (is_its_turn(&rows, &message->fields[i]) && are_others(&rows) && !is_covered(pair, name))
			diff->uncovered[diff->uncovered_count++] = name;
	}
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
		status = compare_fields(diff, &pair);
	if (status == STATUS_OK)
		status = compare_own_field(diff, &pair);
	if (status == STATUS_OK)
		status = compare_bodies(diff, &pair);
	if (status == STATUS_OK) {
		note_uncovered(diff, &pair, original);
		note_uncovered(diff, &pair, received);
	}
	return status;
}
