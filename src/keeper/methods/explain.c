/* SPDX-License-Identifier: ISC */
/*
 * Explain: what would be done with a message, and why. policy/decide.h decides,
 * as in the milter. Of the keys the store is asked: the views hold the same by
 * the time a change is answered.
 */
#include "keeper/methods/explain.h"

#include "keeper/methods/key_source.h"
#include "keeper/methods/methods.h"

/* As the milter: what the header ends is not asked about its body. */
static void
decide_message(const struct explain_question *q, const struct match_source *source, struct verdict *verdict)
{
	decide(&q->edition->decide, &q->facts, source, verdict);
	if (verdict->decision == DECISION_SIGN && q->body_flaws != 0)
		(void)decide_fitness(&q->edition->decide, q->facts.flaws | q->body_flaws, verdict);
}

void
explain_message(struct call *call)
{
	struct explain_question q;
	struct key_source keys;
	struct match_source source = { key_source_find, &keys };
	struct verdict verdict;

	key_source_init(&keys, call->keeper->store);
	if (!explain_read(call, &q))
		return;
	decide_message(&q, &source, &verdict);
	explain_answer(call, &q, &source, &verdict);
}
