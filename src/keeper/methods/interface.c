/* SPDX-License-Identifier: ISC */
#include "keeper/methods/interface.h"

static const char service_text[] =
    "# What a Varlink service says about itself\n"
    "interface org.varlink.service\n"
    "\n"
    "method GetInfo() -> (\n"
    "  vendor: string,\n"
    "  product: string,\n"
    "  version: string,\n"
    "  url: string,\n"
    "  interfaces: []string\n"
    ")\n"
    "\n"
    "method GetInterfaceDescription(interface: string) -> (description: string)\n"
    "\n"
    "error InterfaceNotFound (interface: string)\n"
    "error MethodNotFound (method: string)\n"
    "error MethodNotImplemented (method: string)\n"
    "error InvalidParameter (parameter: string)\n"
    "error PermissionDenied ()\n";

/* Made from docs/control.varlink by the build. */
static const char control_text[] =
#include "control.varlink.inc"
    ;

const char *
interface_description(struct slice name)
{
	if (slice_equal(name, SLICE_LITERAL(INTERFACE_CONTROL_NAME)))
		return control_text;
	if (slice_equal(name, SLICE_LITERAL(INTERFACE_SERVICE_NAME)))
		return service_text;
	return NULL;
}
