/* SPDX-License-Identifier: ISC */
#include "dkim/from.h"

#define FROM SLICE_LITERAL("From")

/* None and several are policy's business. */
enum status
from_read(const struct header_block *header, struct arena *arena, struct from *ret_from)
{
	struct from from = { .count = header_count(header, FROM) };
	enum status status = STATUS_NOT_FOUND;

	if (from.count == 1)
		status = address_parse_list(
		    header_find(header, FROM)->value, arena, &from.senders);
	from.is_valid = status == STATUS_OK;
	*ret_from = from;
	return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}
