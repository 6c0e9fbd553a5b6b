/* SPDX-License-Identifier: ISC */
#include "process/syscalls.h"

const int syscalls_extra[] = { 0 };
const unsigned syscalls_extra_count = 0;
