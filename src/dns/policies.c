/* SPDX-License-Identifier: ISC */
#include "dns/policies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verdict/organizational.h"

/* Big: on the heap, for one judgement. */
struct sights {
	struct sight dmarc;
	struct sight dmarc_organizational;
	struct sight spf;
};

/* A domain too long for the label in front has no such record. */
static enum status
see_dmarc(const struct sighting *sighting, const char *domain, struct sight *ret_sight)
{
	char name[DOMAIN_MAX + 1];
	int len = snprintf(name, sizeof(name), "_dmarc.%s", domain);

	if (len < 0 || len > DOMAIN_MAX)
		return STATUS_OK;
	return sighting_resolve(sighting, name, ret_sight);
}

static enum status
see(const struct sighting *sighting, const struct alignment_facts *facts, struct sights *sights)
{
	enum status status = see_dmarc(sighting, facts->domain, &sights->dmarc);

	if (status == STATUS_OK && facts->dmarc_organizational != NULL)
		status = see_dmarc(sighting, facts->organizational, &sights->dmarc_organizational);
	if (status == STATUS_OK)
		status = sighting_resolve(sighting,
		    facts->envelope[0] != '\0' ? facts->envelope : facts->domain, &sights->spf);
	return status;
}

enum status
policies_judge(const struct sighting *sighting, const char *domain, const char *envelope,
    enum domain_match domain_match, struct alignment *ret_alignment)
{
	struct sights *sights = calloc(1, sizeof(*sights));
	struct alignment_facts facts = { .domain_match = domain_match };
	enum status status;

	if (sights == NULL)
		return STATUS_NO_MEMORY;
	(void)snprintf(facts.domain, sizeof(facts.domain), "%s", domain);
	(void)snprintf(facts.envelope, sizeof(facts.envelope), "%s", envelope);
	organizational_domain(domain, facts.organizational);
	organizational_domain(envelope, facts.envelope_organizational);
	facts.dmarc = &sights->dmarc;
	facts.spf = &sights->spf;
	if (facts.organizational[0] != '\0' && strcmp(facts.organizational, domain) != 0)
		facts.dmarc_organizational = &sights->dmarc_organizational;
	status = see(sighting, &facts, sights);
	if (status == STATUS_OK)
		alignment_judge(&facts, ret_alignment);
	free(sights);
	return status;
}
