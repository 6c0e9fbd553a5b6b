/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/snippet.h"

#include "base/network.h"
#include "base/scan.h"
#include "dkim/choice.h"

struct snippet {
	struct source *source;
	const struct conf *conf;
	struct report *report;
	struct buf *out;
};

/* What would end a string of libconfig, or the line, is nothing we put there. */
static bool
is_quotable(struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if ((unsigned char)c < ' ' || c == 0x7f || c == '"' || c == '\\')
			return false;
	}
	return true;
}

static void
lose(struct snippet *s, struct place place, struct slice subject, const char *why)
{
	report_put(s->report, place, subject, FATE_LOST, "%s", why);
}

static void
put_item(struct buf *list, struct slice text)
{
	buf_put_text(list, list->len > 0 ? ", \"" : "\"");
	buf_put(list, text);
	buf_put_char(list, '"');
}

static void
put_list(struct snippet *s, const char *name, const struct buf *list)
{
	buf_put_text(s->out, name);
	buf_put_text(s->out, " = [ ");
	buf_put(s->out, buf_slice(list));
	buf_put_text(s->out, list->len > 0 ? " ];\n" : "];\n");
}

/* An empty dataset where the setting is missing or cannot be read, which is told. */
static bool
read_names(struct snippet *s, const char *name, struct dataset *ret_dataset)
{
	const struct conf_entry *setting = conf_find(s->conf, name);
	struct error err;

	*ret_dataset = (struct dataset){ .count = 0 };
	if (setting == NULL)
		return false;
	if (dataset_read(s->source, setting, conf_value(s->conf, "BaseDirectory"), ret_dataset,
		&err) == STATUS_OK)
		return true;
	lose(s, setting->place, setting->name, err.text);
	return false;
}

/* ---- whose mail is ours ---- */

static struct slice
without_brackets(struct slice text)
{
	bool has_both = slice_starts_with(text, SLICE_LITERAL("[")) &&
	    slice_ends_with(text, SLICE_LITERAL("]"));

	return has_both ? slice_of(text.ptr + 1, text.len - 2) : text;
}

/* What is handed in on the machine itself counts as 127.0.0.1 there. */
static bool
has_loopback(const struct network *network)
{
	struct network loopback;

	return network_parse(SLICE_LITERAL("127.0.0.1"), &loopback, NULL) == STATUS_OK &&
	    network_has(network, &loopback);
}

static bool
put_host(struct snippet *s, const struct dataset_entry *entry, struct buf *list)
{
	struct slice text = without_brackets(entry->key);
	struct network network;
	struct error err;

	if (network_parse(text, &network, &err) == STATUS_OK) {
		put_item(list, text);
		return has_loopback(&network);
	}
	if (text.len > 0 && text.ptr[0] == '!')
		lose(s, entry->place, entry->key, "exceptions cannot be said: name the networks around it");
	else if (text.len > 0 && (scan_is_digit(text.ptr[0]) || slice_find(text, ':') < text.len))
		lose(s, entry->place, entry->key, err.text);
	else
		lose(s, entry->place, entry->key, "trusted_networks are addresses, never names");
	return false;
}

static void
put_networks(struct snippet *s)
{
	struct dataset hosts;
	struct buf list;
	bool is_local = false;

	buf_init(&list, SOURCE_MAX);
	if (conf_find(s->conf, "InternalHosts") == NULL) {
		put_item(&list, SLICE_LITERAL("127.0.0.1"));
		put_item(&list, SLICE_LITERAL("::1"));
		is_local = true;
	} else if (read_names(s, "InternalHosts", &hosts)) {
		for (size_t i = 0; i < hosts.count; i++)
			is_local |= put_host(s, &hosts.entries[i], &list);
	}
	if (is_local)
		put_item(&list, SLICE_LITERAL("local"));
	put_list(s, "trusted_networks", &list);
	buf_done(&list);
}

/* ---- canonicalization ---- */

