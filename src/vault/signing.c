/* SPDX-License-Identifier: ISC */
#include "vault/signing.h"

#include "process/counters.h"
#include "process/log.h"
#include "process/role_start.h"
#include "vault/memory.h"

static enum status
unseal(const struct masters *masters, const struct handle *handle, struct slice sealed,
    struct key **ret_key)
{
	struct secret plain = { 0 };
	struct seal_label label;
	enum status status = masters_unseal(masters, handle, sealed, &label, &plain);

	if (status == STATUS_OK)
		status = key_from_plain(label.algorithm, &plain, ret_key);
	secret_wipe(&plain);
	return status;
}

/* The key of handle, held for the caller. */
static enum status
get_key(const struct signing *signing, const struct handle *handle, struct key **ret_key)
{
	uint8_t sealed[SEALED_MAX];
	enum status status;
	size_t len;

	status = view_keyring_find(signing->keyring, handle, sealed, &len);
	if (status == STATUS_NOT_FOUND) {
		cache_remove(signing->cache, handle);
		return status;
	}
	/* a keyring that cannot be read now is no reason to stop signing with a key at hand */
	*ret_key = cache_find(signing->cache, handle);
	counter_add(*ret_key != NULL ? &counters_own()->cache_hits : &counters_own()->cache_misses, 1);
	if (*ret_key != NULL)
		return STATUS_OK;
	if (status == STATUS_DAMAGED)
		role_leave_damaged_view("keyring");
	if (status == STATUS_OK)
		status = unseal(signing->masters, handle, slice_of(sealed, len), ret_key);
	if (status == STATUS_OK)
		cache_add(signing->cache, handle, *ret_key);
	return status;
}

static enum status
sign(const struct signing *signing, const struct handle *handle, enum algorithm algorithm,
    const uint8_t digest[KEY_DIGEST_SIZE], uint8_t ret_signature[KEY_SIGNATURE_MAX],
    size_t *ret_len)
{
	struct key *key = NULL;
	enum status status = get_key(signing, handle, &key);

	if (status != STATUS_OK)
		return status;
	if (key_algorithm(key) == algorithm)
		status = key_sign(key, digest, ret_signature, ret_len);
	else
		status = STATUS_INVALID;
	key_release(&key);
	return status;
}

/* Other keys are the memory that can be given up. */
static bool
make_room(const struct signing *signing)
{
	static struct log_often shortages = { .kind = "memory=short" };
	unsigned dropped = cache_drop_half(signing->cache);

	if (dropped > 0)
		log_write_often(&shortages, LOG_LEVEL_WARNING,
		    "memory=short: dropped %u unsealed keys (LimitMEMLOCK, ulimit -l)", dropped);
	return dropped > 0;
}

enum status
signing_sign(const struct signing *signing, const struct handle *handle, enum algorithm algorithm,
    const uint8_t digest[KEY_DIGEST_SIZE], uint8_t ret_signature[KEY_SIGNATURE_MAX],
    size_t *ret_len)
{
	enum status status;

	(void)memory_take_shortage();
	do {
		status = sign(signing, handle, algorithm, digest, ret_signature, ret_len);
		if (status != STATUS_OK && memory_take_shortage())
			status = STATUS_NO_MEMORY; /* not damaged, whatever came of it */
	} while (status == STATUS_NO_MEMORY && make_room(signing));
	return status;
}
