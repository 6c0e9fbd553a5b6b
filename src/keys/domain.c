/* SPDX-License-Identifier: ISC */
#include "keys/domain.h"

#include <idn2.h>

#include "base/scan.h"

/* A domain of 253 octets in A-labels is well below this in UTF-8. */
#define TEXT_MAX 1024

#define QUOTE_MAX 80

static bool
is_ascii(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

static bool
is_label_char(char c)
{
	return scan_is_alnum(c) || c == '-' || c == '_';
}

static enum status
check_label(struct slice label)
{
	if (label.len == 0)
		return STATUS_INVALID;
	if (label.len > LABEL_MAX)
		return STATUS_TOO_LARGE;
	if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
		return STATUS_INVALID;
	for (size_t i = 0; i < label.len; i++) {
		if (!is_label_char(label.ptr[i]))
			return STATUS_INVALID;
	}
	return STATUS_OK;
}

/* One or more labels between single dots. */
static enum status
check_labels(struct slice name)
{
	enum status status;

	do {
		/* the empty label after a dot at the end must not be lost */
		bool is_last = slice_find(name, '.') == name.len;

		status = check_label(slice_cut(&name, '.'));
		if (is_last)
			break;
	} while (status == STATUS_OK);
	return status;
}

/* name is in ASCII and may end with the dot of the root. */
static enum status
take_ascii(struct slice name, size_t max, char *ret_name)
{
	enum status status;

	if (slice_ends_with(name, SLICE_LITERAL(".")))
		name.len--;
	status = check_labels(name);
	if (status != STATUS_OK)
		return status;
	if (name.len > max)
		return STATUS_TOO_LARGE;
	for (size_t i = 0; i < name.len; i++)
		ret_name[i] = scan_to_lower(name.ptr[i]);
	ret_name[name.len] = '\0';
	return STATUS_OK;
}

static enum status
status_of_idn2(int code)
{
	switch (code) {
	case IDN2_OK:
		return STATUS_OK;
	case IDN2_MALLOC:
		return STATUS_NO_MEMORY;
	case IDN2_TOO_BIG_DOMAIN:
	case IDN2_TOO_BIG_LABEL:
		return STATUS_TOO_LARGE;
	default:
		return STATUS_INVALID;
	}
}

/*
 * STD3 rules are not asked of libidn2, because they forbid the underscore:
 * what the mapping made of the text ("℀" becomes "a/c", a full-width digit an
 * ASCII one) is checked afterwards like any other text.
 */
static enum status
take_unicode(struct slice text, size_t max, char *ret_name)
{
	char source[TEXT_MAX + 1];
	uint8_t *name = NULL;
	enum status status;

	if (text.len > TEXT_MAX)
		return STATUS_TOO_LARGE;
	if (slice_find(text, '\0') < text.len)
		return STATUS_INVALID;
	memcpy(source, text.ptr, text.len);
	source[text.len] = '\0';
	status = status_of_idn2(idn2_lookup_u8(
	    (const uint8_t *)source, &name, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL));
	if (status == STATUS_OK)
		status = take_ascii(slice_from_text((const char *)name), max, ret_name);
	idn2_free(name);
	return status;
}

enum status
domain_normalize_labels(struct slice text, size_t max, char *ret_name)
{
	return is_ascii(text) ? take_ascii(text, max, ret_name) : take_unicode(text, max, ret_name);
}

struct slice
domain_parent(struct slice domain)
{
	(void)slice_cut(&domain, '.');
	return domain;
}

static struct slice
last_label(struct slice domain)
{
	while (slice_find(domain, '.') < domain.len)
		domain = domain_parent(domain);
	return domain;
}

/* No top-level domain is a number (RFC 3696 §2), but the last octet of an IPv4 address is. */
static bool
is_number(struct slice label)
{
	for (size_t i = 0; i < label.len; i++) {
		if (!scan_is_digit(label.ptr[i]))
			return false;
	}
	return true;
}

enum status
domain_normalize(struct slice text, char ret_domain[DOMAIN_MAX + 1])
{
	char domain[DOMAIN_MAX + 1];
	enum status status = domain_normalize_labels(text, DOMAIN_MAX, domain);

	if (status != STATUS_OK)
		return status;
	if (is_number(last_label(slice_from_text(domain))))
		return STATUS_INVALID;
	memcpy(ret_domain, domain, strlen(domain) + 1);
	return STATUS_OK;
}

/* Addresses are the mistake worth its own sentence. */
static bool
is_address(struct slice text)
{
	text = slice_trim(text);
	if (slice_ends_with(text, SLICE_LITERAL(".")))
		text.len--;
	return slice_starts_with(text, SLICE_LITERAL("[")) || slice_find(text, ':') < text.len ||
	    (text.len > 0 && is_number(last_label(text)));
}

/* What a terminal would obey and not show: C0 and C1 controls, marks of direction and of no width. */
static bool
is_hidden(struct slice text)
{
	static const struct {
		const char *lead;
		unsigned char first, last; /* of the octet after it */
	} hidden[] = {
		{ "", 0x00, 0x1f },
		{ "", 0x7f, 0x7f },
		{ "\xc2", 0x80, 0x9f },
		{ "\xe2\x80", 0x8b, 0x8f },
		{ "\xe2\x80", 0xa8, 0xae },
		{ "\xe2\x81", 0xa0, 0xaf },
		{ "\xef\xbb", 0xbf, 0xbf },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		struct slice lead = slice_from_text(hidden[i].lead);
		unsigned char next;

		if (!slice_starts_with(text, lead) || text.len == lead.len)
			continue;
		next = (unsigned char)text.ptr[lead.len];
		if (next >= hidden[i].first && next <= hidden[i].last)
			return true;
	}
	return false;
}

struct slice
domain_quote(struct slice text)
{
	struct slice shown = slice_first(text, QUOTE_MAX);

	/* not in the middle of a character of UTF-8 */
	while (shown.len < text.len && shown.len > 0 && (text.ptr[shown.len] & 0xc0) == 0x80)
		shown.len--;
	for (size_t i = 0; i < shown.len; i++) {
		if (is_hidden(slice_after(shown, i)))
			shown.len = i;
	}
	return shown;
}

static enum status
explain(struct slice text, enum status status, struct error *err)
{
	struct slice shown = domain_quote(text);

	if (text.len == 0)
		return error_set(err, status, "the domain is empty");
	if (status == STATUS_TOO_LARGE)
		return error_set(err, status,
		    "\"%.*s\" is too long: a domain has at most %d octets, each label at most %d",
		    SLICE_PRINT(shown), DOMAIN_MAX, LABEL_MAX);
	if (status == STATUS_NO_MEMORY)
		return error_set(err, status, "out of memory");
	if (is_address(text))
		return error_set(err, status,
		    "\"%.*s\" is an address, not a domain: DKIM signs for domain names",
		    SLICE_PRINT(shown));
	return error_set(err, status,
	    "\"%.*s\" is not a domain name: labels of letters, digits and hyphens between "
	    "single dots are wanted",
	    SLICE_PRINT(shown));
}

/* SELECTOR._domainkey.DOMAIN, RFC 6376 §3.6.2.1 */
static bool
is_record_name(struct slice domain)
{
	for (; domain.len > 0; domain = domain_parent(domain)) {
		if (slice_starts_with(domain, SLICE_LITERAL("_domainkey.")))
			return true;
	}
	return false;
}

enum status
domain_check(struct slice text, char ret_domain[DOMAIN_MAX + 1], struct error *err)
{
	char domain[DOMAIN_MAX + 1];
	enum status status = domain_normalize(text, domain);

	if (status != STATUS_OK)
		return explain(text, status, err);
	if (slice_find(slice_from_text(domain), '.') == strlen(domain))
		return error_set(err, STATUS_INVALID,
		    "\"%s\" is a top-level name, not a domain one sends mail from", domain);
	if (is_record_name(slice_from_text(domain)))
		return error_set(err, STATUS_INVALID,
		    "\"%s\" is where a key is published: give the domain behind _domainkey", domain);
	memcpy(ret_domain, domain, strlen(domain) + 1);
	return STATUS_OK;
}
