/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ctl/diff/compare.h"
#include "ctl/diff/shelf.h"
#include "ctl/diff/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

#define HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define SIGNATURE(canon, b) \
	"DKIM-Signature: v=1; a=rsa-sha256; c=" canon "; d=example.com; s=one;\n" \
	"\th=From:From:To:Subject:Subject:Content-Type:Content-Transfer-Encoding:List-Post:List-Post;\n" \
	"\tbh=" HASH ";\n\tb=" b "\n"

#define W10 "wwwwwwwwww"
#define W100 W10 W10 W10 W10 W10 W10 W10 W10 W10 W10
#define W990 W100 W100 W100 W100 W100 W100 W100 W100 W100 W10 W10 W10 W10 W10 W10 W10 W10 W10

#define FROM "From: Alice <alice@example.com>\n"

static struct message
parsed(struct slice text)
{
	struct message message;
	struct error err = { "" };

	message_init(&message);
	if (message_parse(&message, text, &err) != STATUS_OK)
		fail_msg("%s", err.text);
	return message;
}

static struct message
message_of(const char *canon, const char *b, const char *rest)
{
	struct message message;
	struct buf text;

	buf_init(&text, MESSAGE_MAX);
	buf_put_format(&text,
	    "DKIM-Signature: v=1; a=rsa-sha256; c=%s; d=example.com; s=one;\n"
	    "\th=From:From:To:Subject:Subject:Content-Type:Content-Transfer-Encoding:List-Post:\n"
	    "\tList-Post; bh=" HASH ";\n\tb=%s\n%s", canon, b, rest);
	message = parsed(buf_slice(&text));
	buf_done(&text);
	return message;
}

struct diff_case {
	const char *canon;
	const char *original; /* behind the signature */
	const char *received;
	const char *name;     /* of the first difference: a field, or "" for the body */
	size_t number;
	enum diff_change change;
	enum cause cause;
};

#define RR "relaxed/relaxed"
#define SS "simple/simple"
#define CHANGED DIFF_IS_CHANGED
#define ADDED DIFF_IS_ADDED
#define REMOVED DIFF_IS_REMOVED

