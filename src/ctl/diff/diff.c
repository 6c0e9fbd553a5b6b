/* SPDX-License-Identifier: ISC */
/*
 * signetctl diff: why a signature did not survive. Holds the copy that was
 * signed against the one that arrived, in the form in which the signature
 * covers them. Asks no daemon.
 */
#include <stdio.h>

#include "ctl/command.h"
#include "ctl/diff/compare.h"
#include "ctl/message_file.h"

/* What is shown of a form: so much around the first octet that differs. */
#define SHOWN_BEFORE 20
#define SHOWN_BEHIND 40
#define SHOWN_SIZE (4 * (SHOWN_BEFORE + SHOWN_BEHIND) + 16)

/* ---- which signature ---- */

/* That of the signed copy, if it has one, or else of the one that arrived. */
static enum outcome
choose_signature(const struct session *session, const struct message *original,
    const struct message *received, struct diff_signature *ret_signature)
{
	const char *domain = session->arguments->values[OPTION_DOMAIN];
	const char *selector = session->arguments->values[OPTION_SELECTOR];
	struct diff_wanted wanted = {
		.domain = domain != NULL ? slice_from_text(domain) : SLICE_EMPTY,
		.selector = selector != NULL ? slice_from_text(selector) : SLICE_EMPTY,
	};
	enum status status = signature_find(original, &wanted, ret_signature);

	if (status == STATUS_NOT_FOUND)
		status = signature_find(received, &wanted, ret_signature);
	if (status == STATUS_NOT_FOUND)
		return session_fail("neither copy has a DKIM-Signature field%s",
		    wanted.domain.len + wanted.selector.len > 0 ? " of that domain and selector" : "");
	if (status != STATUS_OK)
		return session_fail("there is a DKIM-Signature field that cannot be read");
	if (ret_signature->has_length)
		return session_fail("the signature has l=, and covers a part of the body only");
	return OUTCOME_YES;
}

/* ---- for people ---- */

