/* SPDX-License-Identifier: ISC */
#include "dns/packet.h"

#include <ldns/ldns.h>
#include <stdlib.h>

_Static_assert((int)RECORD_TXT == LDNS_RR_TYPE_TXT, "the numbers of DNS");
_Static_assert((int)RECORD_AAAA == LDNS_RR_TYPE_AAAA, "the numbers of DNS");
_Static_assert((int)RCODE_REFUSED == LDNS_RCODE_REFUSED, "the numbers of DNS");

#define ARCOUNT_AT 10 /* RFC 1035 §4.1.1 */

/* ---- questions ---- */

static ldns_pkt *
new_query(const struct question *question)
{
	ldns_rdf *name = ldns_dname_new_frm_str(question->name);
	ldns_pkt *query;

	if (name == NULL)
		return NULL;
	query = ldns_pkt_query_new(name, (ldns_rr_type)question->type, LDNS_RR_CLASS_IN,
	    question->wants_recursion ? LDNS_RD : 0);
	if (query == NULL) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	ldns_pkt_set_id(query, question->id);
	ldns_pkt_set_ad(query, question->wants_recursion);
	ldns_pkt_set_cd(query, question->checking_disabled);
	if (question->has_edns)
		ldns_pkt_set_edns_udp_size(query, PACKET_UDP_MAX);
	return query;
}

enum status
packet_put(struct buf *out, const struct question *question)
{
	ldns_pkt *query = new_query(question);
	uint8_t *octets = NULL;
	size_t len = 0;

	if (query == NULL)
		return STATUS_INVALID;
	if (ldns_pkt2wire(&octets, query, &len) != LDNS_STATUS_OK)
		len = 0;
	ldns_pkt_free(query);
	buf_put(out, slice_of(octets, len));
	free(octets);
	return len > 0 ? buf_status(out) : STATUS_INVALID;
}

/* ---- answers ---- */

/* Lower case, without the final dot. A name that does not fit is none that we asked for or could ask for. */
static enum status
read_name(const ldns_rdf *name, char ret_name[DOMAIN_MAX + 1])
{
	enum status status = STATUS_INVALID;
	struct slice text;
	char *printed;

	ldns_dname2canonical(name);
	printed = ldns_rdf2str(name);
	if (printed == NULL)
		return STATUS_NO_MEMORY;
	text = slice_from_text(printed);
	if (slice_ends_with(text, SLICE_LITERAL(".")))
		text.len--;
	if (text.len <= DOMAIN_MAX) {
		memcpy(ret_name, text.ptr, text.len);
		ret_name[text.len] = '\0';
		status = STATUS_OK;
	}
	free(printed);
	return status;
}

static enum status
read_target(const ldns_rr *rr, struct arena *arena, struct record *record)
{
	const ldns_rdf *target = ldns_rr_rdf(rr, 0);

	(void)arena;
	return target == NULL ? STATUS_INVALID : read_name(target, record->target);
}

static enum status
read_address(const ldns_rr *rr, struct arena *arena, struct record *record)
{
	const ldns_rdf *address = ldns_rr_rdf(rr, 0);

	(void)arena;
	if (address == NULL || ldns_rdf_size(address) > sizeof(record->address))
		return STATUS_INVALID;
	record->address_len = ldns_rdf_size(address);
	memcpy(record->address, ldns_rdf_data(address), record->address_len);
	return STATUS_OK;
}

/* One string: a length octet, then as many (RFC 1035 §3.3). */
static struct slice
read_string(const ldns_rdf *string)
{
	const uint8_t *octets = ldns_rdf_data(string);
	size_t size = ldns_rdf_size(string);

	return size == 0 ? SLICE_EMPTY : slice_first(slice_of(octets + 1, size - 1), octets[0]);
}

static enum status
read_text(const ldns_rr *rr, struct arena *arena, struct record *record)
{
	size_t count = ldns_rr_rd_count(rr);
	size_t len = 0;
	char *text, *strings;

	for (size_t i = 0; i < count; i++)
		len += read_string(ldns_rr_rdf(rr, i)).len;
	text = arena_alloc(arena, len + 1);
	strings = arena_alloc(arena, len + count + 1);
	if (text == NULL || strings == NULL)
		return STATUS_NO_MEMORY;
	record->text = slice_of(text, len);
	record->strings = slice_of(strings, len + count);
	record->string_count = (unsigned)count;
	for (size_t i = 0; i < count; i++) {
		struct slice string = read_string(ldns_rr_rdf(rr, i));

		*strings++ = (char)string.len;
		memcpy(text, string.ptr, string.len);
		memcpy(strings, string.ptr, string.len);
		text += string.len;
		strings += string.len;
	}
	return STATUS_OK;
}

static const struct {
	unsigned type;
	enum status (*read)(const ldns_rr *rr, struct arena *arena, struct record *record);
} readers[] = {
	{ RECORD_A, read_address },
	{ RECORD_AAAA, read_address },
	{ RECORD_CNAME, read_target },
	{ RECORD_NS, read_target },
	{ RECORD_TXT, read_text },
};