static const struct diff_case cases[] = {
	/* fields */
	{ RR, "Subject: " W990 "ww" W100 "\n\n", "Subject: " W990 "\n ww" W100 "\n\n", "Subject", 1, CHANGED,
	    CAUSE_LONG_LINE },
	{ RR, "Subject: " W990 W100 "\n\n", "Subject: " W990 "!\n " W100 "\n\n", "Subject", 1, CHANGED,
	    CAUSE_LONG_LINE },
	{ RR, "Subject: a b\n\n", "Subject: a\n\tbb\n\n", "Subject", 1, CHANGED, CAUSE_CHANGED },
	{ RR, "Subject: hi\n\n", "Subject: [list] hi\n\n", "Subject", 1, CHANGED, CAUSE_TEXT_ADDED },
	{ RR, "Subject: hi there\n\n", "Subject: hi\n\n", "Subject", 1, CHANGED, CAUSE_TEXT_CUT },
	{ RR, "Subject: hi\n\n", "Subject: ho\n\n", "Subject", 1, CHANGED, CAUSE_CHANGED },
	{ RR, "Subject: a  b\n\n", "Subject: ab\n\n", "Subject", 1, CHANGED, CAUSE_SPACING },
	{ RR, FROM "\n", "From: \"Alice\" <alice@example.com>\n\n", "From", 1, CHANGED, CAUSE_REQUOTED },
	{ RR, "From: \"Alice \\\"A\\\"\" <alice@example.com>\n\n", "From: Alice A <alice@example.com>\n\n", "From",
	    1, CHANGED, CAUSE_REQUOTED },
	{ RR, FROM "\n", "From: Bob <alice@example.com>\n\n", "From", 1, CHANGED, CAUSE_DISPLAY_NAME },
	{ RR, FROM "\n", "From: Alice <sales@example.com>\n\n", "From", 1, CHANGED, CAUSE_ADDRESS },
	{ RR, FROM "To: bob\n\n", FROM "To: bob@example.net\n\n", "To", 1, CHANGED, CAUSE_ADDRESS },
	{ RR, FROM "To: a@x.example,b@x.example\n\n", FROM "To: a@x.example, b@x.example\n\n", "To", 1, CHANGED,
	    CAUSE_SPACING },
	{ RR, FROM "To: a@x.example\n\n", FROM "\n", "To", 1, REMOVED, CAUSE_FIELD_REMOVED },
	{ RR, FROM "\n", FROM "To: a@x.example\n\n", "To", 1, ADDED, CAUSE_FIELD_ADDED },
	{ RR, FROM "\n", "From: eve@example.org\n" FROM "\n", "From", 2, ADDED, CAUSE_FIELD_ADDED },
	{ RR, "List-Post: a\nList-Post: b\n\n", "List-Post: b\nList-Post: a\n\n", "List-Post", 1, CHANGED,
	    CAUSE_REORDERED },
	{ RR, "Content-Type: text/plain; name=abc\n\n", "Content-Type: text/plain\n\n", "Content-Type", 1, CHANGED,
	    CAUSE_CONTENT_TYPE },
	{ RR, "Content-Transfer-Encoding: 8bit\n\n\xc3\xbc\n",
	    "Content-Transfer-Encoding: quoted-printable\n\n=C3=BC\n", "Content-Transfer-Encoding", 1, CHANGED,
	    CAUSE_CONVERTED },
	{ SS, "Subject: a b\n\n", "Subject: a\n b\n\n", "Subject", 1, CHANGED, CAUSE_REFOLDED },
	{ SS, "Subject: a\n\tb\n\n", "Subject: a\n        b\n\n", "Subject", 1, CHANGED, CAUSE_REFOLDED },
	{ SS, "Subject: a\n\tb c\n\n", "Subject: a bc\n\n", "Subject", 1, CHANGED, CAUSE_SPACING },
	{ SS, "Subject: a b\n\n", "Subject: a  b\n\n", "Subject", 1, CHANGED, CAUSE_SPACING },
	{ SS, "Subject: a \n\n", "Subject: a\n\n", "Subject", 1, CHANGED, CAUSE_TRAILING_SPACE },
	{ SS, "Subject: a\n\n", "SUBJECT: a\n\n", "Subject", 1, CHANGED, CAUSE_NAME_CASE },
	/* bodies */
	{ RR, "\na\n", "\na\n-- \nlist\n", "", 2, ADDED, CAUSE_FOOTER },
	{ RR, "\na\nb\n", "\na\n", "", 2, REMOVED, CAUSE_BODY_CUT },
	{ RR, "\na\nb\n", "\nx\na\nb\n", "", 1, CHANGED, CAUSE_LINES_ADDED },
	{ RR, "\na\nb\nc\n", "\nb\nc\n", "", 1, CHANGED, CAUSE_LINES_REMOVED },
	{ RR, "\na\nb\n", "\na\nc\n", "", 2, CHANGED, CAUSE_CHANGED },
	{ RR, "\n" W990 "w" W100 "\nb\n", "\n" W990 "\n w" W100 "\nb\n", "", 1, CHANGED, CAUSE_LONG_LINE },
	{ RR, "\n" W990 W990 W100 "\n", "\n" W990 "!\n " W990 "!\n " W100 "\n", "", 1, CHANGED, CAUSE_LONG_LINE },
	{ RR, "\n" W990 "w\n", "\n" W990 "v\n", "", 1, CHANGED, CAUSE_CHANGED },
	{ RR, "\n" W990 "ww\n", "\n" W990 "\n wv\n", "", 1, CHANGED, CAUSE_CHANGED },
	{ RR, "\n" W100 W100 "\n", "\n" W100 "\n " W100 "\n", "", 1, CHANGED, CAUSE_CHANGED },
	{ RR, "\nGr\xc3\xbc\xc3\x9f e\n", "\nGr=C3=BC=C3=9F e\n", "", 1, CHANGED, CAUSE_CONVERTED },
	{ RR, "\nGr=FC\n", "\nGr\xfc\n", "", 1, CHANGED, CAUSE_CONVERTED },
	{ SS, "\na \n", "\na\n", "", 1, CHANGED, CAUSE_TRAILING_SPACE },
	{ SS, "\na b\n", "\na  b\n", "", 1, CHANGED, CAUSE_SPACING },
	{ SS, "\na\tb\n", "\na b\n", "", 1, CHANGED, CAUSE_SPACING },
	{ RR, "\nab\n", "\na b\n", "", 1, CHANGED, CAUSE_SPACING },
	{ RR, "\na\rb\n", "\na\nb\n", "", 1, CHANGED, CAUSE_LINE_END },
	{ RR, "\na\rb\n", "\na b\n", "", 1, CHANGED, CAUSE_LINE_END },
	{ RR, "\nFrom me\n", "\n>From me\n", "", 1, CHANGED, CAUSE_ESCAPED },
	{ RR, "\n.\nb\n", "\n..\nb\n", "", 1, CHANGED, CAUSE_ESCAPED },
	{ RR, "\n..a\n", "\n.a\n", "", 1, CHANGED, CAUSE_ESCAPED },
};

