/* SPDX-License-Identifier: ISC */
#include "keeper/methods/key_source.h"

void
key_source_init(struct key_source *source, struct store *store)
{
	*source = (struct key_source){ .store = store };
}

/* Is it the sender that was asked for last, or a domain above it? */
static bool
is_known(const struct key_source *source, struct slice org, struct slice domain)
{
	struct slice sender = slice_from_text(source->sender);

	return slice_equal(org, slice_from_text(source->org)) && slice_ends_with(sender, domain) &&
	    (domain.len == sender.len || sender.ptr[sender.len - domain.len - 1] == '.');
}

static void
copy(struct slice text, size_t max, char *ret_text)
{
	struct slice cut = slice_first(text, max);

	memcpy(ret_text, cut.ptr, cut.len);
	ret_text[cut.len] = '\0';
}

static enum status
look_above(struct key_source *source, struct slice org, struct slice sender)
{
	copy(org, ORG_MAX, source->org);
	copy(sender, DOMAIN_MAX, source->sender);
	return store_keys_above(source->store, source->org, source->sender, &source->above, NULL);
}

enum status
key_source_find(void *context, struct slice org, struct slice domain, struct match_list *ret_list)
{
	struct key_source *source = context;
	char name[DOMAIN_MAX + 1];
	enum status status = STATUS_OK;

	if (!is_known(source, org, domain))
		status = look_above(source, org, domain);
	if (status != STATUS_OK)
		source->sender[0] = '\0';
	else if (!source->above.has_keys[slice_first(domain, DOMAIN_MAX).len])
		status = STATUS_NOT_FOUND;
	if (status != STATUS_OK)
		return status;
	copy(domain, DOMAIN_MAX, name);
	return store_active_at(source->store, source->org, name, ret_list, NULL);
}
