/* SPDX-License-Identifier: ISC */
/* A message from a file. */
#ifndef CTL_MESSAGE_FILE_H
#define CTL_MESSAGE_FILE_H

#include "ctl/message.h"
#include "ctl/session.h"

/* Reads the file ("-": standard input) into message. Else the error has been printed. */
MUST_CHECK enum outcome message_file_load(const char *path, struct message *message);

#endif
