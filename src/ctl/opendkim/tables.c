/* SPDX-License-Identifier: ISC */
#include "ctl/opendkim/tables.h"

#include "base/buf.h"
#include "base/scan.h"

static enum status
read_setting(struct source *source, const struct conf *conf, const char *name,
    struct dataset *ret_dataset, struct error *err)
{
	const struct conf_entry *setting = conf_find(conf, name);

	if (setting == NULL)
		return error_set(err, STATUS_REFUSED, "%s: no %s: opendkim signs nothing",
		    conf->first != NULL ? conf->first->place.file : "opendkim.conf", name);
	return dataset_read(source, setting, conf_value(conf, "BaseDirectory"), ret_dataset, err);
}

static enum status
make(struct source *source, const struct dataset *keys, const struct dataset *rules,
    struct tables *tables, struct error *err)
{
	enum status status = key_table_make(source, keys, &tables->keys);

	if (status == STATUS_OK)
		status = signing_table_make(source, rules, &tables->rules);
	return status == STATUS_OK ? status : error_set(err, status, "out of memory");
}

/* ---- KeyTable and SigningTable ---- */

/* In a refile: each name is a pattern, and these mean themselves. */
static bool
is_plain(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		if (!scan_is_alnum(name.ptr[i]) && strchr("._-@%/=,:+", name.ptr[i]) == NULL)
			return false;
	}
	return name.len > 0;
}

/* Those who copied it from a guide have their KeyTable in a refile:, with plain names. */
static enum status
check_names(const struct dataset *keys, struct error *err)
{
	for (size_t i = 0; keys->kind == DATASET_PATTERNS && i < keys->count; i++) {
		const struct dataset_entry *entry = &keys->entries[i];

		if (!is_plain(entry->key))
			return error_set(err, STATUS_REFUSED,
			    "%s:%u: \"%.*s\": in a refile: that is a pattern; a KeyTable is looked up by "
			    "name: give the key a plain one",
			    entry->place.file, entry->place.line, SLICE_PRINT(slice_first(entry->key, 64)));
	}
	return STATUS_OK;
}

static enum status
read_tables(
    struct source *source, const struct conf *conf, struct tables *tables, struct error *err)
{
	struct dataset keys;
	struct dataset rules;
	enum status status = read_setting(source, conf, "KeyTable", &keys, err);

	if (status == STATUS_OK)
		status = read_setting(source, conf, "SigningTable", &rules, err);
	if (status == STATUS_OK)
		status = check_names(&keys, err);
	return status == STATUS_OK ? make(source, &keys, &rules, tables, err) : status;
}

/* ---- Domain, Selector and KeyFile ---- */

/* What the tables would say. */
struct single {
	struct source *source;
	const struct conf_entry *key_file;
	struct slice selector;
	bool has_subdomains;
	struct dataset keys;
	struct dataset rules;
};

/* "DOMAIN:SELECTOR:FILE", the file so that it is seen to be one. */
static char *
key_value(const struct single *s, struct slice domain)
{
	char storage[8192];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	buf_put(&text, domain);
	buf_put_char(&text, ':');
	buf_put(&text, s->selector);
	buf_put_char(&text, ':');
	if (s->key_file->value.ptr[0] != '/')
		buf_put_text(&text, "./");
	buf_put(&text, s->key_file->value);
	return buf_status(&text) == STATUS_OK ? source_text(s->source, buf_slice(&text)) : NULL;
}

/* ".example.com"; empty when memory is out. */
static struct slice
below(const struct single *s, struct slice domain)
{
	char *text = arena_alloc(s->source->arena, domain.len + 1);

	if (text == NULL)
		return SLICE_EMPTY;
	text[0] = '.';
	memcpy(text + 1, domain.ptr, domain.len);
	return slice_of(text, domain.len + 1);
}

