/* SPDX-License-Identifier: ISC */
#include "dkim/address.h"

#include "base/buf.h"
#include "dkim/address_scan.h"

/* The list being built; doubled arrays leave their predecessors in the arena. */
struct builder {
	struct arena *arena;
	struct slice *domains;
	size_t count;
	size_t capacity;
	bool has_group; /* a list of empty groups is a list */
};

#define FIRST_CAPACITY 4

static enum status
grow(struct builder *builder)
{
	size_t capacity = builder->capacity > 0 ? 2 * builder->capacity : FIRST_CAPACITY;
	struct slice *domains = arena_alloc(builder->arena, capacity * sizeof(*domains));

	if (domains == NULL)
		return STATUS_NO_MEMORY;
	if (builder->count > 0)
		memcpy(domains, builder->domains, builder->count * sizeof(*domains));
	builder->domains = domains;
	builder->capacity = capacity;
	return STATUS_OK;
}

/* Takes over a domain that lives in the arena. */
static enum status
add_domain(struct builder *builder, struct slice domain)
{
	enum status status = STATUS_OK;

	if (builder->count == ADDRESS_LIST_MAX)
		return STATUS_TOO_LARGE;
	if (builder->count == builder->capacity)
		status = grow(builder);
	if (status == STATUS_OK)
		builder->domains[builder->count++] = domain;
	return status;
}

/* ---- one address ---- */

static bool
is_word(const struct address_scan *scan)
{
	return address_scan_is_atom(scan) || scan->token == TOKEN_QUOTED;
}

/*
 * Words with dots between them (RFC 5322 §3.4.1, §4.4), and dots wherever some
 * providers have allowed them: "a..b", "a.".
 */
static enum status
skip_local_part(struct address_scan *scan)
{
	bool was_word = false;

	if (!is_word(scan) && scan->token != '.')
		return STATUS_INVALID;
	while (is_word(scan) || scan->token == '.') {
		if (was_word && is_word(scan))
			return STATUS_INVALID;
		was_word = is_word(scan);
		address_scan_next(scan);
	}
	return STATUS_OK;
}

/* Atoms with single dots between, perhaps one at the end; text gets them without white space. */
static enum status
parse_labels(struct address_scan *scan, struct buf *text)
{
	while (address_scan_is_atom(scan)) {
		buf_put(text, scan->text);
		address_scan_next(scan);
		if (scan->token != '.')
			return STATUS_OK;
		buf_put_char(text, '.');
		address_scan_next(scan);
	}
	return text->len > 0 ? STATUS_OK : STATUS_INVALID;
}

static enum status
parse_domain(struct address_scan *scan, struct arena *arena, struct slice *ret_domain)
{
	char storage[ADDRESS_DOMAIN_MAX];
	struct buf text;
	enum status status = STATUS_OK;

	buf_init_fixed(&text, storage, sizeof(storage));
	if (scan->token == TOKEN_LITERAL) {
		buf_put(&text, scan->text);
		address_scan_next(scan);
	} else {
		status = parse_labels(scan, &text);
	}
	if (status != STATUS_OK || buf_status(&text) != STATUS_OK)
		return STATUS_INVALID;
	/* a full arena is the caller's shortage, never the field's fault */
	status = arena_copy(arena, buf_slice(&text), ret_domain);
	return status == STATUS_OK ? STATUS_OK : STATUS_NO_MEMORY;
}

/* local-part "@" domain; leaves the scanner on what follows. */
static enum status
parse_addr_spec(struct address_scan *scan, struct arena *arena, struct slice *ret_domain)
{
	enum status status = skip_local_part(scan);

	if (status != STATUS_OK)
		return status;
	if (scan->token != '@')
		return STATUS_INVALID;
	address_scan_next(scan);
	return parse_domain(scan, arena, ret_domain);
}

/* "@a,@b:" before the address in angle brackets (RFC 5322 §4.4, RFC 5321 §4.1.2). */
static enum status
skip_route(struct address_scan *scan)
{
	if (scan->token != '@' && scan->token != ',')
		return STATUS_OK;
	while (scan->token == '@' || scan->token == ',' || scan->token == '.' ||
	    address_scan_is_atom(scan) || scan->token == TOKEN_LITERAL)
		address_scan_next(scan);
	if (scan->token != ':')
		return STATUS_INVALID;
	address_scan_next(scan);
	return STATUS_OK;
}

/* "<" [route] addr-spec ">" */
static enum status
parse_angle(struct address_scan *scan, struct arena *arena, struct slice *ret_domain)
{
	struct slice domain;
	enum status status;

	address_scan_next(scan);
	status = skip_route(scan);
	if (status == STATUS_OK)
		status = parse_addr_spec(scan, arena, &domain);
	if (status != STATUS_OK)
		return status;
	if (scan->token != '>')
		return STATUS_INVALID;
	address_scan_next(scan);
	*ret_domain = domain;
	return STATUS_OK;
}

