/* SPDX-License-Identifier: ISC */
/*
 * Changes an input a little, at random: what libFuzzer does, without its eye
 * for what is new. The same numbers make the same changes on every machine.
 */
#ifndef MUTATE_H
#define MUTATE_H

#include <stdint.h>

#include "base/slice.h"

struct mutate_input {
	char *bytes;
	size_t len;
	size_t max;
};

/* What changes are made of; neither list is empty. */
struct mutate_material {
	const struct slice *seeds;
	size_t seed_count;
	const struct slice *words; /* of the dictionary */
	size_t word_count;
};

/* One to eight changes. */
void mutate(
    struct mutate_input *input, const struct mutate_material *material, uint64_t *random);

#endif
