/* SPDX-License-Identifier: ISC */
#include "settings/check.h"

#include "settings/table.h"

/* What is changed, added or taken away on the way: signed, it would break the signature (RFC 6376 §5.4.1). */
static const char *const unsignable[] = {
	"Received",
	"Return-Path",
	"DKIM-Signature",
	"Authentication-Results",
	"ARC-Seal",
	"ARC-Message-Signature",
	"ARC-Authentication-Results",
	"Bcc",
	"Resent-Bcc",
};

/* What a message has of its own, and would lose if it were stamped with it. */
static const char *const unstampable[] = {
	"From",
	"Sender",
	"Reply-To",
	"To",
	"Cc",
	"Subject",
	"Date",
	"Message-ID",
	"In-Reply-To",
	"References",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
};

static const enum setting lists[] = {
	SETTING_FIELDS_ADD,
	SETTING_FIELDS_OVERSIGN,
	SETTING_FIELDS_REMOVE,
};
#define LIST_COUNT (sizeof(lists) / sizeof(lists[0]))

/* Of one list: far below what h= may name. */
#define FIELDS_MAX 100

static struct slice
field_at(const struct settings *settings, struct check_place place)
{
	return slice_from_text(settings_text(settings, place.setting, place.index));
}

static enum status
check_signable(struct slice name, enum setting list, struct error *err)
{
	for (size_t i = 0; i < sizeof(unsignable) / sizeof(unsignable[0]); i++) {
		if (list != SETTING_FIELDS_REMOVE &&
		    slice_equal_nocase(name, slice_from_text(unsignable[i])))
			return error_set(err, STATUS_INVALID,
			    "%s changes on the way, which would break the signature; remove it",
			    unsignable[i]);
	}
	if (list != SETTING_FIELDS_OVERSIGN && slice_equal_nocase(name, SLICE_LITERAL("From")))
		return error_set(err, STATUS_INVALID,
		    "From is over-signed in every signature (RFC 6376 section 5.4); remove it");
	return STATUS_OK;
}

/* Is it in this list before the place? */
static bool
is_in_list(const struct settings *settings, enum setting list, struct check_place before)
{
	unsigned end = list == before.setting ? before.index : settings_count(settings, list);

	for (unsigned i = 0; i < end; i++) {
		struct check_place place = { list, i };

		if (slice_equal_nocase(field_at(settings, place), field_at(settings, before)))
			return true;
	}
	return false;
}

static enum status
check_unique(const struct settings *settings, struct check_place place, struct error *err)
{
	for (size_t i = 0; i < LIST_COUNT && lists[i] <= place.setting; i++) {
		if (is_in_list(settings, lists[i], place))
			return error_set(err, STATUS_INVALID,
			    "\"%s\" is already in signed_fields.%s; remove one of the two",
			    settings_text(settings, place.setting, place.index),
			    table_row(lists[i])->name);
	}
	return STATUS_OK;
}

/* Does an organization have it written, for the signature to cover? */
static bool
is_sender_written(const struct settings *settings)
{
	for (unsigned i = 0; i < settings_count(settings, SETTING_ORG_NAME); i++) {
		if (settings_text(settings, SETTING_ORG_SENDER_HEADER, i)[0] != '\0')
			return true;
	}
	return false;
}

static enum status
check_field(const struct settings *settings, struct check_place place, struct error *err)
{
	struct slice name = field_at(settings, place);
	enum status status = check_signable(name, place.setting, err);

	if (place.index >= FIELDS_MAX)
		return error_set(
		    err, STATUS_INVALID, "more than %d fields; remove some", FIELDS_MAX);
	if (place.setting == SETTING_FIELDS_REMOVE && slice_equal_nocase(name, SLICE_LITERAL("Sender")) &&
	    is_sender_written(settings))
		return error_set(err, STATUS_INVALID,
		    "Sender is what sender_header writes, and is signed with it; remove one of the two");
	return status == STATUS_OK ? check_unique(settings, place, err) : status;
}

static bool
is_one_of(const char *const *names, size_t count, struct slice name)
{
	for (size_t i = 0; i < count; i++) {
		if (slice_equal_nocase(slice_from_text(names[i]), name))
			return true;
	}
	return false;
}

static bool
is_in_fields(const struct settings *settings, struct slice name)
{
	for (size_t i = 0; i < LIST_COUNT; i++) {
		for (unsigned k = 0; k < settings_count(settings, lists[i]); k++) {
			if (slice_equal_nocase(
			        field_at(settings, (struct check_place){ lists[i], k }), name))
				return true;
		}
	}
	return false;
}

enum status
check_stamp(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	struct slice name = slice_from_text(settings_text(settings, SETTING_STAMP_HEADER, 0));

	*ret_place = (struct check_place){ SETTING_STAMP_HEADER, 0 };
	if (is_one_of(unsignable, sizeof(unsignable) / sizeof(unsignable[0]), name))
		return error_set(err, STATUS_INVALID,
		    "%.*s changes on the way, which would break the signature; take another field",
		    SLICE_PRINT(name));
	if (is_one_of(unstampable, sizeof(unstampable) / sizeof(unstampable[0]), name))
		return error_set(err, STATUS_INVALID,
		    "%.*s is the sender's, and would be taken out; take another field, such as "
		    "X-Organization", SLICE_PRINT(name));
	if (name.len > 0 && is_in_fields(settings, name))
		return error_set(err, STATUS_INVALID,
		    "%.*s is in signed_fields; remove it there, it is over-signed", SLICE_PRINT(name));
	return STATUS_OK;
}

enum status
check_fields(const struct settings *settings, struct check_place *ret_place, struct error *err)
{
	for (size_t i = 0; i < LIST_COUNT; i++) {
		for (unsigned k = 0; k < settings_count(settings, lists[i]); k++) {
			struct check_place place = { lists[i], k };

			if (check_field(settings, place, err) == STATUS_OK)
				continue;
			*ret_place = place;
			return STATUS_INVALID;
		}
	}
	return STATUS_OK;
}
