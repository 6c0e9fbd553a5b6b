/* SPDX-License-Identifier: ISC */
#include "base/scan.h"

enum status
scan_u64(struct slice text, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (text.len == 0 || text.len > 20)
		return STATUS_INVALID;
	for (size_t i = 0; i < text.len; i++) {
		if (!scan_is_digit(text.ptr[i]))
			return STATUS_INVALID;
		if (__builtin_mul_overflow(number, (uint64_t)10, &number) ||
		    __builtin_add_overflow(number, (uint64_t)(text.ptr[i] - '0'), &number))
			return STATUS_TOO_LARGE;
	}
	if (number > max)
		return STATUS_TOO_LARGE;
	*ret_number = number;
	return STATUS_OK;
}

/* The value of a hex digit, or -1. */
static int
hex_value(char c)
{
	char lower = scan_to_lower(c);

	if (scan_is_digit(c))
		return c - '0';
	if (lower >= 'a' && lower <= 'f')
		return lower - 'a' + 10;
	return -1;
}

enum status
scan_hex(struct slice text, uint8_t *ret_bytes, size_t size)
{
	if (text.len != 2 * size)
		return STATUS_INVALID;
	for (size_t i = 0; i < text.len; i++) {
		if (hex_value(text.ptr[i]) < 0)
			return STATUS_INVALID;
	}
	for (size_t i = 0; i < size; i++)
		ret_bytes[i] = (uint8_t)(hex_value(text.ptr[2 * i]) << 4 | hex_value(text.ptr[2 * i + 1]));
	return STATUS_OK;
}

/* The value of a base64 character, or -1. */
static int
base64_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (scan_is_digit(c))
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* What has been read of a base64 text so far. */
struct base64 {
	uint32_t bits;    /* not yet written */
	unsigned count;   /* of characters and padding in the present group of four */
	unsigned padding; /* '=' seen */
	uint8_t *out;
	size_t size;
	size_t len;
};

static enum status
base64_flush(struct base64 *b)
{
	unsigned bytes = 3 - b->padding;

	if (b->size - b->len < bytes)
		return STATUS_TOO_LARGE;
	for (unsigned i = 0; i < bytes; i++)
		b->out[b->len++] = (uint8_t)(b->bits >> (16 - 8 * i));
	b->bits = 0;
	b->count = 0;
	return STATUS_OK;
}

static enum status
base64_take(struct base64 *b, char c)
{
	int value = base64_value(c);

	if (c == '=' && b->count >= 2 && b->padding < 2) {
		b->padding++;
		value = 0;
	} else if (value < 0 || b->padding > 0) {
		return STATUS_INVALID;
	}
	b->bits = b->bits << 6 | (uint32_t)value;
	b->count++;
	return b->count == 4 ? base64_flush(b) : STATUS_OK;
}

enum status
scan_base64(struct slice text, uint8_t *ret_bytes, size_t size, size_t *ret_len)
{
	struct base64 b = { .out = ret_bytes, .size = size };

	for (size_t i = 0; i < text.len; i++) {
		enum status status;

		if (scan_is_space(text.ptr[i]))
			continue;
		status = base64_take(&b, text.ptr[i]);
		if (status != STATUS_OK)
			return status;
	}
	if (b.count != 0)
		return STATUS_INVALID;
	*ret_len = b.len;
	return STATUS_OK;
}

/* The hexchar at the "+" that text begins with. */
static enum status
take_hexchar(struct slice text, char *ret_char)
{
	struct slice digits = slice_first(slice_after(text, 1), 2);
	uint8_t octet;

	for (size_t i = 0; i < digits.len; i++) {
		if (digits.ptr[i] >= 'a')
			return STATUS_INVALID;
	}
	if (scan_hex(digits, &octet, 1) != STATUS_OK)
		return STATUS_INVALID;
	*ret_char = (char)octet;
	return STATUS_OK;
}

enum status
scan_xtext(struct slice text, char *ret_text, size_t *ret_len)
{
	enum status status = STATUS_OK;
	size_t len = 0;

	while (text.len > 0 && status == STATUS_OK) {
		bool is_hexchar = text.ptr[0] == '+';

		if (is_hexchar)
			status = take_hexchar(text, &ret_text[len++]);
		else
			ret_text[len++] = text.ptr[0];
		text = slice_after(text, is_hexchar ? 3 : 1);
	}
	if (status == STATUS_OK)
		*ret_len = len;
	return status;
}