/* Two messages and what is between them; what was found points into them. */
struct scene {
	struct message original, received;
	struct diff diff;
};

static void
compare(struct scene *scene, bool is_of_received)
{
	const struct diff_wanted any = { .domain = LIT("") };
	struct diff_signature signature;

	assert_int_equal(signature_find(is_of_received ? &scene->received : &scene->original, &any, &signature),
	    STATUS_OK);
	diff_init(&scene->diff);
	assert_int_equal(diff_compare(&scene->diff, &scene->original, &scene->received, &signature), STATUS_OK);
}

static void
begin(struct scene *scene, const struct diff_case *one, const char *b)
{
	scene->original = message_of(one->canon, "b2s=", one->original);
	scene->received = message_of(one->canon, b, one->received);
	compare(scene, false);
}

static void
begin_with(struct scene *scene, struct slice original, struct slice received, bool is_of_received)
{
	scene->original = parsed(original);
	scene->received = parsed(received);
	compare(scene, is_of_received);
}

static void
end(struct scene *scene)
{
	diff_done(&scene->diff);
	message_done(&scene->original);
	message_done(&scene->received);
}

static void
diff__names_the_first_difference_and_guesses_its_cause(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct diff_case *one = &cases[i];
		const struct difference *first;
		struct scene scene;

		begin(&scene, one, "b2s=");
		if (scene.diff.count == 0)
			fail_msg("case %zu: no difference", i);
		first = &scene.diff.differences[0];
		if (first->cause != one->cause)
			fail_msg("case %zu: %s", i, word_text(cause_words, (int)first->cause));
		assert_int_equal(first->change, one->change);
		assert_int_equal(first->number, one->number);
		assert_int_equal(first->part, one->name[0] != '\0' ? DIFF_PART_FIELD : DIFF_PART_BODY);
		end(&scene);
	}
}

static const struct diff_case same_cases[] = {
	{ .canon = RR, .original = "Subject:  a\n b \nTo: c\n\nx  y \n\n", .received = "subject: a b\nTo:c\n\nx y\n" },
	{ .canon = RR, .original = FROM "\nx\n", .received = "Received: by mx\nReturn-Path: <>\n" FROM "X-A: b\n\nx\n" },
	{ .canon = SS, .original = FROM "\nx\n\n\n", .received = FROM "\nx\n" },
	{ .canon = SS, .original = FROM "\nx\n", .received = FROM "\nx" },
	{ .canon = RR, .original = FROM "List-Post: a\nSubject: b\n\nx\n",
	    .received = "Subject: b\nList-Post: a\n" FROM "\nx\n" },
};

static void
diff__is_silent_where_the_canonical_form_is_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(same_cases); i++) {
		struct scene scene;

		begin(&scene, &same_cases[i], "b2\n s =");
		if (scene.diff.count != 0)
			fail_msg("case %zu: %s", i, word_text(cause_words, (int)scene.diff.differences[0].cause));
		end(&scene);
	}
}

static void
diff__notes_what_is_not_covered(void **state)
{
	struct scene scene;

	(void)state;
	begin(&scene, &same_cases[1], "b2s=");
	assert_int_equal(scene.diff.uncovered_count, 3);
	assert_true(slice_equal(scene.diff.uncovered[0], LIT("Received")));
	assert_true(slice_equal(scene.diff.uncovered[2], LIT("X-A")));
	end(&scene);
}

