/* SPDX-License-Identifier: ISC */
#include "keys/selector.h"

#include <time.h>

#include "base/buf.h"
#include "keys/domain.h"
#include "keys/readable.h"

static const char slot_letters[SLOT_COUNT] = { [SLOT_PRIMARY] = 'a', [SLOT_ALTERNATE] = 'b' };

static enum status
explain(struct slice text, enum status status, struct error *err)
{
	struct slice shown = domain_quote(text);

	if (status == STATUS_TOO_LARGE)
		return error_set(err, status,
		    "selector \"%.*s\" is too long: it has at most %d octets, each label at most %d",
		    SLICE_PRINT(shown), SELECTOR_MAX, LABEL_MAX);
	if (status == STATUS_NO_MEMORY)
		return error_set(err, status, "out of memory");
	return error_set(err, status,
	    "\"%.*s\" is not a selector: labels of letters, digits and hyphens are wanted",
	    SLICE_PRINT(shown));
}

enum status
selector_check(struct slice text, const char *domain, char ret_selector[SELECTOR_MAX + 1],
    struct error *err)
{
	char selector[SELECTOR_MAX + 1];
	enum status status = domain_normalize_labels(text, SELECTOR_MAX, selector);
	size_t name_len;

	if (status != STATUS_OK)
		return explain(text, status, err);
	name_len = strlen(selector) + strlen("._domainkey.") + strlen(domain);
	if (name_len > DOMAIN_MAX)
		return error_set(err, STATUS_TOO_LARGE,
		    "selector \"%s\" is too long for this domain: the name of its record would "
		    "have %zu octets, and a DNS name has at most %d",
		    selector, name_len, DOMAIN_MAX);
	memcpy(ret_selector, selector, strlen(selector) + 1);
	return STATUS_OK;
}

void
selector_make(int64_t now, enum slot slot, const uint8_t random[SELECTOR_RANDOM_SIZE],
    char ret_selector[SELECTOR_MAX + 1])
{
	time_t seconds = now;
	struct tm tm = { 0 };
	struct buf b;

	(void)gmtime_r(&seconds, &tm);
	buf_init_fixed(&b, ret_selector, SELECTOR_MAX + 1);
	buf_put_format(&b, "s%04d%02d%c-", tm.tm_year + 1900, tm.tm_mon + 1, slot_letters[slot]);
	readable_put(&b, random, SELECTOR_RANDOM_SIZE, SELECTOR_RANDOM_SIZE * 8 / 5);
	buf_put_char(&b, '\0');
}
