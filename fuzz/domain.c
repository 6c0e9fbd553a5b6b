/* SPDX-License-Identifier: ISC */
/* keys/domain.h and keys/selector.h: the octets are a domain name, and a selector. */
#include "keys/domain.h"

#include <idn2.h>
#include <stdlib.h>

#include "base/scan.h"
#include "keys/selector.h"
#include "target.h"

#define TEXT_MAX 2048
#define LONG_DOMAIN "a.domain.that.leaves.little.room.for.a.selector.in.front.of.it.example"

static bool
is_ascii(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80)
			return false;
	}
	return true;
}

/* ---- what is promised of a name ---- */

static void
check_label(struct slice label)
{
	TARGET_CHECK(label.len > 0 && label.len <= LABEL_MAX);
	TARGET_CHECK(label.ptr[0] != '-' && label.ptr[label.len - 1] != '-');
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];

		TARGET_CHECK((c >= 'a' && c <= 'z') || scan_is_digit(c) || c == '-' || c == '_');
	}
}

static void
check_name(struct slice name, size_t max)
{
	size_t labels = 1;

	TARGET_CHECK(name.len > 0 && name.len <= max && name.ptr[name.len - 1] != '.');
	for (size_t i = 0; i < name.len; i++)
		labels += name.ptr[i] == '.';
	for (; labels > 0; labels--) {
		check_label(slice_first(name, slice_find(name, '.')));
		name = domain_parent(name);
	}
	TARGET_CHECK(name.len == 0);
}

/* ---- the same name, written another way ---- */

static void
check_same(struct slice text, const char *domain)
{
	char again[DOMAIN_MAX + 1];

	TARGET_CHECK(domain_normalize(text, again) == STATUS_OK);
	TARGET_CHECK(strcmp(domain, again) == 0);
}

static void
check_upper_case(const char *domain)
{
	char upper[DOMAIN_MAX + 2];
	size_t len = strlen(domain);

	for (size_t i = 0; i < len; i++)
		upper[i] = domain[i] >= 'a' && domain[i] <= 'z' ? (char)(domain[i] & ~0x20) : domain[i];
	upper[len] = '.';
	check_same(slice_of(upper, len), domain);
	check_same(slice_of(upper, len + 1), domain);
}

/* U-labels became A-labels: their U-labels become the same (RFC 5891 §4.4, §5.3). */
static void
check_u_labels(const char *domain)
{
	char *unicode = NULL;

	if (idn2_to_unicode_8z8z(domain, &unicode, 0) != IDN2_OK)
		TARGET_CHECK(unicode == NULL);
	else
		check_same(slice_from_text(unicode), domain);
	idn2_free(unicode);
}

static void
check_domain(struct slice text, const char *domain)
{
	check_name(slice_from_text(domain), DOMAIN_MAX);
	check_same(slice_from_text(domain), domain);
	check_upper_case(domain);
	if (!is_ascii(text))
		check_u_labels(domain);
}

/* ---- sentences ---- */

static void
check_sentence(const struct error *err)
{
	size_t len = strlen(err->text);

	TARGET_CHECK(len > 0);
	for (size_t i = 0; i < len; i++)
		TARGET_CHECK((unsigned char)err->text[i] >= ' ' && err->text[i] != 0x7f);
}

static void
check_quote(struct slice text)
{
	struct slice quote = domain_quote(text);

	TARGET_CHECK(quote.len <= text.len && slice_starts_with(text, quote));
	for (size_t i = 0; i < quote.len; i++)
		TARGET_CHECK((unsigned char)quote.ptr[i] >= ' ' && quote.ptr[i] != 0x7f);
}

/* ---- all of it ---- */

static void
check_failure(enum status status, const char *untouched)
{
	TARGET_CHECK(status == STATUS_INVALID || status == STATUS_TOO_LARGE);
	TARGET_CHECK(strcmp(untouched, "untouched") == 0);
}

static void
try_domain(struct slice text)
{
	char domain[DOMAIN_MAX + 1] = "untouched";
	char checked[DOMAIN_MAX + 1] = "untouched";
	struct error err = { "" };
	enum status status = domain_normalize(text, domain);
	enum status verdict = domain_check(text, checked, &err);

	if (status == STATUS_OK)
		check_domain(text, domain);
	else
		check_failure(status, domain);
	if (verdict == STATUS_OK) {
		TARGET_CHECK(status == STATUS_OK && strcmp(domain, checked) == 0);
		TARGET_CHECK(strchr(checked, '.') != NULL);
	} else {
		check_failure(verdict, checked);
		check_sentence(&err);
		TARGET_CHECK(status == verdict || strchr(domain, '.') == NULL);
	}
}

static void
try_selector(struct slice text, const char *domain)
{
	char selector[SELECTOR_MAX + 1] = "untouched";
	char again[SELECTOR_MAX + 1];
	struct error err = { "" };
	enum status status = selector_check(text, domain, selector, &err);

	if (status != STATUS_OK) {
		check_failure(status, selector);
		check_sentence(&err);
		return;
	}
	check_name(slice_from_text(selector), SELECTOR_MAX);
	TARGET_CHECK(strlen(selector) + strlen("._domainkey.") + strlen(domain) <= DOMAIN_MAX);
	TARGET_CHECK(selector_check(slice_from_text(selector), domain, again, &err) == STATUS_OK);
	TARGET_CHECK(strcmp(selector, again) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_first(slice_of(data, size), TEXT_MAX);
	char *copy = target_copy(bytes);
	struct slice text = slice_of(copy, bytes.len);

	check_quote(text);
	try_domain(text);
	try_selector(text, "example.com");
	try_selector(text, LONG_DOMAIN "." LONG_DOMAIN);
	free(copy);
	return 0;
}
