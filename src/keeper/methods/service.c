/* SPDX-License-Identifier: ISC */
/* org.varlink.service: what this service is, and the description of its interfaces. */
#include "keeper/methods/interface.h"
#include "keeper/methods/methods.h"

void
service_get_info(struct call *call)
{
	call_answer(call,
	    json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "signetd", "product", "signetd",
	        "version", SIGNETD_VERSION, "url", "", "interfaces", INTERFACE_SERVICE_NAME,
	        INTERFACE_CONTROL_NAME));
}

struct wanted {
	struct slice interface;
};

static const struct param description_params[] = {
	{ "interface", PARAM_TEXT, true, offsetof(struct wanted, interface), NULL, 0 },
	{ .name = NULL },
};

void
service_get_description(struct call *call)
{
	struct wanted wanted = { .interface = SLICE_EMPTY };
	const char *text;

	if (!call_read(call, description_params, &wanted))
		return;
	text = interface_description(wanted.interface);
	if (text != NULL)
		call_answer(call, json_pack("{s:s}", "description", text));
	else
		call_fail(call, "org.varlink.service.InterfaceNotFound",
		    json_pack("{s:o}", "interface", json_of_slice(wanted.interface)));
}