static enum status
read_record(const ldns_rr *rr, struct arena *arena, struct record *ret_record)
{
	struct record record = { .type = (unsigned)ldns_rr_get_type(rr), .ttl = ldns_rr_ttl(rr) };
	enum status status = read_name(ldns_rr_owner(rr), record.owner);

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]) && status == STATUS_OK; i++) {
		if (readers[i].type == record.type)
			status = readers[i].read(rr, arena, &record);
	}
	if (status == STATUS_OK)
		*ret_record = record;
	return status;
}

/* What cannot be read is left out: it answers nothing that we asked. */
static enum status
read_records(const ldns_rr_list *list, struct arena *arena, struct answer *answer)
{
	size_t count = ldns_rr_list_rr_count(list);

	if (count > ANSWER_RECORDS_MAX)
		count = ANSWER_RECORDS_MAX;
	answer->records = arena_alloc(arena, (count + 1) * sizeof(*answer->records));
	if (answer->records == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		enum status status = STATUS_INVALID;

		if (ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN)
			status = read_record(rr, arena, &answer->records[answer->record_count]);
		if (status == STATUS_OK)
			answer->record_count++;
		else if (status != STATUS_INVALID)
			return status;
	}
	return STATUS_OK;
}

/* How long "there is none" may be remembered: the lower of the SOA's own ttl and its last number. */
static void
read_negative(const ldns_rr_list *authority, struct answer *answer)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(authority); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(authority, i);
		uint32_t minimum;

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || ldns_rr_rd_count(rr) != 7)
			continue;
		minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));
		answer->has_soa = true;
		answer->negative_ttl = ldns_rr_ttl(rr) < minimum ? ldns_rr_ttl(rr) : minimum;
	}
}

/* A server that does not even understand the question need not repeat it. */
static bool
may_omit_question(const ldns_pkt *packet)
{
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(packet);

	return ldns_pkt_qdcount(packet) == 0 &&
	    (rcode == LDNS_RCODE_FORMERR || rcode == LDNS_RCODE_NOTIMPL);
}

static bool
is_about(const ldns_pkt *packet, const struct question *question)
{
	ldns_rdf *wanted;
	const ldns_rr *asked;
	bool is_same;

	if (ldns_pkt_qdcount(packet) != 1 || ldns_rr_list_rr_count(ldns_pkt_question(packet)) != 1)
		return may_omit_question(packet);
	asked = ldns_rr_list_rr(ldns_pkt_question(packet), 0);
	wanted = ldns_dname_new_frm_str(question->name);
	is_same = wanted != NULL && ldns_dname_compare(ldns_rr_owner(asked), wanted) == 0 &&
	    (int)ldns_rr_get_type(asked) == (int)question->type &&
	    ldns_rr_get_class(asked) == LDNS_RR_CLASS_IN;
	ldns_rdf_deep_free(wanted);
	return is_same;
}

static enum status
read_packet(const ldns_pkt *packet, const struct question *question, struct arena *arena,
    struct answer *ret_answer)
{
	struct answer answer = {
		.rcode = (unsigned)ldns_pkt_get_rcode(packet),
		.is_authoritative = ldns_pkt_aa(packet),
		.is_truncated = ldns_pkt_tc(packet),
		.is_secure = ldns_pkt_ad(packet),
	};
	enum status status;

	if (ldns_pkt_id(packet) != question->id || !ldns_pkt_qr(packet) ||
	    ldns_pkt_get_opcode(packet) != LDNS_PACKET_QUERY || !is_about(packet, question))
		return STATUS_INVALID;
	read_negative(ldns_pkt_authority(packet), &answer);
	status = read_records(ldns_pkt_answer(packet), arena, &answer);
	if (status == STATUS_OK)
		*ret_answer = answer;
	return status;
}

/*
 * Reads a copy whose header counts no additional record. We need none, and
 * ldns loses the memory of all but the last of several TSIG records, which any
 * server could send. The arena is not for what may be no answer at all.
 */
static enum status
parse(struct slice octets, ldns_pkt **ret_packet)
{
	uint8_t *copy = malloc(octets.len);
	ldns_status status;

	if (copy == NULL)
		return STATUS_NO_MEMORY;
	memcpy(copy, octets.ptr, octets.len);
	copy[ARCOUNT_AT] = copy[ARCOUNT_AT + 1] = 0;
	status = ldns_wire2pkt(ret_packet, copy, octets.len);
	free(copy);
	return status == LDNS_STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

enum status
packet_read(struct slice octets, const struct question *question, struct arena *arena,
    struct answer *ret_answer)
{
	ldns_pkt *packet = NULL;
	enum status status = STATUS_INVALID;

	if (octets.len >= LDNS_HEADER_SIZE)
		status = parse(octets, &packet);
	if (status != STATUS_OK)
		return status;
	status = read_packet(packet, question, arena, ret_answer);
	ldns_pkt_free(packet);
	return status;
}
