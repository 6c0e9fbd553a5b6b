/* SPDX-License-Identifier: ISC */
#include "process/log_often.h"

#include <pthread.h>
#include <stddef.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_often *kinds; /* those that have been seen */

/* Under the lock. */
static void
list(struct log_often *often)
{
	if (often->is_listed)
		return;
	often->is_listed = true;
	often->next = kinds;
	kinds = often;
}

/* A period that is over, and of which nothing is left to say, makes room for another. */
static bool
is_over(const struct log_often *often, int64_t now_ms)
{
	return often->said > 0 && now_ms >= often->until_ms;
}

bool
log_often_may(struct log_often *often, int level, int64_t now_ms)
{
	bool may;

	(void)pthread_mutex_lock(&lock);
	list(often);
	if (is_over(often, now_ms) && often->unsaid == 0)
		often->said = 0;
	if (often->said == 0)
		often->until_ms = now_ms + LOG_OFTEN_PERIOD_MS;
	may = often->said < LOG_OFTEN_LINES;
	often->level = level;
	if (may)
		often->said++;
	else
		often->unsaid++;
	(void)pthread_mutex_unlock(&lock);
	return may;
}

/* Under the lock. */
static void
close_period(struct log_often *often, struct log_often_sum *ret_sum)
{
	*ret_sum = (struct log_often_sum){ often->kind, often->level, often->unsaid };
	often->said = 0;
	often->unsaid = 0;
}

bool
log_often_take(int64_t now_ms, struct log_often_sum *ret_sum)
{
	struct log_often_sum sum = { .count = 0 };

	(void)pthread_mutex_lock(&lock);
	for (struct log_often *often = kinds; often != NULL && sum.count == 0; often = often->next) {
		if (is_over(often, now_ms))
			close_period(often, &sum);
	}
	(void)pthread_mutex_unlock(&lock);
	if (sum.count > 0)
		*ret_sum = sum;
	return sum.count > 0;
}

int
log_often_wait_ms(int64_t now_ms)
{
	int64_t wait_ms = -1;

	(void)pthread_mutex_lock(&lock);
	for (const struct log_often *often = kinds; often != NULL; often = often->next) {
		int64_t left_ms = often->until_ms > now_ms ? often->until_ms - now_ms : 0;

		if (often->said > 0 && (wait_ms < 0 || left_ms < wait_ms))
			wait_ms = left_ms;
	}
	(void)pthread_mutex_unlock(&lock);
	return (int)wait_ms;
}