/* "*" is everybody, each by his own domain. */
static bool
add_domain(struct single *s, const struct dataset_entry *domain)
{
	struct dataset_entry *keys = (struct dataset_entry *)(uintptr_t)s->keys.entries;
	struct dataset_entry *rules = (struct dataset_entry *)(uintptr_t)s->rules.entries;
	bool is_everybody = slice_equal(domain->key, SLICE_LITERAL("*"));
	char *value = key_value(s, is_everybody ? SLICE_LITERAL("%") : domain->key);
	struct dataset_entry rule = { domain->place, domain->key, domain->key };

	if (value == NULL)
		return false;
	keys[s->keys.count++] =
	    (struct dataset_entry){ s->key_file->place, domain->key, slice_from_text(value) };
	rules[s->rules.count++] = rule;
	if (!s->has_subdomains || is_everybody)
		return true;
	rule.key = below(s, domain->key);
	rules[s->rules.count++] = rule;
	return rule.key.len > 0;
}

static enum status
check_single(const struct conf *conf, struct error *err)
{
	static const char *const wanted[] = { "Domain", "Selector", "KeyFile" };

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (conf_find(conf, wanted[i]) == NULL)
			return error_set(err, STATUS_REFUSED,
			    "%s: no KeyTable, and no %s: opendkim signs nothing",
			    conf->first != NULL ? conf->first->place.file : "opendkim.conf",
			    wanted[i]);
	}
	return STATUS_OK;
}

static enum status
read_single(
    struct source *source, const struct conf *conf, struct tables *tables, struct error *err)
{
	struct single s = { .source = source, .key_file = conf_find(conf, "KeyFile") };
	struct dataset domains;
	enum status status = check_single(conf, err);

	if (status == STATUS_OK)
		status = read_setting(source, conf, "Domain", &domains, err);
	if (status == STATUS_OK && domains.kind == DATASET_PATTERNS)
		status = error_set(err, STATUS_REFUSED, "%s: Domain is a refile: name each domain",
		    conf->first->place.file);
	if (status != STATUS_OK)
		return status;
	s.selector = conf_value(conf, "Selector");
	s.has_subdomains = conf_flag(conf, "SubDomains");
	s.keys.entries = arena_alloc(source->arena, (domains.count + 1) * sizeof(*s.keys.entries));
	s.rules.entries = arena_alloc(source->arena, (2 * domains.count + 1) * sizeof(*s.rules.entries));
	if (s.keys.entries == NULL || s.rules.entries == NULL)
		return error_set(err, STATUS_NO_MEMORY, "out of memory");
	for (size_t i = 0; i < domains.count; i++) {
		if (!add_domain(&s, &domains.entries[i]))
			return error_set(err, STATUS_NO_MEMORY, "out of memory");
	}
	return make(source, &s.keys, &s.rules, tables, err);
}

/* ---- either ---- */

/* Mode is a heap of letters; without it, both. */
static enum status
check_mode(const struct conf *conf, struct error *err)
{
	const struct conf_entry *mode = conf_find(conf, "Mode");

	if (mode == NULL || slice_find(mode->value, 's') < mode->value.len)
		return STATUS_OK;
	return error_set(err, STATUS_REFUSED, "%s:%u: Mode %.*s: opendkim signs nothing",
	    mode->place.file, mode->place.line, SLICE_PRINT(slice_first(mode->value, 32)));
}

enum status
tables_read(struct source *source, const struct conf *conf, struct tables *ret_tables,
    struct error *err)
{
	struct tables tables = {
		.has_multiple = conf_flag(conf, "MultipleSignatures"),
		.base = conf_value(conf, "BaseDirectory"),
	};
	enum status status = check_mode(conf, err);

	if (status != STATUS_OK)
		return status;
	if (conf_find(conf, "KeyTable") != NULL)
		status = read_tables(source, conf, &tables, err);
	else
		status = read_single(source, conf, &tables, err);
	if (status == STATUS_OK)
		*ret_tables = tables;
	return status;
}
