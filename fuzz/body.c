/* SPDX-License-Identifier: ISC */
/* dkim/canon.h: the octets are a body. */
#include <stdlib.h>

#include "../tests/unit/plain_canon.h"
#include "target.h"

#define OUTPUT_MAX (64U << 20)

/* Cuts that every body is read with; the first are the whole and single octets. */
#define CUTS 6

static void
collect(void *context, struct slice bytes)
{
	struct buf *out = context;

	TARGET_CHECK(bytes.len > 0);
	buf_put(out, bytes);
}

static size_t
piece_len(unsigned cut, size_t left, uint64_t *random)
{
	if (cut == 0)
		return left;
	if (cut == 1)
		return 1;
	return 1 + target_below(random, left < 100 ? left : 100);
}

/* Each piece in memory of its own, which is gone before the next one comes. */
static void
put_cut(enum canon canon, struct slice bytes, unsigned cut, struct buf *out)
{
	struct canon_body body;
	uint64_t random = cut;

	canon_body_init(&body, canon, (struct canon_sink){ .put = collect, .context = out });
	while (bytes.len > 0) {
		struct slice piece = slice_first(bytes, piece_len(cut, bytes.len, &random));
		char *copy = target_copy(piece);

		canon_body_put(&body, slice_of(copy, piece.len));
		free(copy);
		bytes = slice_after(bytes, piece.len);
	}
	canon_body_end(&body);
}

static void
check_body(enum canon canon, struct slice bytes, unsigned cut, struct slice expected)
{
	struct buf out;

	buf_init(&out, OUTPUT_MAX);
	put_cut(canon, bytes, cut, &out);
	TARGET_CHECK(buf_status(&out) == STATUS_OK);
	TARGET_CHECK(slice_equal(buf_slice(&out), expected));
	buf_done(&out);
}

static void
try_body(enum canon canon, struct slice bytes)
{
	struct buf expected;

	buf_init(&expected, OUTPUT_MAX);
	plain_body(canon, bytes, &expected);
	for (unsigned cut = 0; cut < CUTS; cut++)
		check_body(canon, bytes, cut, buf_slice(&expected));
	/* a canonical form is its own canonical form */
	check_body(canon, buf_slice(&expected), 0, buf_slice(&expected));
	buf_done(&expected);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_body(CANON_SIMPLE, slice_of(data, size));
	try_body(CANON_RELAXED, slice_of(data, size));
	return 0;
}