/* Once per name, not once per field: or else it would be for hours that it looks at these. */
static void
diff__looks_once_at_a_name_that_many_fields_have(void **state)
{
	struct diff_case one = { .canon = RR };
	struct scene scene;
	struct buf text;

	(void)state;
	buf_init(&text, 65536);
	for (size_t i = 0; i < 10000; i++)
		buf_put_text(&text, "X:\n");
	buf_put_text(&text, FROM "\nx\n");
	one.original = buf_text(&text);
	one.received = one.original;
	begin(&scene, &one, "b2s=");
	assert_int_equal(scene.original.count, 10002);
	assert_int_equal(scene.diff.count, 0);
	assert_int_equal(scene.diff.uncovered_count, 0);
	end(&scene);
	buf_done(&text);
}

#define MANY 200000

#define COMMON ((MANY - 1) / 3 + 1) /* multiples of 2 and 3, of those that both have */

/* A message with very many fields, which are multiples of step. */
static void
put_many(struct buf *text, const char *before, size_t step, const char *behind)
{
	buf_init(text, MESSAGE_MAX);
	for (size_t i = 0; i < MANY; i++)
		buf_put_format(text, "%s%zu%s\n", before, i * step, behind);
	buf_put_text(text, FROM "\nx\n");
}

/* Fields of one name, all of them changed; names that are all others: looked at one by one it would be for hours. */
static void
diff__is_done_soon_with_very_many_fields(void **state)
{
	static const struct {
		const char *before, *behind;
		size_t differences, uncovered;
	} many[] = {
		{ "List-Post: ", "", 2, 0 },
		{ "X", ": x", 0, 2 * (MANY - COMMON) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(many); i++) {
		struct buf original, received;
		struct diff_case one = { .canon = RR };
		struct scene scene;

		put_many(&original, many[i].before, 2, many[i].behind);
		put_many(&received, many[i].before, 3, many[i].behind);
		one.original = buf_text(&original);
		one.received = buf_text(&received);
		begin(&scene, &one, "b2s=");
		assert_int_equal(scene.original.count, MANY + 2);
		assert_int_equal(scene.diff.count, many[i].differences);
		assert_int_equal(scene.diff.uncovered_count, many[i].uncovered);
		end(&scene);
		buf_done(&original);
		buf_done(&received);
	}
}

/* ---- fields by name ---- */

#define FIELDS_MAX 12

static void
put_random_fields(uint64_t *seed, struct buf *text)
{
	static const char *const lines[] = { "A: x", "a:  x", "A: y", "b: x", "B:\ty", "Ab: x", "A-: z" };

	buf_init(text, 4096);
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	for (uint64_t i = 0, rest = *seed >> 8; i <= (*seed >> 60) % FIELDS_MAX; i++, rest /= COUNT(lines))
		buf_put_format(text, "%s\n", lines[rest % COUNT(lines)]);
	buf_put_text(text, "\n");
}

static const struct message_field *
find_plainly(const struct message *message, struct slice name, size_t nth)
{
	for (size_t i = message->count; i > 0; i--) {
		if (slice_equal_nocase(message->fields[i - 1].name, name) && --nth == 0)
			return &message->fields[i - 1];
	}
	return NULL;
}

static bool
has_form_plainly(const struct shelf *shelf, const struct message *message, struct slice name, struct slice form)
{
	const struct message_field *field;
	struct slice other;

	for (size_t nth = 1; (field = find_plainly(message, name, nth)) != NULL; nth++) {
		assert_int_equal(shelf_form(shelf, field, &other), STATUS_OK);
		if (slice_equal(other, form))
			return true;
	}
	return false;
}

static void
check_shelf(struct shelf *shelf, const struct message *message)
{
	static const struct slice names[] = { { "A", 1 }, { "a", 1 }, { "B", 1 }, { "AB", 2 }, { "a-", 2 }, { "C", 1 },
		{ "", 0 } };
	static const char *const lines[] = { "a:x", "a:y", "b:x", "b:y", "ab:x", "a-:z", "" };
	size_t had = 0;

	for (size_t i = 0; i < COUNT(names); i++) {
		struct shelf_row row = shelf_find(shelf, names[i]);

		for (size_t nth = 1; nth <= FIELDS_MAX + 1; nth++)
			assert_ptr_equal(shelf_nth(row, nth), find_plainly(message, names[i], nth));
		for (size_t k = 0; k < COUNT(lines); k++) {
			struct slice form = slice_from_text(lines[k]);
			bool has_form = shelf_has_form(shelf, row, form);

			assert_int_equal(has_form, has_form_plainly(shelf, message, names[i], form));
			had += has_form;
		}
	}
	assert_true(had > 0);
}

static void
shelf__finds_what_looking_at_each_field_finds(void **state)
{
	uint64_t seed = 20261121;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		struct message message;
		struct shelf shelf;
		struct arena arena;
		struct buf text;

		put_random_fields(&seed, &text);
		message = parsed(buf_slice(&text));
		arena_init(&arena, 1U << 20);
		assert_int_equal(shelf_make(&shelf, &message, CANON_RELAXED, &arena), STATUS_OK);
		check_shelf(&shelf, &message);
		arena_done(&arena);
		message_done(&message);
		buf_done(&text);
	}
}

