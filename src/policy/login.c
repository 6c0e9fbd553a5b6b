/* SPDX-License-Identifier: ISC */
#include "policy/question.h"

#include "base/scan.h"
#include "policy/rule.h"

/* The first that names the login binds it. */
static const struct decide_binding *
find_binding(const struct question *q)
{
	for (size_t i = 0; i < q->settings->binding_count; i++) {
		const struct decide_binding *binding = &q->settings->bindings[i];

		if (rule_takes_login(binding->login, q->facts->login))
			return binding;
	}
	return NULL;
}

/* The login's own domain; empty when it has none. */
static void
read_own(struct slice login, char ret_domain[DOMAIN_MAX + 1])
{
	struct slice domain = login;

	ret_domain[0] = '\0';
	while (slice_find(domain, '@') < domain.len)
		(void)slice_cut(&domain, '@');
	if (domain.len == login.len || question_normalize(domain, ret_domain) != STATUS_OK)
		ret_domain[0] = '\0';
}

static bool
does_allow(const struct decide_scope *scope, struct slice domain, struct slice own)
{
	switch (scope->kind) {
	case SCOPE_DOMAIN:
		return slice_equal(domain, scope->domain);
	case SCOPE_BELOW:
		return domain.len > scope->domain.len + 1 && slice_ends_with(domain, scope->domain) &&
		    domain.ptr[domain.len - scope->domain.len - 1] == '.';
	case SCOPE_OWN:
		return own.len > 0 && slice_equal(domain, own);
	}
	return false;
}

/* A literal, or what nobody could look up: what a reply had better not have is a "?". */
static void
name_oddity(struct slice text, char ret_name[DOMAIN_MAX + 1])
{
	struct slice cut = slice_first(slice_trim(text), DOMAIN_MAX);
	struct slice marks = SLICE_LITERAL(".-[]:");

	for (size_t i = 0; i < cut.len; i++) {
		char c = cut.ptr[i];

		ret_name[i] = scan_is_alnum(c) || slice_find(marks, c) < marks.len ? c : '?';
	}
	ret_name[cut.len] = '\0';
}

/* The domain that is not allowed goes to the verdict's sender: the reply names it. */
static enum status
check_domain(const struct decide_binding *binding, struct slice text, struct slice own,
    struct verdict *verdict)
{
	char domain[DOMAIN_MAX + 1];
	enum status status = question_normalize(text, domain);

	if (status == STATUS_NOT_FOUND) {
		name_oddity(text, verdict->sender);
		return STATUS_REFUSED;
	}
	for (size_t i = 0; i < binding->scope_count && status == STATUS_OK; i++) {
		if (does_allow(&binding->scopes[i], slice_from_text(domain), own))
			return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	memcpy(verdict->sender, domain, sizeof(domain));
	return STATUS_REFUSED;
}

/* Does the envelope sign? */
static bool
has_envelope(const struct question *q)
{
	for (size_t i = 0; i < q->settings->identity_count; i++) {
		if (q->settings->identities[i] == IDENTITY_ENVELOPE_FROM)
			return q->facts->envelope_domain.len > 0;
	}
	return false;
}

static enum status
check_domains(const struct question *q, const struct decide_binding *binding, struct verdict *verdict)
{
	char own[DOMAIN_MAX + 1];
	enum status status = STATUS_OK;

	read_own(q->facts->login, own);
	for (size_t i = 0; i < q->facts->sender_count && status == STATUS_OK; i++)
		status = check_domain(binding, q->facts->senders[i], slice_from_text(own), verdict);
	if (status == STATUS_OK && has_envelope(q))
		status = check_domain(
		    binding, q->facts->envelope_domain, slice_from_text(own), verdict);
	return status;
}

enum status
login_check(const struct question *q, struct verdict *verdict)
{
	const struct decide_binding *binding = find_binding(q);
	enum status status;

	if (q->facts->login.len == 0 || binding == NULL)
		return STATUS_OK;
	status = check_domains(q, binding, verdict);
	if (status == STATUS_OK || status == STATUS_REFUSED)
		question_note(verdict, "login-domain", status == STATUS_OK ? "pass" : "login-domain",
		    binding->line);
	return status;
}
