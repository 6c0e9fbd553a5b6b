/* SPDX-License-Identifier: ISC */
#include "ctl/diff/pair.h"

#include "ctl/diff/text.h"
#include "dkim/field.h"

static enum status
make_signature_form(
    const struct pair *pair, const struct diff_signature *signature, struct slice *ret_form)
{
	struct message_field field = { .name = FIELD_NAME };
	enum status status;
	struct buf value;

	buf_init(&value, PAIR_MAX_BYTES);
	signature_put_unsigned(&value, signature->value);
	field.value = buf_slice(&value);
	status = buf_status(&value);
	if (status == STATUS_OK)
		status = shelf_form(&pair->shelves[ORIGINAL], &field, ret_form);
	buf_done(&value);
	return status;
}

static enum status
compare_signatures(struct diff *diff, const struct pair *pair, const struct diff_signature *original,
    const struct diff_signature *received)
{
	struct difference difference = { .part = DIFF_PART_SIGNATURE, .name = FIELD_NAME, .number = 1 };
	enum status status = make_signature_form(pair, original, &difference.signed_form);

	if (status == STATUS_OK)
		status = make_signature_form(pair, received, &difference.received_form);
	if (status != STATUS_OK)
		return status;
	difference.change = DIFF_IS_CHANGED;
	difference.cause = CAUSE_CHANGED;
	if (!text_equal_without(original->signature, received->signature, " \t\r\n"))
		difference.cause = CAUSE_OTHER_SIGNATURE;
	else if (slice_equal(difference.signed_form, difference.received_form))
		return STATUS_OK;
	else if (text_equal_without(original->value, received->value, " \t\r\n"))
		difference.cause = CAUSE_REFOLDED;
	pair_add(diff, difference);
	return STATUS_OK;
}

enum status
pair_compare_own_field(struct diff *diff, const struct pair *pair)
{
	const struct diff_wanted wanted = { pair->signature->domain, pair->signature->selector,
		pair->signature->algorithm };
	struct diff_signature original, received;
	bool has_original = signature_find(pair->original, &wanted, &original) == STATUS_OK;
	bool has_received = signature_find(pair->received, &wanted, &received) == STATUS_OK;

	if (has_original && has_received)
		return compare_signatures(diff, pair, &original, &received);
	if (!has_received)
		pair_add(diff, (struct difference){ .part = DIFF_PART_SIGNATURE, .name = FIELD_NAME, .number = 1,
			.change = DIFF_IS_REMOVED, .cause = CAUSE_SIGNATURE_REMOVED });
	return STATUS_OK;
}