static void
diff__knows_another_signature(void **state)
{
	static const struct diff_case one = { .canon = RR, .original = "\nx\n", .received = "\nx\n" };
	struct scene scene;

	(void)state;
	begin(&scene, &one, "bm8=");
	assert_int_equal(scene.diff.count, 1);
	assert_int_equal(scene.diff.differences[0].part, DIFF_PART_SIGNATURE);
	assert_int_equal(scene.diff.differences[0].cause, CAUSE_OTHER_SIGNATURE);
	end(&scene);
}

static void
diff__of_a_copy_without_the_signature_compares_the_rest(void **state)
{
	struct scene scene;

	(void)state;
	begin_with(&scene, LIT("Subject: a\n\nx\n"), LIT(SIGNATURE(RR, "b2s=") "Subject: b\n\nx\n"), true);
	assert_int_equal(scene.diff.count, 1);
	assert_true(slice_equal(scene.diff.differences[0].signed_form, LIT("subject:a")));
	assert_true(slice_equal(scene.diff.differences[0].received_form, LIT("subject:b")));
	assert_int_equal(scene.diff.differences[0].octet, 9);
	end(&scene);
}

static void
diff__says_that_the_signature_is_missing(void **state)
{
	struct scene scene;

	(void)state;
	begin_with(&scene, LIT(SIGNATURE(RR, "b2s=") "\nx\n"), LIT("\nx\n"), false);
	assert_int_equal(scene.diff.count, 1);
	assert_int_equal(scene.diff.differences[0].cause, CAUSE_SIGNATURE_REMOVED);
	end(&scene);
}

static void
diff__survives_a_signature_that_was_folded_anew_when_relaxed(void **state)
{
	struct slice folded = LIT("DKIM-Signature: v=1; a=rsa-sha256;\n c=relaxed/relaxed; d=example.com; s=one; h=From;\n"
	                          " bh=" HASH "; b=b2\n\ts=\n\nx\n");
	struct slice flat = LIT("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=one; h=From; "
	                        "bh=" HASH "; b=b2s=\n\nx\n");
	struct scene scene;

	(void)state;
	begin_with(&scene, flat, folded, false);
	assert_int_equal(scene.diff.count, 0);
	end(&scene);
}

/* The hash of an empty body is well known (RFC 6376 §3.4.4). */
static void
diff__says_whose_body_the_signature_has(void **state)
{
#define EMPTY "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com; s=one; h=From;\n" \
	" bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=b2s=\n\n"
	struct scene scene;

	(void)state;
	begin_with(&scene, LIT(EMPTY), LIT(EMPTY "x\n"), false);
	assert_true(scene.diff.has_signed_body);
	assert_false(scene.diff.has_received_body);
	end(&scene);
	begin_with(&scene, LIT(EMPTY "x\n"), LIT(EMPTY "x\n"), false);
	assert_false(scene.diff.has_signed_body);
	assert_int_equal(scene.diff.count, 0);
	end(&scene);
}

