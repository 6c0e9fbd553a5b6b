/* SPDX-License-Identifier: ISC */
#include "milter/tally.h"

#include "process/counters.h"

_Static_assert(DECISION_TEMPFAIL < COUNTERS_DECISIONS, "every decision has a counter");
_Static_assert(REASON_INTERNAL_ERROR < COUNTERS_REASONS, "every reason has a counter");
_Static_assert(ALGORITHM_COUNT < COUNTERS_ALGORITHMS, "every algorithm has a counter");

void
tally_message(const struct report *report, bool is_at_end)
{
	const struct verdict *verdict = report->verdict;
	struct counters *page = counters_own();

	counter_add(&page->messages[verdict->decision][verdict->reason], 1);
	counter_add(&page->header_bytes, report->header_bytes);
	counter_add(&page->body_bytes, report->body_bytes);
	if (is_at_end)
		counters_observe_us(&page->answer, (uint64_t)report->duration_us);
	for (size_t i = 0; i < verdict->signature_count && verdict->decision == DECISION_SIGN; i++)
		counter_add(&page->signatures[verdict->signatures[i].key.entry.algorithm], 1);
}
