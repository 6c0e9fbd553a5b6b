/* SPDX-License-Identifier: ISC */
#include "keys/dns_code.h"

const struct word dns_state_words[] = {
	{ DNS_UNCHECKED, "unchecked" },
	{ DNS_VERIFIED, "verified" },
	{ DNS_FAILED, "failed" },
	{ 0, NULL },
};

const struct word dns_code_words[] = {
	{ DNS_CODE_NONE, "none" },
	{ DNS_CODE_PUBLISHED, "published" },
	{ DNS_CODE_TXT_FOR_CNAME, "txt-for-cname" },
	{ DNS_CODE_TEST_MODE, "test-mode" },
	{ DNS_CODE_NOT_PUBLISHED, "not-published" },
	{ DNS_CODE_PROXIED, "proxied" },
	{ DNS_CODE_CNAME_AND_OTHERS, "cname-and-others" },
	{ DNS_CODE_CNAME_AT_APEX, "cname-at-apex" },
	{ DNS_CODE_NAME_DOUBLED, "name-doubled" },
	{ DNS_CODE_WRONG_TARGET, "wrong-target" },
	{ DNS_CODE_DANGLING_TARGET, "dangling-target" },
	{ DNS_CODE_CNAME_LOOP, "cname-loop" },
	{ DNS_CODE_CHAIN_TOO_LONG, "chain-too-long" },
	{ DNS_CODE_SEVERAL_TXT, "several-txt" },
	{ DNS_CODE_STRINGS_WRONG, "strings-wrong" },
	{ DNS_CODE_BAD_BASE64, "bad-base64" },
	{ DNS_CODE_BAD_SYNTAX, "bad-syntax" },
	{ DNS_CODE_WRONG_TYPE, "wrong-type" },
	{ DNS_CODE_WRONG_HASH, "wrong-hash" },
	{ DNS_CODE_WRONG_SERVICE, "wrong-service" },
	{ DNS_CODE_OTHER_KEY, "other-key" },
	{ DNS_CODE_REVOKED, "revoked" },
	{ DNS_CODE_SERVERS_DISAGREE, "servers-disagree" },
	{ DNS_CODE_NOT_SEEN_YET, "not-seen-yet" },
	{ DNS_CODE_DNSSEC_BOGUS, "dnssec-bogus" },
	{ DNS_CODE_UNREACHABLE, "unreachable" },
	{ 0, NULL },
};

/* The states of all that is not FAILED. */
static const struct {
	enum dns_code code;
	enum dns_state state;
} states[] = {
	{ DNS_CODE_NONE, DNS_UNCHECKED },
	{ DNS_CODE_PUBLISHED, DNS_VERIFIED },
	{ DNS_CODE_TXT_FOR_CNAME, DNS_VERIFIED },
	{ DNS_CODE_TEST_MODE, DNS_VERIFIED },
	{ DNS_CODE_NOT_SEEN_YET, DNS_UNCHECKED },
	{ DNS_CODE_DNSSEC_BOGUS, DNS_UNCHECKED },
	{ DNS_CODE_UNREACHABLE, DNS_UNCHECKED },
};

enum dns_state
dns_code_state(enum dns_code code)
{
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (states[i].code == code)
			return states[i].state;
	}
	return DNS_FAILED;
}
