/* SPDX-License-Identifier: ISC */
/*
 * What is wrong with the text of one TXT record, whosever key it has: what
 * web forms and zone files make of a key record. Only what breaks verifiers
 * is a fault: unknown tags, a missing v= and the folding white space that
 * RFC 6376 §3.6.1 allows inside p= are none. Pure.
 *
 * White space may be spaces, tabs, and line ends followed by one of those
 * (FWS, RFC 6376 §2.8). Any other line end is a fault, also where the parser
 * of key records, like many verifiers, forgives it: others do not.
 */
#ifndef VERDICT_TEXT_FAULT_H
#define VERDICT_TEXT_FAULT_H

#include "dkim/key_record.h"
#include "keys/dns_code.h"

#define TEXT_FAULT_PHRASE_SIZE 256

struct text_fault {
	enum dns_code code;                  /* DNS_CODE_NONE: there is no fault, and no phrase */
	char phrase[TEXT_FAULT_PHRASE_SIZE]; /* what the record is, has or says; columns count octets from 1 */
	const char *advice;
};

/* is_cut: there was more of the text. ret_record is filled when there is no fault. */
void text_fault_find(struct slice text, bool is_cut, struct key_record *ret_record,
    struct text_fault *ret_fault);

#endif
