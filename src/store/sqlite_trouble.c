/* SPDX-License-Identifier: ISC */
#include "store/sqlite.h"

#include "store/sqlite_statement.h"

const struct word store_trouble_words[] = {
	{ STORE_TROUBLE_DNS, "dns" },
	{ STORE_TROUBLE_PUBLICATION, "publication" },
	{ STORE_TROUBLE_ROTATION, "rotation" },
	{ 0, NULL },
};

#define IS_ACTIVE \
	"EXISTS (SELECT 1 FROM domain_key AS k WHERE k.set_number = t.number AND k.is_active = 1)"

static const char sql[] =
    "SELECT 'dns', t.domain, s.selector, s.dns_sentence FROM key_set AS t"
    "  JOIN key_slot AS s ON s.set_number = t.number AND s.slot = t.signing_slot"
    "  WHERE s.dns_state = 'failed' AND " IS_ACTIVE
    " UNION ALL SELECT 'publication', s.domain, s.txt_record_name, s.publish_sentence"
    "  FROM key_slot AS s WHERE s.txt_record_name <> '' AND s.publish_state = 'failed'"
    " UNION ALL SELECT 'rotation', t.domain, '', t.rotation_reason FROM key_set AS t"
    "  WHERE t.rotation_alarm = 1 AND (t.retirement NOT NULL OR t.rotation_reason = 'damaged' OR " IS_ACTIVE
    ")"
    " ORDER BY 2, 1, 3 LIMIT ?";

static const char *
borrow_text(struct statement *s)
{
	const char *text = (const char *)sqlite3_column_text(s->stmt, s->column++);

	return text != NULL ? text : "";
}

enum status
store_list_troubles(struct store *store, unsigned limit, store_trouble_visitor *visit,
    void *context, struct error *err)
{
	enum status visited = STATUS_OK;
	struct statement s;
	enum status status;

	statement_begin(&s, store, sql, err);
	statement_bind_number(&s, limit);
	while (visited == STATUS_OK && statement_next(&s)) {
		struct store_trouble trouble = {
			.kind = (enum store_trouble_kind)statement_get_word(&s, store_trouble_words),
		};

		trouble.domain = borrow_text(&s);
		trouble.name = borrow_text(&s);
		trouble.sentence = borrow_text(&s);
		visited = visit(context, &trouble);
	}
	status = statement_end(&s);
	return visited != STATUS_OK ? visited : status;
}