/* A piece of a form around an octet, printable: others as \xHH, what was left out as …. */
static const char *
show(struct slice form, size_t octet, char storage[SHOWN_SIZE])
{
	size_t from = octet > 1 + SHOWN_BEFORE ? octet - 1 - SHOWN_BEFORE : 0;
	struct slice piece = slice_first(slice_after(form, from), SHOWN_BEFORE + SHOWN_BEHIND);
	struct buf out;

	buf_init_fixed(&out, storage, SHOWN_SIZE);
	if (from > 0)
		buf_put_text(&out, "…");
	for (size_t i = 0; i < piece.len; i++) {
		unsigned char c = (unsigned char)piece.ptr[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			buf_put_char(&out, (char)c);
		else
			buf_put_format(&out, "\\x%02x", c);
	}
	if (from + piece.len < form.len)
		buf_put_text(&out, "…");
	return buf_text(&out);
}

static void
tell_place(const struct difference *difference)
{
	char name[SHOWN_SIZE];

	if (difference->part == DIFF_PART_BODY)
		(void)printf("line %zu of the body", difference->number);
	else
		(void)printf("%s", show(difference->name, 1, name));
	if (difference->part == DIFF_PART_FIELD && difference->number > 1)
		(void)printf(" (number %zu from the bottom)", difference->number);
}

static void
tell_difference(const struct difference *difference)
{
	char storage[SHOWN_SIZE];

	tell_place(difference);
	(void)printf(" %s (%s): %s.\n", word_text(diff_change_words, (int)difference->change),
	    word_text(cause_words, (int)difference->cause),
	    cause_sentence(difference->cause));
	if (difference->change == DIFF_IS_CHANGED)
		(void)printf("  from octet %zu on\n", difference->octet);
	if (difference->change != DIFF_IS_ADDED)
		(void)printf("  signed:   %s\n",
		    show(difference->signed_form, difference->octet, storage));
	if (difference->change != DIFF_IS_REMOVED)
		(void)printf("  received: %s\n",
		    show(difference->received_form, difference->octet, storage));
}

static void
tell_uncovered(const struct diff *diff)
{
	char name[SHOWN_SIZE];

	if (diff->uncovered_count == 0)
		return;
	(void)printf("not covered, and different:");
	for (size_t i = 0; i < diff->uncovered_count; i++)
		(void)printf(" %s", show(diff->uncovered[i], 1, name));
	(void)printf("\n");
}

static void
tell(const struct diff *diff, const struct diff_signature *signature)
{
	char domain[SHOWN_SIZE], selector[SHOWN_SIZE];

	(void)printf("signature d=%s s=%s c=%s/%s: what it covers %s\n", show(signature->domain, 1, domain),
	    show(signature->selector, 1, selector),
	    word_text(canon_words, (int)signature->header_canon),
	    word_text(canon_words, (int)signature->body_canon),
	    diff->count == 0 ? "is the same" : "differs");
	if (!diff->has_signed_body)
		(void)printf("the signed copy has not the body that bh= names: it is of another message, or "
		             "was kept after a change\n");
	for (size_t i = 0; i < diff->count; i++)
		tell_difference(&diff->differences[i]);
	tell_uncovered(diff);
}

/* ---- for programs ---- */

static json_t *
shown_json(struct slice form, size_t octet)
{
	char storage[SHOWN_SIZE];

	return json_string(show(form, octet, storage));
}

static json_t *
difference_json(const struct difference *difference)
{
	json_t *object = json_pack("{s:s, s:s, s:s, s:s}",
	    "part", word_text(diff_part_words, (int)difference->part),
	    "change", word_text(diff_change_words, (int)difference->change),
	    "cause", word_text(cause_words, (int)difference->cause),
	    "sentence", cause_sentence(difference->cause));

	if (difference->part == DIFF_PART_BODY) {
		(void)json_object_set_new(object, "line", json_integer((json_int_t)difference->number));
	} else {
		(void)json_object_set_new(object, "name", shown_json(difference->name, 1));
		(void)json_object_set_new(
		    object, "number", json_integer((json_int_t)difference->number));
	}
	(void)json_object_set_new(object, "octet", json_integer((json_int_t)difference->octet));
	(void)json_object_set_new(
	    object, "signed", shown_json(difference->signed_form, difference->octet));
	(void)json_object_set_new(
	    object, "received", shown_json(difference->received_form, difference->octet));
	return object;
}

static enum outcome
print_json(const struct diff *diff, const struct diff_signature *signature)
{
	json_t *differences = json_array();
	json_t *uncovered = json_array();

	for (size_t i = 0; i < diff->count; i++)
		(void)json_array_append_new(differences, difference_json(&diff->differences[i]));
	for (size_t i = 0; i < diff->uncovered_count; i++)
		(void)json_array_append_new(uncovered, shown_json(diff->uncovered[i], 1));
	return session_print_json(json_pack("{s:b, s:o, s:o, s:o, s:s, s:s, s:b, s:b, s:o, s:o}",
	    "same", diff->count == 0 && diff->has_signed_body,
	    "domain", shown_json(signature->domain, 1), "selector", shown_json(signature->selector, 1),
	    "algorithm", shown_json(signature->algorithm, 1),
	    "header_canonicalization", word_text(canon_words, (int)signature->header_canon),
	    "body_canonicalization", word_text(canon_words, (int)signature->body_canon),
	    "signed_has_body_hash", diff->has_signed_body,
	    "received_has_body_hash", diff->has_received_body,
	    "differences", differences, "uncovered", uncovered));
}

/* ---- the command ---- */

static enum outcome
compare(const struct session *session, const struct message *original, const struct message *received)
{
	struct diff_signature signature;
	enum outcome outcome = choose_signature(session, original, received, &signature);
	struct diff diff;

	if (outcome != OUTCOME_YES)
		return outcome;
	diff_init(&diff);
	if (diff_compare(&diff, original, received, &signature) != STATUS_OK)
		outcome = session_fail("out of memory");
	else if (session_wants_json(session))
		outcome = print_json(&diff, &signature);
	else
		tell(&diff, &signature);
	if (outcome == OUTCOME_YES && (diff.count > 0 || !diff.has_signed_body))
		outcome = OUTCOME_NO;
	diff_done(&diff);
	return outcome;
}

enum outcome
diff_run(struct session *session)
{
	struct message original, received;
	enum outcome outcome;

	message_init(&original);
	message_init(&received);
	outcome = message_file_load(session->operands[0], &original);
	if (outcome == OUTCOME_YES)
		outcome = message_file_load(session->operands[1], &received);
	if (outcome == OUTCOME_YES)
		outcome = compare(session, &original, &received);
	message_done(&received);
	message_done(&original);
	return outcome;
}
