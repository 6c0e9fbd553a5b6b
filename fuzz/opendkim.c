/* SPDX-License-Identifier: ISC */
/* ctl/opendkim/: the octets are opendkim.conf, a KeyTable and a SigningTable, a form feed between each. */
#include <stdlib.h>

#include "base/buf.h"
#include "ctl/opendkim/fates.h"
#include "ctl/opendkim/remarks.h"
#include "ctl/opendkim/snippet.h"
#include "ctl/opendkim/tables.h"
#include "keys/domain.h"
#include "target.h"

#define MEMORY_MAX (64U << 20)
#define TEXT_MAX 65536

struct files {
	struct slice conf;
	struct slice keys;
	struct slice senders;
};

/* "/keys", "/senders"; of all others the configuration itself, which ends at the fifth level. */
static enum status
read_octets(struct source *source, const char *path, struct slice *ret_text, struct error *err)
{
	const struct files *files = source->context;

	(void)err;
	*ret_text = files->conf;
	if (strcmp(path, "/keys") == 0)
		*ret_text = files->keys;
	if (strcmp(path, "/senders") == 0)
		*ret_text = files->senders;
	return STATUS_OK;
}

static void
check_domain(struct slice domain)
{
	char again[DOMAIN_MAX + 1];

	TARGET_CHECK(domain_normalize(domain, again) == STATUS_OK);
	TARGET_CHECK(slice_equal(domain, slice_from_text(again)));
}

/* No two keys match the same senders of a domain, and each is one the daemon could take. */
static void
check_keys(const struct plan *plan)
{
	unsigned taken = 0;

	for (size_t i = 0; i < plan->key_count; i++) {
		const struct plan_key *key = &plan->keys[i];

		if (i == 0 || !slice_equal(plan->keys[i - 1].domain, key->domain))
			taken = 0;
		TARGET_CHECK((taken & (unsigned)key->domain_match) == 0);
		taken |= (unsigned)key->domain_match;
		TARGET_CHECK(key->key->trouble == NULL && key->path[0] != '\0');
		check_domain(key->domain);
	}
}

/* Whoever is said to be signed alike has as many signatures. */
static void
check_senders(const struct plan *plan)
{
	const struct plan_key *keys[1 + PLAN_ALSO_MAX];

	for (size_t i = 0; i < plan->sender_count; i++) {
		const struct senders *senders = &plan->senders[i];

		if (plan_is_same(plan, senders))
			TARGET_CHECK(plan_sign(plan, senders, keys) == senders->count);
		TARGET_CHECK(senders->count <= 2);
	}
}

/* No control character gets to a terminal or a configuration from there. */
static void
check_snippet(struct slice snippet)
{
	for (size_t i = 0; i < snippet.len; i++) {
		char c = snippet.ptr[i];

		TARGET_CHECK((unsigned char)c >= ' ' || c == '\n' || c == '\t');
	}
}

static void
try_plan(struct source *source, const struct conf *conf)
{
	struct report report = { .source = source };
	struct tables tables;
	struct error err;
	struct plan plan;
	struct buf snippet;

	if (tables_read(source, conf, &tables, &err) != STATUS_OK)
		return;
	TARGET_CHECK(plan_make(source, &tables, &plan) == STATUS_OK);
	check_keys(&plan);
	check_senders(&plan);
	fates_report(conf, &report);
	remarks_report(&tables, conf_find(conf, "KeyTable") != NULL, &report);
	buf_init(&snippet, MEMORY_MAX);
	snippet_put(source, conf, &plan, &report, &snippet);
	check_snippet(buf_slice(&snippet));
	buf_done(&snippet);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice bytes = slice_first(slice_of(data, size), TEXT_MAX);
	char *copy = target_copy(bytes);
	struct slice rest = slice_of(copy, bytes.len);
	struct files files;
	struct arena arena;
	struct source source = { &arena, read_octets, &files };
	struct error err;
	struct conf conf;

	files.conf = slice_cut(&rest, '\f');
	files.keys = slice_cut(&rest, '\f');
	files.senders = rest;
	arena_init(&arena, MEMORY_MAX);
	if (conf_read(&source, "o.conf", &conf, &err) == STATUS_OK)
		try_plan(&source, &conf);
	arena_done(&arena);
	free(copy);
	return 0;
}
