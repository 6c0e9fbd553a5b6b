/* SPDX-License-Identifier: ISC */
#include "vault/generate.h"

#include "ipc/channel.h"
#include "vault/new_key.h"

static enum status
generate(const struct master *master, const struct frame_generate *request,
    struct new_key *ret_new)
{
	struct key *key = NULL;
	enum status status =
	    key_generate((enum algorithm)request->algorithm, request->key_bits, &key);

	if (status == STATUS_OK)
		status = new_key_seal(master, key, ret_new);
	key_release(&key);
	return status;
}

void
generate_answer(const struct master *master, const struct frame_generate *request,
    struct frame_generated *ret_answer)
{
	struct new_key new = { .sealed_len = 0 };

	*ret_answer = (struct frame_generated){ 0 };
	channel_head(&ret_answer->head, FRAME_GENERATED, sizeof(*ret_answer), request->head.epoch,
	    request->head.id);
	ret_answer->status = (uint32_t)generate(master, request, &new);
	ret_answer->sealed_len = (uint32_t)new.sealed_len;
	ret_answer->public_key_len = (uint32_t)new.public_key_len;
	memcpy(ret_answer->handle, new.handle.bytes, sizeof(ret_answer->handle));
	memcpy(ret_answer->sealed, new.sealed, sizeof(new.sealed));
	memcpy(ret_answer->public_key, new.public_key, sizeof(new.public_key));
}
