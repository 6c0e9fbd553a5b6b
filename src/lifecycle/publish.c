/* SPDX-License-Identifier: ISC */
#include "lifecycle/publish.h"

#include <stdio.h>

#include "lifecycle/publication.h"
#include "store/rotation.h"

/* ---- what is to be published ---- */

enum status
lifecycle_read_publication(struct store *store, int64_t set_number, enum slot slot,
    struct lifecycle_publication *ret_publication, struct error *err)
{
	struct lifecycle_publication publication = { .set_number = set_number, .slot = slot };
	const struct key_slot *of;
	struct key_set set;
	struct buf text;
	enum status status = store_find_set(store, set_number, &set, err);

	if (status != STATUS_OK)
		return status;
	of = &set.slots[slot];
	buf_init_fixed(&text, publication.text, sizeof(publication.text));
	if (!set.is_withdrawn)
		publication_put_key(&text, &set, slot);
	publication.text_len = text.len;
	publication.handle = of->handle;
	publication.status = of->publish;
	(void)snprintf(publication.domain, sizeof(publication.domain), "%s", set.domain);
	(void)snprintf(publication.name, sizeof(publication.name), "%s", of->txt_record_name);
	if (!of->has_key)
		return STATUS_NOT_FOUND;
	if (buf_status(&text) != STATUS_OK)
		return error_set(err, buf_status(&text), "the record of %s is too long", publication.name);
	*ret_publication = publication;
	return STATUS_OK;
}

/* ---- what came of it ---- */

static const char *
action_of(const struct lifecycle_publication *publication, const struct publish_status *came_out)
{
	if (came_out->state != PUBLISH_PUBLISHED)
		return "publish failed";
	return publication->text_len > 0 ? "publish" : "remove record";
}

static enum status
add_audit(struct store *store, const struct lifecycle_publication *publication,
    const struct publish_status *came_out, int64_t now, struct error *err)
{
	struct store_audit entry = {
		.at = now,
		.actor = "signetd",
		.on_behalf_of = "",
		.action = action_of(publication, came_out),
		.object = publication->name,
		.before = "",
		.after = came_out->sentence,
	};

	return store_add_audit(store, &entry, err);
}

/* Of the very record that was sent: meanwhile another key may be in the slot, or this one be revoked. */
static bool
is_still_wanted(const struct lifecycle_publication *wanted, const struct lifecycle_publication *sent)
{
	return memcmp(wanted->handle.bytes, sent->handle.bytes, sizeof(wanted->handle.bytes)) == 0 &&
	    slice_equal(slice_of(wanted->text, wanted->text_len), slice_of(sent->text, sent->text_len));
}

/* The same failure once more is none: a name server that is away for long must not fill the audit. */
static bool
is_news(const struct publish_status *old, const struct publish_status *new)
{
	return old->state != new->state || strcmp(old->sentence, new->sentence) != 0;
}

static enum status
keep(struct store *store, const struct lifecycle_publication *publication,
    const struct publish_status *old, const struct publish_status *new, int64_t now,
    struct error *err)
{
	enum status status;

	if (!is_news(old, new))
		return store_keep_publish(store, publication->set_number, publication->slot, new, err);
	status = store_set_publish(store, publication->set_number, publication->slot, new, err);
	if (status == STATUS_OK)
		status = add_audit(store, publication, new, now, err);
	return status;
}

static enum status
write(struct store *store, const struct lifecycle_publication *publication, bool is_done,
    const char *sentence, int64_t next_at, int64_t now, struct error *err)
{
	struct publish_status publish = {
		.state = is_done ? PUBLISH_PUBLISHED : PUBLISH_FAILED,
		.attempts = is_done ? 0 : publication->status.attempts + 1,
		.next_at = is_done ? 0 : next_at,
	};
	struct lifecycle_publication wanted;
	enum status status = lifecycle_read_publication(
	    store, publication->set_number, publication->slot, &wanted, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK || !is_still_wanted(&wanted, publication))
		return status;
	(void)snprintf(publish.sentence, sizeof(publish.sentence), "%s", is_done ? "" : sentence);
	status = keep(store, publication, &wanted.status, &publish, now, err);
	if (status == STATUS_OK)
		status = store_wake_rotation(store, publication->set_number, err);
	return status;
}

enum status
lifecycle_note_published(struct store *store, const struct lifecycle_publication *publication,
    enum status came_out, const char *sentence, int64_t backoff_s, int64_t now, struct error *err)
{
	enum status status = store_begin(store, err);

	if (status == STATUS_OK)
		status = write(store, publication, came_out == STATUS_OK, sentence, now + backoff_s, now, err);
	if (status == STATUS_OK)
		status = store_commit(store, err);
	store_rollback(store);
	return status;
}
