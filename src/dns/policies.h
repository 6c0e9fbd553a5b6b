/* SPDX-License-Identifier: ISC */
/* Asking for what the alignment is judged by: DMARC and SPF records. */
#ifndef DNS_POLICIES_H
#define DNS_POLICIES_H

#include "dns/sighting.h"
#include "verdict/alignment.h"

/* Domains are A-labels; envelope may be "". Fails only for trouble of our own. */
MUST_CHECK enum status policies_judge(const struct sighting *sighting, const char *domain,
    const char *envelope, enum domain_match domain_match, struct alignment *ret_alignment);

#endif
