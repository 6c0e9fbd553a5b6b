/* SPDX-License-Identifier: ISC */
/*
 * A slice is bytes we look at and somebody else owns: two words, passed by
 * value, never NUL-terminated. An empty slice has len 0 and any ptr.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t len;
};

#define SLICE_LITERAL(text) ((struct slice){ (text), sizeof(text) - 1 })
#define SLICE_EMPTY ((struct slice){ "", 0 })

/* For printf's "%.*s". Texts over INT_MAX bytes are never printed. */
#define SLICE_PRINT(s) (int)(s).len, (s).ptr

static inline struct slice
slice_of(const void *ptr, size_t len)
{
	return (struct slice){ ptr, len };
}

static inline struct slice
slice_from_text(const char *text)
{
	return slice_of(text, strlen(text));
}

/* From offset to the end; offset is cut to the length. */
static inline struct slice
slice_after(struct slice s, size_t offset)
{
	size_t cut = offset < s.len ? offset : s.len;

	return slice_of(s.ptr + cut, s.len - cut);
}

/* The first len bytes, or all when there are fewer. */
static inline struct slice
slice_first(struct slice s, size_t len)
{
	return slice_of(s.ptr, len < s.len ? len : s.len);
}

static inline bool
slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Equal but for the case of ASCII letters. */
bool slice_equal_nocase(struct slice a, struct slice b);

/* Below, at, or above 0 as a sorts before, with, or after b: by octets, a prefix first. */
int slice_compare(struct slice a, struct slice b);

bool slice_starts_with(struct slice s, struct slice prefix);
bool slice_ends_with(struct slice s, struct slice suffix);

/* The index of the first byte c, or s.len. */
size_t slice_find(struct slice s, char c);

/* Without spaces, tabs, CR and LF at both ends. */
struct slice slice_trim(struct slice s);

/* Cuts the text before the first c off *rest and returns it; *rest is left after c, or empty. */
struct slice slice_cut(struct slice *rest, char c);

#endif
