/* SPDX-License-Identifier: ISC */
#include "material.h"

#include <dirent.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"

#define FILE_MAX (1U << 20)
#define KEPT_MAX (64U << 20)
#define SEEDS_MAX 2000
#define WORDS_MAX 200
#define PATH_BYTES 4096

/* What was read, as long as the process lives. */
static struct arena kept = { .max_bytes = KEPT_MAX };

/* Hands the octets over from buf, which is done with. */
static struct slice
keep(struct buf *bytes)
{
	struct slice copy;

	if (arena_copy(&kept, buf_slice(bytes), &copy) != STATUS_OK)
		errx(EXIT_FAILURE, "corpus and dictionary are too large");
	buf_done(bytes);
	return copy;
}

struct slice
material_read_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf bytes;
	char *room;

	if (file == NULL)
		err(EXIT_FAILURE, "%s", path);
	buf_init(&bytes, FILE_MAX);
	room = buf_extend(&bytes, FILE_MAX);
	if (room == NULL)
		errx(EXIT_FAILURE, "out of memory");
	bytes.len = fread(room, 1, FILE_MAX, file);
	if (ferror(file) != 0 || bytes.len == FILE_MAX)
		errx(EXIT_FAILURE, "%s: cannot be read, or is too large", path);
	(void)fclose(file);
	return keep(&bytes);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* In the order of their names, so that every run is the same. */
static size_t
read_seeds(const char *directory, const char *target, struct slice seeds[SEEDS_MAX])
{
	struct dirent **entries;
	char path[PATH_BYTES];
	int count;

	(void)snprintf(path, sizeof(path), "%s/corpus/%s", directory, target);
	count = scandir(path, &entries, is_visible, alphasort);
	if (count <= 0 || count > SEEDS_MAX)
		errx(EXIT_FAILURE, "%s: no seeds, or too many", path);
	for (int i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/corpus/%s/%s", directory, target,
		    entries[i]->d_name);
		seeds[i] = material_read_file(path);
		free(entries[i]);
	}
	free(entries);
	return (size_t)count;
}

/* What follows a backslash: an octet in hex, or itself. */
static char
unescape(struct slice *rest)
{
	uint8_t octet = 0;
	char c = rest->len > 0 ? rest->ptr[0] : '\\';

	*rest = slice_after(*rest, 1);
	if (c != 'x')
		return c;
	if (scan_hex(slice_first(*rest, 2), &octet, 1) != STATUS_OK)
		errx(EXIT_FAILURE, "a dictionary has \\x without two digits");
	*rest = slice_after(*rest, 2);
	return (char)octet;
}

/* The word between the first and the last quote of a line. */
static struct slice
parse_word(struct slice line)
{
	struct slice rest = slice_after(line, slice_find(line, '"') + 1);
	struct buf word;

	if (!slice_ends_with(rest, SLICE_LITERAL("\"")))
		errx(EXIT_FAILURE, "a dictionary has a line without a word: %.*s", SLICE_PRINT(line));
	rest.len--;
	buf_init(&word, FILE_MAX);
	while (rest.len > 0) {
		char c = rest.ptr[0];

		rest = slice_after(rest, 1);
		buf_put_char(&word, c == '\\' ? unescape(&rest) : c);
	}
	return keep(&word);
}

static size_t
read_words(const char *directory, const char *target, struct slice words[WORDS_MAX])
{
	char path[PATH_BYTES];
	struct slice rest;
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "%s/dictionaries/%s.dict", directory, target);
	rest = material_read_file(path);
	while (rest.len > 0) {
		struct slice line = slice_trim(slice_cut(&rest, '\n'));

		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (count == WORDS_MAX)
			errx(EXIT_FAILURE, "%s: too many words", path);
		words[count++] = parse_word(line);
	}
	if (count == 0)
		errx(EXIT_FAILURE, "%s: no words", path);
	return count;
}

void
material_read(const char *directory, const char *target, struct mutate_material *ret_material)
{
	static struct slice seeds[SEEDS_MAX];
	static struct slice words[WORDS_MAX];

	*ret_material = (struct mutate_material){
		.seeds = seeds, .seed_count = read_seeds(directory, target, seeds),
		.words = words, .word_count = read_words(directory, target, words),
	};
}
