/* SPDX-License-Identifier: ISC */
/*
 * Packets of the milter protocol, version 6: four octets of length in network
 * order, one of command, then data. Both ends of it: signetctl plays the mail
 * server; its tests play the milter.
 *
 * Written from Postfix's and Sendmail's behaviour on the wire; libmilter and
 * its headers stay in src/milter.
 */
#ifndef CTL_PACKET_H
#define CTL_PACKET_H

#include "base/buf.h"
#include "base/error.h"

#define PACKET_VERSION 6
#define PACKET_MAX (1U << 20)      /* octets of a packet we accept */
#define PACKET_BODY_CHUNK 65535U   /* octets of body in one packet, as mail servers send it */

/* What a mail server says. */
enum packet_command {
	PACKET_NEGOTIATE = 'O', /* both directions */
	PACKET_MACROS = 'D',
	PACKET_CONNECT = 'C',
	PACKET_HELO = 'H',
	PACKET_MAIL = 'M',
	PACKET_RCPT = 'R',
	PACKET_DATA = 'T',
	PACKET_HEADER = 'L',
	PACKET_END_OF_HEADER = 'N',
	PACKET_BODY = 'B',
	PACKET_END_OF_MESSAGE = 'E',
	PACKET_QUIT = 'Q',
};

/* What a milter answers. */
enum packet_answer {
	PACKET_CONTINUE = 'c',
	PACKET_ACCEPT = 'a',
	PACKET_REJECT = 'r',
	PACKET_TEMPFAIL = 't',
	PACKET_DISCARD = 'd',
	PACKET_REPLY = 'y', /* a reply code and its text */
	PACKET_CONNECTION_FAIL = 'f',
	PACKET_SHUTDOWN = '4',
	PACKET_SKIP = 's',  /* no more of the body */
	PACKET_PROGRESS = 'p',
	PACKET_INSERT_HEADER = 'i',
	PACKET_ADD_HEADER = 'h',
	PACKET_CHANGE_HEADER = 'm',
	PACKET_REPLACE_BODY = 'b',
	PACKET_CHANGE_FROM = 'e',
	PACKET_ADD_RECIPIENT = '+',
	PACKET_ADD_RECIPIENT_PAR = '2',
	PACKET_DELETE_RECIPIENT = '-',
	PACKET_QUARANTINE = 'q',
};

/* Steps a milter may do without, and answers it may save (SMFIP_*). */
enum packet_protocol {
	PACKET_NO_CONNECT = 0x1,
	PACKET_NO_HELO = 0x2,
	PACKET_NO_MAIL = 0x4,
	PACKET_NO_RCPT = 0x8,
	PACKET_NO_BODY = 0x10,
	PACKET_NO_HEADERS = 0x20,
	PACKET_NO_END_OF_HEADER = 0x40,
	PACKET_SILENT_HEADER = 0x80,
	PACKET_NO_DATA = 0x200,
	PACKET_MAY_SKIP = 0x400,
	PACKET_SILENT_CONNECT = 0x1000,
	PACKET_SILENT_HELO = 0x2000,
	PACKET_SILENT_MAIL = 0x4000,
	PACKET_SILENT_RCPT = 0x8000,
	PACKET_SILENT_DATA = 0x10000,
	PACKET_SILENT_END_OF_HEADER = 0x40000,
	PACKET_SILENT_BODY = 0x80000,
	PACKET_LEADING_SPACE = 0x100000, /* header values verbatim, both ways */
};

#define PACKET_ALL_ACTIONS 0x1ffU
#define PACKET_ALL_PROTOCOL 0x1fffffU

/* Begins a packet in out, which is emptied; data follows by the puts below and buf_put*. */
void packet_begin(struct buf *out, int command);
void packet_put_u32(struct buf *out, uint32_t number);
void packet_put_u16(struct buf *out, uint16_t number);
void packet_put_text(struct buf *out, struct slice text); /* with its NUL; a NUL inside ends it */

/*
 * Sends the packet in out. The socket's own SO_SNDTIMEO bounds it:
 * STATUS_TIMEOUT, STATUS_UNAVAILABLE when the peer has closed, or how the
 * puts failed.
 */
MUST_CHECK enum status packet_send(int fd, struct buf *out);

/*
 * Receives one packet into in and cuts it into command and data, which live
 * until the next use of in. SO_RCVTIMEO bounds it: STATUS_TIMEOUT;
 * STATUS_UNAVAILABLE at end-of-file, STATUS_INVALID for an impossible length.
 */
MUST_CHECK enum status packet_receive(
    int fd, struct buf *in, int *ret_command, struct slice *ret_data);

/* Cut data apart; false when it is too short or the NUL is missing. */
bool packet_cut_u32(struct slice *data, uint32_t *ret_number);
bool packet_cut_text(struct slice *data, struct slice *ret_text);

#endif
