/* SPDX-License-Identifier: ISC */
#include "vault/masters.h"

#include "ipc/channel.h"

enum status
masters_read(int current_fd, int previous_fd, struct masters *ret_masters, struct error *err)
{
	struct masters masters = { .current = NULL };
	enum status status = master_read(current_fd, &masters.current, err);

	if (status == STATUS_OK && previous_fd >= 0) {
		status = master_read(previous_fd, &masters.previous, err);
		if (status != STATUS_OK)
			status = error_prepend(err, status, "previous_master_key");
	}
	if (status == STATUS_OK)
		*ret_masters = masters;
	else
		masters_free(&masters);
	return status;
}

void
masters_free(struct masters *masters)
{
	master_free(&masters->current);
	master_free(&masters->previous);
}

enum status
masters_unseal(const struct masters *masters, const struct handle *handle, struct slice sealed,
    struct seal_label *ret_label, struct secret *ret_plain)
{
	enum status status = seal_open(masters->current, handle, sealed, ret_label, ret_plain);

	if (status != STATUS_DAMAGED || masters->previous == NULL)
		return status;
	return seal_open(masters->previous, handle, sealed, ret_label, ret_plain);
}

enum status
masters_name(const struct masters *masters, struct frame_checked *ret_answer)
{
	enum status status = master_check_value(masters->current, ret_answer->value);

	ret_answer->has_previous = masters->previous != NULL ? 1 : 0;
	if (status == STATUS_OK && masters->previous != NULL)
		status = master_check_value(masters->previous, ret_answer->previous);
	return status;
}

static enum status
reseal(const struct masters *masters, const struct frame_reseal *request,
    struct frame_resealed *answer)
{
	struct secret plain = { 0 };
	struct seal_label label;
	struct handle handle;
	size_t len = 0;
	enum status status;

	if (request->sealed_len > sizeof(request->sealed))
		return STATUS_DAMAGED;
	memcpy(handle.bytes, request->handle, sizeof(handle.bytes));
	status = masters_unseal(
	    masters, &handle, slice_of(request->sealed, request->sealed_len), &label, &plain);
	if (status == STATUS_OK)
		status = seal_close(masters->current, &handle, &label, &plain, answer->sealed, &len);
	secret_wipe(&plain);
	answer->sealed_len = (uint32_t)len;
	return status;
}

void
masters_reseal(const struct masters *masters, const struct frame_reseal *request,
    struct frame_resealed *ret_answer)
{
	*ret_answer = (struct frame_resealed){ 0 };
	channel_head(&ret_answer->head, FRAME_RESEALED, sizeof(*ret_answer), request->head.epoch,
	    request->head.id);
	ret_answer->status = (uint32_t)reseal(masters, request, ret_answer);
}
