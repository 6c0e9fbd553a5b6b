/* SPDX-License-Identifier: ISC */
/* The interface files, as org.varlink.service hands them out. */
#ifndef KEEPER_METHODS_INTERFACE_H
#define KEEPER_METHODS_INTERFACE_H

#include "base/slice.h"

#define INTERFACE_CONTROL_NAME "org.signetd.control"
#define INTERFACE_SERVICE_NAME "org.varlink.service"

/* The text of docs/control.varlink or of the service interface; NULL for another name. */
const char *interface_description(struct slice name);

#endif