/* One word is of the header alone; without any both are simple. */
static void
put_canonicalization(struct snippet *s)
{
	struct slice body = conf_value(s->conf, "Canonicalization");
	struct slice header = slice_cut(&body, '/');
	bool is_relaxed = slice_equal_nocase(header, SLICE_LITERAL("relaxed"));

	buf_put_text(s->out, "canonicalization = \"");
	buf_put_text(s->out, is_relaxed ? "relaxed/" : "simple/");
	is_relaxed = slice_equal_nocase(body, SLICE_LITERAL("relaxed"));
	buf_put_text(s->out, is_relaxed ? "relaxed\";\n" : "simple\";\n");
}

/* ---- header fields ---- */

static const struct choice_row *
default_row(struct slice name)
{
	for (const struct choice_row *row = choice_default; row->name != NULL; row++) {
		if (slice_equal_nocase(name, slice_from_text(row->name)))
			return row;
	}
	return NULL;
}

/* RFC 5322 §3.6.8, without what libconfig would read otherwise; * is a wildcard. */
static bool
is_field_name(struct slice name)
{
	return name.len > 0 && is_quotable(name) && slice_find(name, ':') == name.len &&
	    slice_find(name, ' ') == name.len && slice_find(name, '*') == name.len;
}

/* "*" is the default list, "+x" is beside it. */
static struct slice
field_of(const struct dataset_entry *entry)
{
	return slice_after(entry->key, entry->key.len > 0 && entry->key.ptr[0] == '+' ? 1 : 0);
}

static bool
has_name(const struct dataset *names, struct slice name)
{
	for (size_t i = 0; i < names->count; i++) {
		if (slice_equal_nocase(field_of(&names->entries[i]), name))
			return true;
	}
	return false;
}

/* Of what is named twice, the first. */
static void
put_field(struct snippet *s, const struct dataset *names, size_t index, bool is_known,
    struct buf *list)
{
	const struct dataset_entry *entry = &names->entries[index];
	struct dataset before = { .entries = names->entries, .count = index };
	struct slice name = field_of(entry);

	if (is_known || slice_equal(name, SLICE_LITERAL("*")) || has_name(&before, name))
		return;
	if (slice_starts_with(name, SLICE_LITERAL("-")))
		lose(s, entry->place, name, "see signed_fields.remove");
	else if (!is_field_name(name))
		lose(s, entry->place, name, "one name of a field is wanted");
	else
		put_item(list, name);
}

/* Absent, such a field is over-signed by signetd as well. */
static bool
is_oversigned(struct slice name)
{
	const struct choice_row *row = default_row(name);

	return row != NULL && row->rule == CHOICE_OVERSIGN_ALWAYS;
}

/* What opendkim was told to leave out may have had a reason. */
static void
put_narrower(struct snippet *s, const struct dataset *signed_names, const struct dataset *oversigned)
{
	struct buf list;

	buf_init(&list, 4096);
	for (const struct choice_row *row = choice_default; row->name != NULL; row++) {
		struct slice name = slice_from_text(row->name);

		if (!has_name(signed_names, name) && !has_name(oversigned, name) &&
		    !slice_equal(name, SLICE_LITERAL("From")))
			put_item(&list, name);
	}
	if (list.len > 0) {
		buf_put_text(s->out, "\t# To leave out what SignHeaders left out:\n");
		put_list(s, "\t#remove", &list);
	}
	buf_done(&list);
}

static void
put_field_lists(struct snippet *s, const struct buf *add, const struct buf *oversign)
{
	if (add->len > 0)
		put_list(s, "\tadd", add);
	if (oversign->len > 0)
		put_list(s, "\toversign", oversign);
}

static void
put_fields(struct snippet *s)
{
	struct dataset signed_names;
	struct dataset oversigned;
	bool has_signed = read_names(s, "SignHeaders", &signed_names);
	bool has_oversigned = read_names(s, "OversignHeaders", &oversigned);
	struct buf add;
	struct buf oversign;

	if (!has_signed && !has_oversigned)
		return;
	buf_init(&add, SOURCE_MAX);
	buf_init(&oversign, SOURCE_MAX);
	for (size_t i = 0; i < oversigned.count; i++)
		put_field(s, &oversigned, i, is_oversigned(field_of(&oversigned.entries[i])), &oversign);
	for (size_t i = 0; i < signed_names.count; i++) {
		struct slice name = field_of(&signed_names.entries[i]);

		put_field(s, &signed_names, i,
		    default_row(name) != NULL || has_name(&oversigned, name), &add);
	}
	buf_put_text(s->out, "signed_fields = {\n");
	put_field_lists(s, &add, &oversign);
	if (has_signed && !has_name(&signed_names, SLICE_LITERAL("*")))
		put_narrower(s, &signed_names, &oversigned);
	buf_put_text(s->out, "};\n");
	buf_done(&add);
	buf_done(&oversign);
}

