/* SPDX-License-Identifier: ISC */
#include "mutate.h"

#include "target.h"

#define CHANGES_MAX 8
#define RANGE_MAX 32

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A part of s, of at most max octets. */
static struct slice
any_part(struct slice s, size_t max, uint64_t *random)
{
	size_t at = target_below(random, s.len + 1);

	return slice_first(slice_after(s, at), target_below(random, max + 1));
}

static struct slice
whole(const struct mutate_input *input)
{
	return slice_of(input->bytes, input->len);
}

/* Puts bytes, which are not part of the input, in at at; what passes the end of the room is lost. */
static void
insert(struct mutate_input *input, size_t at, struct slice bytes)
{
	size_t len = smaller(bytes.len, input->max - at);
	size_t kept = smaller(input->len - at, input->max - at - len);

	memmove(input->bytes + at + len, input->bytes + at, kept);
	if (len > 0)
		memcpy(input->bytes + at, bytes.ptr, len);
	input->len = at + len + kept;
}

/* ---- changes ---- */

static void
flip_bit(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	(void)material;
	if (input->len > 0)
		input->bytes[target_below(random, input->len)] ^= (char)(1U << target_below(random, 8));
}

static void
set_octet(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	(void)material;
	if (input->len > 0)
		input->bytes[target_below(random, input->len)] = (char)target_random(random);
}

static void
insert_octet(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	char octet = (char)target_random(random);

	(void)material;
	insert(input, target_below(random, input->len + 1), slice_of(&octet, 1));
}

static void
insert_word(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	insert(input, target_below(random, input->len + 1),
	    material->words[target_below(random, material->word_count)]);
}

static void
overwrite_word(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	struct slice word = material->words[target_below(random, material->word_count)];
	size_t at = target_below(random, input->len + 1);

	if (word.len > 0)
		memcpy(input->bytes + at, word.ptr, smaller(word.len, input->len - at));
}

static void
delete_part(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	struct slice part = any_part(whole(input), RANGE_MAX, random);
	size_t at = (size_t)(part.ptr - input->bytes);

	(void)material;
	memmove(input->bytes + at, input->bytes + at + part.len, input->len - at - part.len);
	input->len -= part.len;
}

static void
repeat_part(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	struct slice part = any_part(whole(input), RANGE_MAX, random);
	size_t at = (size_t)(part.ptr - input->bytes);
	char copy[RANGE_MAX];

	(void)material;
	memcpy(copy, part.ptr, part.len);
	for (size_t left = target_below(random, 8); left > 0; left--)
		insert(input, at, slice_of(copy, part.len));
}

/* A part of another seed. */
static void
cross(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	struct slice seed = material->seeds[target_below(random, material->seed_count)];

	insert(input, target_below(random, input->len + 1), any_part(seed, 4 * RANGE_MAX, random));
}

static void
cut_end(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	(void)material;
	input->len = target_below(random, input->len + 1);
}

typedef void change(
    struct mutate_input *input, const struct mutate_material *material, uint64_t *random);

/* What is there twice is done twice as often. */
static change *const changes[] = {
	flip_bit, set_octet, insert_octet, insert_word, insert_word, overwrite_word, delete_part,
	delete_part, repeat_part, cross, cross, cut_end,
};

void
mutate(struct mutate_input *input, const struct mutate_material *material, uint64_t *random)
{
	size_t left = 1 + target_below(random, CHANGES_MAX);

	for (; left > 0; left--)
		changes[target_below(random, sizeof(changes) / sizeof(changes[0]))](
		    input, material, random);
}
