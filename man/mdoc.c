/* SPDX-License-Identifier: ISC */
#include "mdoc.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 1024
#define TEXT_OCTETS 76 /* of a line of text; mandoc wants 80 at most, and what is escaped grows */
#define PARTS_MAX 8
#define ELLIPSIS SLICE_LITERAL("…") /* which a terminal without UTF-8 has not */

/* A hyphen that a user may copy must not become a dash. */
static bool
is_minus(struct slice text, size_t at)
{
	return text.ptr[at] == '-' && (at == 0 || strchr(" -(\"", text.ptr[at - 1]) != NULL);
}

static void
print_escaped(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\') {
			(void)fputs("\\e", stdout);
		} else if (slice_starts_with(slice_after(text, i), ELLIPSIS)) {
			(void)fputs("...", stdout);
			i += ELLIPSIS.len - 1;
		} else if (is_minus(text, i)) {
			(void)fputs("\\-", stdout);
		} else {
			(void)putchar(text.ptr[i]);
		}
	}
}

/* The first sentence of a line, or all of it: mdoc wants each on a line of its own. */
static struct slice
cut_sentence(struct slice *line)
{
	const char *end = memmem(line->ptr, line->len, ". ", 2);
	size_t len = end != NULL ? (size_t)(end - line->ptr) + 1 : line->len;
	struct slice sentence = slice_of(line->ptr, len);

	*line = slice_after(*line, end != NULL ? len + 1 : len);
	return sentence;
}

static void
print_line(struct slice line)
{
	if (line.len > 0 && strchr(".'", line.ptr[0]) != NULL)
		(void)fputs("\\&", stdout);
	print_escaped(line);
	(void)putchar('\n');
}

static size_t
find_last_space(struct slice text)
{
	size_t at = text.len;

	while (at > 0 && text.ptr[at - 1] != ' ')
		at--;
	return at;
}

/* A sentence in lines, cut at spaces. */
static void
print_sentence(struct slice sentence)
{
	while (sentence.len > TEXT_OCTETS) {
		size_t next = find_last_space(slice_of(sentence.ptr, TEXT_OCTETS + 1));

		if (next == 0)
			break;
		print_line(slice_of(sentence.ptr, next - 1));
		sentence = slice_after(sentence, next);
	}
	print_line(sentence);
}

void
mdoc_print_text(const char *text)
{
	struct slice rest = slice_from_text(text);

	while (rest.len > 0) {
		struct slice line = slice_cut(&rest, '\n');

		while (line.len > 0)
			print_sentence(cut_sentence(&line));
	}
}

void
mdoc_print_word(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			(void)fputs("\\(dq", stdout);
		else
			print_escaped(slice_of(text.ptr + i, 1));
	}
}

/* ---- the frame ---- */

/* ".\" @NAME@\n": the part it stands for, or NULL. */
static const struct mdoc_part *
find_part(const struct mdoc_part *parts, const char *line)
{
	for (const struct mdoc_part *part = parts; part->name != NULL; part++) {
		char wanted[64];

		(void)snprintf(wanted, sizeof(wanted), ".\\\" %s\n", part->name);
		if (strcmp(line, wanted) == 0)
			return part;
	}
	return NULL;
}

/* A line of the frame, with the path of the configuration in the place of @CONFIG@. */
static void
print_frame_line(const char *line)
{
	static const char mark[] = "@CONFIG@";
	const char *at = strstr(line, mark);

	if (at == NULL)
		(void)fputs(line, stdout);
	else
		(void)printf("%.*s%s%s", (int)(at - line), line, SIGNETD_CONFIG, at + strlen(mark));
}

static bool
print_lines(FILE *file, const struct mdoc_part *parts)
{
	bool is_there[PARTS_MAX] = { false };
	bool is_whole = true;
	char line[LINE_SIZE];

	while (fgets(line, sizeof(line), file) != NULL) {
		const struct mdoc_part *part = find_part(parts, line);

		if (part == NULL) {
			print_frame_line(line);
			continue;
		}
		part->print();
		is_there[part - parts] = true;
	}
	for (const struct mdoc_part *part = parts; part->name != NULL; part++)
		is_whole = is_whole && is_there[part - parts];
	return is_whole;
}

int
mdoc_print_page(const char *frame, const struct mdoc_part *parts)
{
	FILE *file = fopen(frame, "r");
	bool is_whole = false;

	if (file != NULL) {
		is_whole = print_lines(file, parts) && ferror(file) == 0;
		(void)fclose(file);
	}
	if (is_whole && fflush(stdout) == 0)
		return EXIT_SUCCESS;
	(void)fprintf(stderr, "%s: cannot be read or printed, or lacks a part\n", frame);
	return EXIT_FAILURE;
}
