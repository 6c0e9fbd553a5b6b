/* SPDX-License-Identifier: ISC */
/* The two kinds of view, and the position that both have. */
#include "view/entry.h"
#include "view/raw.h"
#include "view/view.h"

static struct slice
handle_key(const struct handle *handle)
{
	return slice_of(handle->bytes, sizeof(handle->bytes));
}

/* ---- looking up ---- */

enum status
view_table_find(struct view *table, struct slice org, struct slice domain,
    struct match_list *ret_list)
{
	char copy[ENTRY_LIST_MAX];
	struct entry_key key;
	struct slice value;
	enum status status;

	if (entry_make_key(org, domain, &key) != STATUS_OK)
		return STATUS_NOT_FOUND;
	status = raw_find(table, entry_key_slice(&key), copy, sizeof(copy), &value);
	if (status != STATUS_OK)
		return status;
	return entry_decode_list(entry_key_slice(&key), value, ret_list);
}

enum status
view_keyring_find(struct view *keyring, const struct handle *handle,
    uint8_t ret_sealed[SEALED_MAX], size_t *ret_len)
{
	char copy[ENTRY_SEALED_MAX];
	struct slice value;
	enum status status = raw_find(keyring, handle_key(handle), copy, sizeof(copy), &value);

	if (status != STATUS_OK)
		return status;
	return entry_decode_sealed(handle_key(handle), value, ret_sealed, ret_len);
}

enum status
view_get_position(struct view *view, struct view_position *ret_position, struct error *err)
{
	char copy[ENTRY_POSITION_MAX];
	struct entry_key key;
	struct slice value;
	enum status status;

	entry_make_position_key(&key);
	status = raw_find(view, entry_key_slice(&key), copy, sizeof(copy), &value);
	if (status == STATUS_OK)
		status = entry_decode_position(entry_key_slice(&key), value, ret_position);
	if (status != STATUS_OK && status != STATUS_NOT_FOUND)
		return error_set(err, status, "cannot read the position of the view (%s)",
		    status_name(status));
	return status;
}

/* ---- writing ---- */

static enum status
put_position(struct view_write *write, const struct view_position *position, struct error *err)
{
	char storage[ENTRY_POSITION_MAX];
	struct entry_key key;
	struct buf value;
	enum status status;

	entry_make_position_key(&key);
	buf_init_fixed(&value, storage, sizeof(storage));
	status = entry_encode_position(entry_key_slice(&key), position, &value);
	if (status != STATUS_OK)
		return error_set(err, status, "cannot write the position of the view");
	return raw_put(write, entry_key_slice(&key), buf_slice(&value), err);
}

enum status
view_write_commit(
    struct view_write **write, const struct view_position *position, struct error *err)
{
	enum status status = put_position(*write, position, err);

	if (status == STATUS_OK)
		return raw_commit(write, err);
	view_write_abort(write);
	return status;
}

enum status
view_table_put(struct view_write *write, struct slice org, struct slice domain,
    const struct match_list *list, struct error *err)
{
	char storage[ENTRY_LIST_MAX];
	struct entry_key key;
	struct buf value;

	if (entry_make_key(org, domain, &key) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "no organization or domain of the view");
	if (list->count == 0)
		return raw_delete(write, entry_key_slice(&key), err);
	buf_init_fixed(&value, storage, sizeof(storage));
	if (entry_encode_list(entry_key_slice(&key), list, &value) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "the keys of %.*s do not fit the view",
		    SLICE_PRINT(domain));
	return raw_put(write, entry_key_slice(&key), buf_slice(&value), err);
}

enum status
view_keyring_put(struct view_write *write, const struct handle *handle, const uint8_t *sealed,
    size_t len, struct error *err)
{
	char storage[ENTRY_SEALED_MAX];
	struct buf value;

	if (len == 0)
		return raw_delete(write, handle_key(handle), err);
	buf_init_fixed(&value, storage, sizeof(storage));
	if (entry_encode_sealed(handle_key(handle), slice_of(sealed, len), &value) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "%zu octets are no sealed key", len);
	return raw_put(write, handle_key(handle), buf_slice(&value), err);
}
