/* SPDX-License-Identifier: ISC */
#include "keeper/lifecycle_publish.h"

#include <stdio.h>

#include "keeper/publication.h"
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
	publication_put_key(&text, &set, slot);
	publication.text_len = text.len;
	publication.handle = of->handle;
	publication.attempts = of->publish.attempts;
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

static enum status
add_audit(struct store *store, const struct lifecycle_publication *publication, bool is_done,
    const char *sentence, int64_t now, struct error *err)
{
	struct store_audit entry = {
		.at = now,
		.actor = "signetd",
		.on_behalf_of = "",
		.action = is_done ? "publish" : "publish failed",
		.object = publication->name,
		.before = "",
		.after = sentence,
	};

	return store_add_audit(store, &entry, err);
}

/* The key, its revocation, or test mode may be another since the record was sent. */
static bool
is_same_record(
    const struct lifecycle_publication *a, const struct lifecycle_publication *b)
{
	return a->text_len == b->text_len && memcmp(a->text, b->text, a->text_len) == 0 &&
	    memcmp(a->handle.bytes, b->handle.bytes, sizeof(a->handle.bytes)) == 0;
}

static enum status
write(struct store *store, const struct lifecycle_publication *publication, bool is_done,
    const char *sentence, int64_t next_at, int64_t now, struct error *err)
{
	struct publish_status publish = {
		.state = is_done ? PUBLISH_PUBLISHED : PUBLISH_FAILED,
		.attempts = is_done ? 0 : publication->attempts + 1,
		.next_at = is_done ? 0 : next_at,
	};
	struct lifecycle_publication wanted;
	enum status status = lifecycle_read_publication(
	    store, publication->set_number, publication->slot, &wanted, err);

	if (status == STATUS_NOT_FOUND)
		return STATUS_OK;
	if (status != STATUS_OK || !is_same_record(publication, &wanted))
		return status;
	(void)snprintf(publish.sentence, sizeof(publish.sentence), "%s", is_done ? "" : sentence);
	status = store_set_publish(store, publication->set_number, publication->slot, &publish, err);
	if (status == STATUS_OK)
		status = store_wake_rotation(store, publication->set_number, err);
	if (status == STATUS_OK)
		status = add_audit(store, publication, is_done, publish.sentence, now, err);
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
