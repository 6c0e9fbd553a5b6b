/* SPDX-License-Identifier: ISC */
#include "process/settings_answer.h"

#include <stdio.h>

#include "ipc/channel.h"

_Static_assert(FRAME_SENTENCE_SIZE == ERROR_TEXT_SIZE, "one size of a sentence");

void
settings_answer(int supervisor_fd, uint32_t epoch, const struct frame_settings *asked,
    enum status status, const struct error *err)
{
	struct frame_settings_answer answer = {
		.step = asked->head.type,
		.version = asked->version,
		.status = (uint32_t)status,
	};

	channel_head(
	    &answer.head, FRAME_SETTINGS_ANSWER, sizeof(answer), epoch, asked->head.id);
	if (status != STATUS_OK)
		(void)snprintf(answer.sentence, sizeof(answer.sentence), "%s", err->text);
	channel_offer(supervisor_fd, &answer.head);
}
