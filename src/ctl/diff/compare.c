/* SPDX-License-Identifier: ISC */
#include "ctl/diff/compare.h"

#include "base/scan.h"
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
	bool is_converted;
};

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

/* ---- fields of a message ---- */

/* The nth (from 1) field of this name from the bottom, or NULL. */
static const struct message_field *
find_from_bottom(const struct message *message, struct slice name, size_t nth)
{
	for (size_t i = message->count; i > 0; i--) {
		if (slice_equal_nocase(message->fields[i - 1].name, name) && --nth == 0)
			return &message->fields[i - 1];
	}
	return NULL;
}

static struct slice
value_of(const struct message *message, const char *name)
{
	const struct message_field *field = find_from_bottom(message, slice_from_text(name), 1);

	return field != NULL ? field->value : SLICE_EMPTY;
}

static void
put_to_buf(void *context, struct slice bytes)
{
	buf_put(context, bytes);
}

/* The canonical form of a field, in the arena; of none: empty. */
static enum status
make_form(struct diff *diff, enum canon canon, const struct message_field *field,
    struct slice *ret_form)
{
	struct buf form;
	struct canon_sink sink = { .put = put_to_buf, .context = &form };
	enum status status;

	*ret_form = SLICE_EMPTY;
	if (field == NULL)
		return STATUS_OK;
	buf_init(&form, ARENA_MAX);
	canon_header(canon, field->name, field->value, &sink);
	status = buf_status(&form);
	if (status == STATUS_OK)
		status = arena_copy(&diff->arena, buf_slice(&form), ret_form);
	buf_done(&form);
	return status;
}

/* ---- the differences of fields ---- */

static void
add(struct diff *diff, struct difference difference)
{
	difference.octet = 1 + text_common(difference.signed_form, difference.received_form);
	diff->differences[diff->count++] = difference;
}

/* Whether a field of this name, elsewhere in message, has this form. */
static bool
is_elsewhere(struct diff *diff, const struct pair *pair, const struct message *message,
    struct slice name, struct slice form)
{
	const struct message_field *field;

	for (size_t nth = 1; (field = find_from_bottom(message, name, nth)) != NULL; nth++) {
		struct slice other;

		if (make_form(diff, pair->signature->header_canon, field, &other) == STATUS_OK &&
		    slice_equal(other, form))
			return true;
	}
	return false;
}

static enum cause
guess_change(struct diff *diff, const struct pair *pair, const struct difference *difference,
    const struct message_field *original, const struct message_field *received)
{
	struct diff_field field = {
		.name = original->name,
		.received_name = received->name,
		.signed_value = original->value,
		.received_value = received->value,
		.is_converted = pair->is_converted,
	};

	if (is_elsewhere(diff, pair, pair->received, original->name, difference->signed_form) &&
	    is_elsewhere(diff, pair, pair->original, original->name, difference->received_form))
		return CAUSE_REORDERED;
	return cause_of_field(&field);
}

static enum status
compare_field(struct diff *diff, const struct pair *pair, struct slice name, size_t nth)
{
	enum canon canon = pair->signature->header_canon;
	const struct message_field *original = find_from_bottom(pair->original, name, nth);
	const struct message_field *received = find_from_bottom(pair->received, name, nth);
	struct difference difference = { .part = DIFF_PART_FIELD, .name = name, .number = nth };
	enum status status = make_form(diff, canon, original, &difference.signed_form);

	if (status == STATUS_OK)
		status = make_form(diff, canon, received, &difference.received_form);
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
		difference.cause = guess_change(diff, pair, &difference, original, received);
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
compare_fields(struct diff *diff, const struct pair *pair)
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
make_signature_form(struct diff *diff, const struct pair *pair,
    const struct diff_signature *signature, struct slice *ret_form)
{
	struct message_field field = { .name = FIELD_NAME };
	enum status status;
	struct buf value;

	buf_init(&value, ARENA_MAX);
	signature_put_unsigned(&value, signature->value);
	field.value = buf_slice(&value);
	status = buf_status(&value);
	if (status == STATUS_OK)
		status = make_form(diff, pair->signature->header_canon, &field, ret_form);
	buf_done(&value);
	return status;
}

static enum status
compare_signatures(struct diff *diff, const struct pair *pair, const struct diff_signature *original,
    const struct diff_signature *received)
{
	struct difference difference = { .part = DIFF_PART_SIGNATURE, .name = FIELD_NAME, .number = 1 };
	enum status status = make_signature_form(diff, pair, original, &difference.signed_form);

	if (status == STATUS_OK)
		status = make_signature_form(diff, pair, received, &difference.received_form);
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

static bool
is_noted(const struct diff *diff, struct slice name)
{
	for (size_t i = 0; i < diff->uncovered_count; i++) {
		if (slice_equal_nocase(diff->uncovered[i], name))
			return true;
	}
	return false;
}

/* Whether the fields of a name are others, but for white space, or another number. */
static bool
are_others(const struct pair *pair, struct slice name)
{
	for (size_t nth = 1;; nth++) {
		const struct message_field *original = find_from_bottom(pair->original, name, nth);
		const struct message_field *received = find_from_bottom(pair->received, name, nth);

		if (original == NULL || received == NULL)
			return original != received;
		if (!text_equal_without(original->value, received->value, " \t\r\n"))
			return true;
	}
}

/* Whether no field above it has its name: what holds of a name is looked for once. */
static bool
is_first_of_name(const struct message *message, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (slice_equal_nocase(message->fields[i].name, message->fields[index].name))
			return false;
	}
	return true;
}

static void
note_uncovered(struct diff *diff, const struct pair *pair, const struct message *message)
{
	for (size_t i = 0; i < message->count; i++) {
		struct slice name = message->fields[i].name;

		if (is_first_of_name(message, i) && !is_covered(pair, name) && !is_noted(diff, name) &&
		    are_others(pair, name))
			diff->uncovered[diff->uncovered_count++] = name;
	}
}

/* ---- all of it ---- */

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

enum status
diff_compare(struct diff *diff, const struct message *original, const struct message *received,
    const struct diff_signature *signature)
{
	struct pair pair = {
		.original = original,
		.received = received,
		.signature = signature,
		.is_converted = cause_is_converted(original->body, received->body,
		    value_of(original, "Content-Transfer-Encoding"),
		    value_of(received, "Content-Transfer-Encoding")),
	};
	enum status status = make_lists(diff, &pair);

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