/* ---- lists ---- */

/* Where one element of a list ends and, perhaps, the next begins. */
static bool
is_delimiter(const struct address_scan *scan)
{
	return scan->token == ',' || scan->token == ';' || scan->token == TOKEN_END;
}

/* A bare address that is a whole element; for anything else the scanner stays where it is. */
static enum status
parse_bare(struct address_scan *scan, struct arena *arena, struct slice *ret_domain)
{
	struct address_scan ahead = *scan;
	struct slice domain;
	enum status status = parse_addr_spec(&ahead, arena, &domain);

	if (status != STATUS_OK)
		return status;
	if (!is_delimiter(&ahead))
		return STATUS_INVALID;
	*scan = ahead;
	*ret_domain = domain;
	return STATUS_OK;
}

/* Encoded words, whatever is in them, are atoms of a display name. */
static bool
is_name_part(const struct address_scan *scan)
{
	return scan->token == TOKEN_ATOM || scan->token == TOKEN_QUOTED ||
	    scan->token == TOKEN_LITERAL || scan->token == '.' || scan->token == '@';
}

/* A display name, read generously, up to "<", ":" or what cannot be in one. */
static void
skip_phrase(struct address_scan *scan)
{
	while (is_name_part(scan))
		address_scan_next(scan);
}

/* The address after a display name that has been skipped. */
static enum status
parse_named(struct address_scan *scan, struct builder *builder)
{
	struct slice domain;
	enum status status;

	if (scan->token != '<')
		return STATUS_INVALID;
	status = parse_angle(scan, builder->arena, &domain);
	if (status != STATUS_OK)
		return status;
	return is_delimiter(scan) ? add_domain(builder, domain) : STATUS_INVALID;
}

/* One element of a group: a mailbox. */
static enum status
parse_mailbox(struct address_scan *scan, struct builder *builder)
{
	struct slice domain;
	enum status status = parse_bare(scan, builder->arena, &domain);

	if (status == STATUS_OK)
		return add_domain(builder, domain);
	if (status != STATUS_INVALID)
		return status;
	skip_phrase(scan);
	return parse_named(scan, builder);
}

/* What follows "name:", up to and with ";". */
static enum status
parse_group(struct address_scan *scan, struct builder *builder)
{
	address_scan_next(scan);
	builder->has_group = true;
	while (scan->token != ';') {
		enum status status = STATUS_OK;

		if (scan->token == ',')
			address_scan_next(scan);
		else
			status = parse_mailbox(scan, builder);
		if (status != STATUS_OK)
			return status;
	}
	address_scan_next(scan);
	return STATUS_OK;
}

/* A mailbox or a group. */
static enum status
parse_address(struct address_scan *scan, struct builder *builder)
{
	struct slice domain;
	enum status status = parse_bare(scan, builder->arena, &domain);
	bool has_name;

	if (status == STATUS_OK)
		return add_domain(builder, domain);
	if (status != STATUS_INVALID)
		return status;
	has_name = scan->token == TOKEN_ATOM || scan->token == TOKEN_QUOTED;
	skip_phrase(scan);
	if (has_name && scan->token == ':')
		return parse_group(scan, builder);
	return parse_named(scan, builder);
}

/* Addresses with commas between; empty elements are allowed (RFC 5322 §4.4). */
static enum status
parse_addresses(struct address_scan *scan, struct builder *builder)
{
	while (scan->token != TOKEN_END) {
		enum status status = STATUS_OK;

		if (scan->token != ',')
			status = parse_address(scan, builder);
		if (status != STATUS_OK)
			return status;
		if (scan->token == ',')
			address_scan_next(scan);
		else if (scan->token != TOKEN_END)
			return STATUS_INVALID;
	}
	return builder->count > 0 || builder->has_group ? STATUS_OK : STATUS_INVALID;
}

enum status
address_parse_list(struct slice value, struct arena *arena, struct address_list *ret_list)
{
	struct builder builder = { .arena = arena };
	struct address_scan scan;
	enum status status;

	address_scan_init(&scan, value);
	status = parse_addresses(&scan, &builder);
	if (status != STATUS_OK)
		return status;
	*ret_list = (struct address_list){ builder.domains, builder.count };
	return STATUS_OK;
}

enum status
address_parse_path(struct slice path, struct arena *arena, struct slice *ret_domain)
{
	struct slice trimmed = slice_trim(path);
	struct address_scan scan;
	struct slice domain;
	enum status status;

	if (trimmed.len == 0 || slice_equal(trimmed, SLICE_LITERAL("<>")))
		return STATUS_NOT_FOUND;
	address_scan_init(&scan, trimmed);
	if (scan.token == '<')
		return parse_angle(&scan, arena, ret_domain);
	status = parse_addr_spec(&scan, arena, &domain);
	if (status != STATUS_OK)
		return status;
	if (scan.token != TOKEN_END)
		return STATUS_INVALID;
	*ret_domain = domain;
	return STATUS_OK;
}
