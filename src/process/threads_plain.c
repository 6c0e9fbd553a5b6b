/* SPDX-License-Identifier: ISC */
#include <pthread.h>

#include "process/threads.h"

void
threads_set_stack(size_t bytes)
{
	pthread_attr_t attr;

	(void)pthread_attr_init(&attr);
	(void)pthread_attr_setstacksize(&attr, bytes);
	(void)pthread_setattr_default_np(&attr);
	(void)pthread_attr_destroy(&attr);
}