/* ---- the socket ---- */

/* "inet:PORT@HOST": of names localhost alone is known here. */
static struct slice
address_of(struct slice host, bool is_v6)
{
	struct network network;

	host = without_brackets(host);
	if (network_parse(host, &network, NULL) == STATUS_OK)
		return host;
	return is_v6 ? SLICE_LITERAL("::1") : SLICE_LITERAL("127.0.0.1");
}

static void
put_inet(struct snippet *s, const struct conf_entry *setting, struct slice rest, bool is_v6)
{
	struct slice port = slice_cut(&rest, '@');
	struct slice address = address_of(rest, is_v6);

	if (!slice_equal(address, without_brackets(rest)) &&
	    !slice_equal_nocase(rest, SLICE_LITERAL("localhost")))
		lose(s, setting->place, setting->name,
		    "signetd.conf wants the address to listen at: for now it is loopback");
	buf_put_text(s->out, "\taddress = \"inet:");
	buf_put(s->out, address);
	buf_put_char(s->out, '@');
	buf_put(s->out, port);
	buf_put_text(s->out, "\";\n");
}

/* What a umask leaves of 0777 to a socket; without one it is the process's. */
static void
put_mode(struct snippet *s)
{
	struct slice text = conf_value(s->conf, "UMask");
	unsigned mask = 0;

	for (size_t i = 0; i < text.len; i++)
		mask = mask * 8 + (unsigned)(text.ptr[i] - '0') % 8;
	if (text.len > 0)
		buf_put_format(s->out, "\tmode = \"%04o\";\n", 0666 & ~mask & 0777);
}

/* opendkim's own group, where UserID has one. */
static void
put_group(struct snippet *s)
{
	struct slice group = conf_value(s->conf, "UserID");

	(void)slice_cut(&group, ':');
	if (group.len == 0 || !is_quotable(group))
		return;
	buf_put_text(s->out, "\tgroup = \"");
	buf_put(s->out, group);
	buf_put_text(s->out, "\";\n");
}

static void
put_unix(struct snippet *s, struct slice path)
{
	buf_put_text(s->out, "\taddress = \"unix:");
	buf_put(s->out, path);
	buf_put_text(s->out, "\";\n");
	put_mode(s);
	put_group(s);
}

static void
put_listener(struct snippet *s)
{
	const struct conf_entry *setting = conf_find(s->conf, "Socket");
	struct slice rest;
	struct slice kind;

	if (setting == NULL || !is_quotable(setting->value))
		return;
	rest = setting->value;
	buf_put_text(s->out, "# As soon as opendkim does not listen there any more:\nlisteners = ( {\n");
	if (rest.ptr[0] == '/') {
		put_unix(s, rest);
	} else {
		kind = slice_cut(&rest, ':');
		if (slice_starts_with(kind, SLICE_LITERAL("inet")))
			put_inet(s, setting, rest, slice_equal(kind, SLICE_LITERAL("inet6")));
		else
			put_unix(s, rest);
	}
	buf_put_text(s->out, "} );\n");
}

/* ---- all of it ---- */

static void
put_also_sign(struct snippet *s, const struct plan *plan)
{
	struct buf list;

	if (plan == NULL || plan->also_count == 0)
		return;
	buf_init(&list, 4096);
	for (size_t i = 0; i < plan->also_count; i++)
		put_item(&list, plan->also_sign[i]->domain);
	put_list(s, "also_sign", &list);
	buf_done(&list);
	if (plan->has_fallback)
		buf_put_text(s->out, "unverified_domain = \"fallback\";\n");
}

void
snippet_put(struct source *source, const struct conf *conf, const struct plan *plan,
    struct report *report, struct buf *out)
{
	struct snippet s = { source, conf, report, out };

	put_networks(&s);
	put_canonicalization(&s);
	put_also_sign(&s, plan);
	put_fields(&s);
	put_listener(&s);
}