static const struct {
	const char *fields;
	const char *domain, *selector;
	const char *found; /* its selector */
	enum status status;
} choices[] = {
	{ "", "", "", NULL, STATUS_NOT_FOUND },
	{ SIGNATURE(RR, ""), "", "", "one", STATUS_OK },
	{ SIGNATURE(RR, ""), "EXAMPLE.com", "", "one", STATUS_OK },
	{ SIGNATURE(RR, ""), "example.org", "", NULL, STATUS_NOT_FOUND },
	{ "DKIM-Signature: s=two; d=example.net; h=a; bh=" HASH "\n" SIGNATURE(RR, ""), "", "", "two", STATUS_OK },
	{ "DKIM-Signature: s=two; d=example.net; h=a; bh=" HASH "\n" SIGNATURE(RR, ""), "", "one", "one", STATUS_OK },
	{ "DKIM-Signature: nonsense\n" SIGNATURE(RR, ""), "", "", "one", STATUS_OK },
	{ "DKIM-Signature: nonsense\n", "", "", NULL, STATUS_INVALID },
	{ "DKIM-Signature: s=two; d=a; h=a; bh=AAAA\n", "", "", NULL, STATUS_INVALID },
	{ "DKIM-Signature: s=two; d=a; h=a; c=nofws; bh=" HASH "\n", "", "", NULL, STATUS_INVALID },
	{ "DKIM-Signature: s=two; d=a; bh=" HASH "\n", "", "", NULL, STATUS_INVALID },
};

static void
signature__is_the_topmost_that_is_wanted(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(choices); i++) {
		struct message message = parsed(slice_from_text(choices[i].fields));
		struct diff_wanted wanted = { .domain = slice_from_text(choices[i].domain),
			.selector = slice_from_text(choices[i].selector) };
		struct diff_signature signature = { .has_length = false };

		assert_int_equal(signature_find(&message, &wanted, &signature), choices[i].status);
		if (choices[i].found != NULL)
			assert_true(slice_equal(signature.selector, slice_from_text(choices[i].found)));
		message_done(&message);
	}
}

static void
signature__takes_simple_for_what_c_leaves_out(void **state)
{
	const struct diff_wanted any = { .domain = LIT("") };
	struct message message = parsed(LIT("DKIM-Signature: c=relaxed; h=a; l=1; bh=" HASH "\n"));
	struct diff_signature signature;

	(void)state;
	assert_int_equal(signature_find(&message, &any, &signature), STATUS_OK);
	assert_int_equal(signature.header_canon, CANON_RELAXED);
	assert_int_equal(signature.body_canon, CANON_SIMPLE);
	assert_true(signature.has_length);
	message_done(&message);
}

static enum status
find_naming(size_t count)
{
	const struct diff_wanted any = { .domain = LIT("") };
	struct diff_signature signature;
	struct message message;
	struct buf text;
	enum status status;

	buf_init(&text, 65536);
	buf_put_text(&text, "DKIM-Signature: bh=" HASH "; h=From");
	for (size_t i = 1; i < count; i++)
		buf_put_text(&text, ":a");
	buf_put_text(&text, "\n");
	message = parsed(buf_slice(&text));
	status = signature_find(&message, &any, &signature);
	message_done(&message);
	buf_done(&text);
	return status;
}

static void
signature__names_no_more_fields_than_signers_do(void **state)
{
	(void)state;
	assert_int_equal(find_naming(1000), STATUS_OK);
	assert_int_equal(find_naming(1001), STATUS_INVALID);
}

static void
cause__each_has_a_word_and_a_sentence(void **state)
{
	(void)state;
	for (int cause = CAUSE_LONG_LINE; cause <= CAUSE_SIGNATURE_REMOVED; cause++) {
		assert_string_not_equal(word_text(cause_words, cause), "unknown");
		assert_string_not_equal(cause_sentence((enum cause)cause), "unknown");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(diff__names_the_first_difference_and_guesses_its_cause),
		cmocka_unit_test(diff__is_silent_where_the_canonical_form_is_the_same),
		cmocka_unit_test(diff__notes_what_is_not_covered),
		cmocka_unit_test(diff__looks_once_at_a_name_that_many_fields_have),
		cmocka_unit_test(diff__is_done_soon_with_very_many_fields),
		cmocka_unit_test(shelf__finds_what_looking_at_each_field_finds),
		cmocka_unit_test(diff__knows_another_signature),
		cmocka_unit_test(diff__of_a_copy_without_the_signature_compares_the_rest),
		cmocka_unit_test(diff__says_that_the_signature_is_missing),
		cmocka_unit_test(diff__survives_a_signature_that_was_folded_anew_when_relaxed),
		cmocka_unit_test(diff__says_whose_body_the_signature_has),
		cmocka_unit_test(signature__is_the_topmost_that_is_wanted),
		cmocka_unit_test(signature__takes_simple_for_what_c_leaves_out),
		cmocka_unit_test(signature__names_no_more_fields_than_signers_do),
		cmocka_unit_test(cause__each_has_a_word_and_a_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
