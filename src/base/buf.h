/* SPDX-License-Identifier: ISC */
/*
 * Bytes we write: a growing buffer with a cap and a sticky status, so that
 * eight writes need one check. After the first failure all further puts do
 * nothing and buf_status says why.
 *
 * The owner calls buf_init (heap) or buf_init_fixed (his own storage, never
 * grown), and buf_done in the end. One thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdint.h>

#include "base/slice.h"
#include "base/status.h"

struct buf {
	char *ptr;
	size_t len;
	size_t capacity;
	size_t max_bytes;
	bool is_fixed;
	enum status status;
};

/* Takes memory with the first put. What would be more than max_bytes, or than size, is STATUS_TOO_LARGE. */
void buf_init(struct buf *b, size_t max_bytes);
void buf_init_fixed(struct buf *b, void *storage, size_t size);
void buf_done(struct buf *b);

/* Empties it and clears the status; keeps the memory. */
void buf_reset(struct buf *b);

void buf_put(struct buf *b, struct slice bytes);
void buf_put_text(struct buf *b, const char *text);
void buf_put_char(struct buf *b, char c);
void buf_put_u64(struct buf *b, uint64_t number); /* in decimal */
void buf_put_hex(struct buf *b, const uint8_t *bytes, size_t len);
void buf_put_base64(struct buf *b, const uint8_t *bytes, size_t len); /* with padding */
/* Wants room for one octet more than it writes. */
void buf_put_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for len bytes, counts them as written, returns where; NULL when the buffer failed. */
char *buf_extend(struct buf *b, size_t len);

/* What has been written; valid until the next put. */
static inline struct slice
buf_slice(const struct buf *b)
{
	return slice_of(b->ptr, b->len);
}

/* NUL-terminated, for the edge to libc; "" when the buffer failed. Valid until the next put. */
const char *buf_text(struct buf *b);

MUST_CHECK static inline enum status
buf_status(const struct buf *b)
{
	return b->status;
}

#endif
