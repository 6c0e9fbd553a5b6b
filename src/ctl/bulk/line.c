/* SPDX-License-Identifier: ISC */
#include "ctl/bulk/line.h"

#include "ctl/bulk/field.h"
#include "keys/domain.h"
#include "keys/key_size.h"
#include "keys/org.h"
#include "keys/selector.h"

static enum status
check_types(json_t *parameters, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(parameters, name, value) {
		enum status status = field_check(field_find(slice_from_text(name)), value, err);

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static struct slice
text_of(const json_t *parameters, const char *name)
{
	const json_t *value = json_object_get(parameters, name);

	return value != NULL ? slice_of(json_string_value(value), json_string_length(value))
	                     : SLICE_EMPTY;
}

static enum status
set_text(json_t *parameters, const char *name, const char *text, struct error *err)
{
	if (json_object_set_new(parameters, name, json_string(text)) != 0)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	return STATUS_OK;
}

static enum status
take_domain(json_t *parameters, char ret_domain[DOMAIN_MAX + 1], struct error *err)
{
	struct slice text = text_of(parameters, "domain");
	enum status status;

	if (text.len == 0)
		return error_set(err, STATUS_INVALID, "domain is missing");
	status = domain_check(text, ret_domain, err);
	return status == STATUS_OK ? set_text(parameters, "domain", ret_domain, err) : status;
}

static enum status
check_org(const json_t *parameters, struct error *err)
{
	char org[ORG_MAX + 1];

	if (json_object_get(parameters, "org") == NULL)
		return STATUS_OK;
	return org_check(text_of(parameters, "org"), org, err);
}

/* check_types has seen the words and the number. */
static enum status
check_size(const json_t *parameters, struct error *err)
{
	int algorithm = ALGORITHM_RSA_SHA256;
	json_int_t bits = json_integer_value(json_object_get(parameters, "key_size"));
	unsigned made;

	(void)!word_value(algorithm_words, text_of(parameters, "algorithm"), &algorithm);
	return key_size_check((enum algorithm)algorithm, (uint64_t)bits, &made, err);
}

static enum status
take_selector(json_t *parameters, const char *name, const char *domain, struct error *err)
{
	char selector[SELECTOR_MAX + 1];
	enum status status;

	if (json_object_get(parameters, name) == NULL)
		return STATUS_OK;
	status = selector_check(text_of(parameters, name), domain, selector, err);
	return status == STATUS_OK ? set_text(parameters, name, selector, err) : status;
}

/* What a key set has already cannot be asked for together with it. */
static enum status
check_handle(const json_t *parameters, struct error *err)
{
	static const char *const of_the_set[] = {
		"selector", "alternate_selector", "key_size", "publication", "test_mode",
	};
	struct handle handle;

	if (json_object_get(parameters, "private_key") == NULL)
		return STATUS_OK;
	if (handle_parse(text_of(parameters, "private_key"), &handle) != STATUS_OK)
		return error_set(err, STATUS_INVALID, "private_key is not sk_ and 32 hex digits");
	for (size_t i = 0; i < sizeof(of_the_set) / sizeof(of_the_set[0]); i++) {
		if (json_object_get(parameters, of_the_set[i]) != NULL)
			return error_set(err, STATUS_INVALID,
			    "private_key joins a key set, which has its %s already: leave one of them out",
			    of_the_set[i]);
	}
	return STATUS_OK;
}

enum status
line_check(json_t *parameters, struct error *err)
{
	char domain[DOMAIN_MAX + 1] = "";
	enum status status = check_types(parameters, err);

	if (status == STATUS_OK)
		status = take_domain(parameters, domain, err);
	if (status == STATUS_OK)
		status = check_org(parameters, err);
	if (status == STATUS_OK)
		status = check_size(parameters, err);
	if (status == STATUS_OK)
		status = take_selector(parameters, "selector", domain, err);
	if (status == STATUS_OK)
		status = take_selector(parameters, "alternate_selector", domain, err);
	return status == STATUS_OK ? check_handle(parameters, err) : status;
}
