/* SPDX-License-Identifier: ISC */
#include "verdict/organizational.h"

#include <libpsl.h>

#include "base/buf.h"

void
organizational_domain(const char *domain, char ret_organizational[DOMAIN_MAX + 1])
{
	const psl_ctx_t *suffixes = psl_builtin();
	const char *found = suffixes != NULL ? psl_registrable_domain(suffixes, domain) : NULL;
	struct slice organizational = slice_from_text(found != NULL ? found : "");
	struct buf out;

	buf_init_fixed(&out, ret_organizational, DOMAIN_MAX + 1);
	buf_put(&out, slice_first(organizational, DOMAIN_MAX));
	buf_put_char(&out, '\0');
}
