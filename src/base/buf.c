/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_CAPACITY 256

void
buf_init(struct buf *b, size_t max_bytes)
{
	*b = (struct buf){ .max_bytes = max_bytes };
}

void
buf_init_fixed(struct buf *b, void *storage, size_t size)
{
	*b = (struct buf){ .ptr = storage, .capacity = size, .max_bytes = size, .is_fixed = true };
}

void
buf_done(struct buf *b)
{
	if (!b->is_fixed)
		free(b->ptr);
	*b = (struct buf){ 0 };
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->status = STATUS_OK;
}

/* Doubles, within the cap, until len more bytes fit. The caller knows that they fit the cap. */
static enum status
grow(struct buf *b, size_t len)
{
	size_t capacity = b->capacity > 0 ? b->capacity : FIRST_CAPACITY;
	char *ptr;

	while (capacity < b->len + len)
		capacity *= 2;
	if (capacity > b->max_bytes)
		capacity = b->max_bytes;
	ptr = realloc(b->ptr, capacity);
	if (ptr == NULL)
		return STATUS_NO_MEMORY;
	b->ptr = ptr;
	b->capacity = capacity;
	return STATUS_OK;
}

/* Room for len bytes without counting them as written. */
static bool
reserve(struct buf *b, size_t len)
{
	if (b->status != STATUS_OK)
		return false;
	if (len > b->max_bytes - b->len)
		b->status = STATUS_TOO_LARGE;
	else if (len > b->capacity - b->len)
		b->status = grow(b, len);
	return b->status == STATUS_OK;
}

char *
buf_extend(struct buf *b, size_t len)
{
	char *at;

	if (!reserve(b, len))
		return NULL;
	at = b->ptr + b->len;
	b->len += len;
	return at;
}

void
buf_put(struct buf *b, struct slice bytes)
{
	char *at = bytes.len > 0 ? buf_extend(b, bytes.len) : NULL;

	if (at != NULL)
		memcpy(at, bytes.ptr, bytes.len);
}

void
buf_put_text(struct buf *b, const char *text)
{
	buf_put(b, slice_from_text(text));
}

void
buf_put_char(struct buf *b, char c)
{
	buf_put(b, slice_of(&c, 1));
}

void
buf_put_u64(struct buf *b, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	buf_put(b, slice_of(digits + at, sizeof(digits) - at));
}

void
buf_put_hex(struct buf *b, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		buf_put_char(b, digits[bytes[i] >> 4]);
		buf_put_char(b, digits[bytes[i] & 15]);
	}
}

/* One group: up to three bytes into four characters. */
static void
put_base64_group(struct buf *b, const uint8_t *bytes, size_t len)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t bits = (uint32_t)bytes[0] << 16 | (len > 1 ? (uint32_t)bytes[1] << 8 : 0) |
	    (len > 2 ? bytes[2] : 0U);
	char group[4] = {
		digits[bits >> 18],
		digits[bits >> 12 & 63],
		len > 1 ? digits[bits >> 6 & 63] : '=',
		len > 2 ? digits[bits & 63] : '=',
	};

	buf_put(b, slice_of(group, sizeof(group)));
}

void
buf_put_base64(struct buf *b, const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i += 3)
		put_base64_group(b, bytes + i, len - i < 3 ? len - i : 3);
}

/* Into the room there is, as far as it goes; returns the octets it takes, or less than 0. */
static int
put_format(struct buf *b, const char *format, va_list args)
{
	size_t room = b->status == STATUS_OK ? b->capacity - b->len : 0;

	return vsnprintf(room > 0 ? b->ptr + b->len : NULL, room, format, args);
}

/* vsnprintf wants room for its NUL, which is not counted as written. Mostly there is room: it is done in one go. */
void
buf_put_format(struct buf *b, const char *format, ...)
{
	va_list args;
	bool is_written;
	int len;

	va_start(args, format);
	len = put_format(b, format, args);
	va_end(args);
	is_written = len >= 0 && b->status == STATUS_OK && (size_t)len < b->capacity - b->len;
	if (len < 0 || !reserve(b, (size_t)len + 1))
		return;
	if (!is_written) {
		va_start(args, format);
		(void)put_format(b, format, args);
		va_end(args);
	}
	b->len += (size_t)len;
}

const char *
buf_text(struct buf *b)
{
	if (!reserve(b, 1))
		return "";
	b->ptr[b->len] = '\0';
	return b->ptr;
}
