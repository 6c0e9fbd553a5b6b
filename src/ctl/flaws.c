/* SPDX-License-Identifier: ISC */
#include "ctl/flaws.h"

/* A file does not say whether it will be sent with SMTPUTF8: as try sends it, without. */
void
flaws_measure(const struct message *message, size_t line_max, struct measure *ret_measure)
{
	measure_init(ret_measure, line_max, false);
	for (size_t i = 0; i < message->count; i++)
		measure_field(ret_measure, message->fields[i].name, message->fields[i].value);
	measure_header_end(ret_measure);
	measure_body(ret_measure, message->body);
	measure_end(ret_measure);
}
