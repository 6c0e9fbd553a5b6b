/* SPDX-License-Identifier: ISC */
/* What is said beside a success. */
#include "lifecycle/lifecycle.h"

#define RSA_BITS_MIN 2048 /* RFC 8301 §3.2 */

static const struct word warning_texts[] = {
	{ LIFECYCLE_SHADOWED,
	    "this key signs nothing now: two other active keys of the same domain cover all it "
	    "matches" },
	{ LIFECYCLE_ED25519_ALONE,
	    "many verifiers know RSA only (RFC 8301): activate an rsa-sha256 key beside this one" },
	{ LIFECYCLE_TEST_MODE,
	    "the record says t=y: verifiers may treat signed mail as if it were not" },
	{ LIFECYCLE_WEAK_RSA,
	    "RSA keys of 1024 bits are weak, and some verifiers give them no weight (RFC 8301): "
	    "make a new key (key create) and let it take over" },
	{ LIFECYCLE_LEFT_UNSIGNED,
	    "some mail that this key has signed is signed by no key of its algorithm then" },
	{ LIFECYCLE_PUBLIC_SUFFIX,
	    "the domain is a public suffix (publicsuffix.org), below which others register names: is it "
	    "the one you mean?" },
	{ LIFECYCLE_ORG_UNNAMED,
	    "no rule of the configuration gives the organization any mail: the key signs nothing until "
	    "organizations, or organization_header, name it" },
	{ 0, NULL },
};

const char *
lifecycle_warning_text(enum lifecycle_warning warning)
{
	return word_text(warning_texts, (int)warning);
}

unsigned
lifecycle_set_warnings(const struct key_set *set)
{
	unsigned warnings = 0;

	if (set->test_mode)
		warnings |= LIFECYCLE_TEST_MODE;
	if (set->algorithm == ALGORITHM_RSA_SHA256 && set->key_bits < RSA_BITS_MIN)
		warnings |= LIFECYCLE_WEAK_RSA;
	return warnings;
}
