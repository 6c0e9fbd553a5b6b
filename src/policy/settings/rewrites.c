/* SPDX-License-Identifier: ISC */
#include "policy/settings/reader.h"

static const char *
text_or_null(const struct reader *r, enum setting setting, unsigned index)
{
	const char *text = settings_text(r->settings, setting, index);

	return text[0] != '\0' ? text : NULL;
}

enum status
rewrites_read(struct reader *r)
{
	struct decide_rewrite *rewrites = reader_reserve(r, SETTING_ORG_NAME, sizeof(*rewrites));
	size_t used = 0;

	if (rewrites == NULL)
		return reader_fail_memory(r);
	for (unsigned i = 0; i < settings_count(r->settings, SETTING_ORG_NAME); i++) {
		struct decide_rewrite rewrite = {
			.org = reader_text(r, SETTING_ORG_NAME, i),
			.envelope_sender = text_or_null(r, SETTING_ORG_ENVELOPE_SENDER, i),
			.sender_header = text_or_null(r, SETTING_ORG_SENDER_HEADER, i),
		};

		if (rewrite.envelope_sender != NULL || rewrite.sender_header != NULL)
			rewrites[used++] = rewrite;
	}
	r->decide->rewrites = rewrites;
	r->decide->rewrite_count = used;
	return STATUS_OK;
}
