/* SPDX-License-Identifier: ISC */
#include "dns/update.h"

#include <ldns/ldns.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/words.h"

#define FUDGE_SECONDS 300 /* RFC 8945 §10 */
#define STRING_MAX 255    /* octets of one string of a TXT record, RFC 1035 §3.3 */
#define TSIG_MAC 3        /* which field of the TSIG record */
#define TSIG_ERROR 5
#define ADDITIONAL_MAX 1  /* of an answer: TSIG; we sent no OPT */

/* ---- records ---- */

static ldns_rr *
new_rr(const char *name, ldns_rr_class class, uint32_t ttl)
{
	ldns_rr *rr = ldns_rr_new();
	ldns_rdf *owner = ldns_dname_new_frm_str(name);

	if (rr == NULL || owner == NULL) {
		ldns_rr_free(rr);
		ldns_rdf_deep_free(owner);
		return NULL;
	}
	ldns_rr_set_owner(rr, owner);
	ldns_rr_set_type(rr, LDNS_RR_TYPE_TXT);
	ldns_rr_set_class(rr, class);
	ldns_rr_set_ttl(rr, ttl);
	return rr;
}

static bool
push_string(ldns_rr *rr, struct slice piece)
{
	uint8_t octets[1 + STRING_MAX];
	ldns_rdf *string;

	octets[0] = (uint8_t)piece.len;
	memcpy(octets + 1, piece.ptr, piece.len);
	string = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_STR, piece.len + 1, octets);
	if (string != NULL && ldns_rr_push_rdf(rr, string))
		return true;
	ldns_rdf_deep_free(string);
	return false;
}

static bool
push_text(ldns_rr *rr, struct slice text)
{
	bool is_whole = true;

	for (; text.len > 0 && is_whole; text = slice_after(text, STRING_MAX))
		is_whole = push_string(rr, slice_first(text, STRING_MAX));
	return is_whole;
}

/* "Delete all TXT records of the name" (RFC 2136 §2.5.2), then the new one. */
static ldns_rr_list *
new_changes(const struct update *update)
{
	ldns_rr_list *changes = ldns_rr_list_new();
	ldns_rr *delete = new_rr(update->name, LDNS_RR_CLASS_ANY, 0);
	ldns_rr *add = new_rr(update->name, LDNS_RR_CLASS_IN, update->ttl);
	bool is_whole = changes != NULL && delete != NULL && add != NULL &&
	    push_text(add, update->text) && ldns_rr_list_push_rr(changes, delete);

	if (is_whole && update->text.len > 0)
		is_whole = ldns_rr_list_push_rr(changes, add);
	else
		ldns_rr_free(add);
	if (is_whole)
		return changes;
	ldns_rr_list_deep_free(changes);
	return NULL;
}

/* ---- what must be there still ---- */

bool
update_replaces(const struct update *update, const struct record *record)
{
	return record->type == RECORD_TXT && strcmp(record->owner, update->name) == 0;
}

/* "RRset exists (value dependent)" has its records one by one (RFC 2136 §2.4.2). */
static bool
push_seen(ldns_rr_list *list, const struct update *update, const struct record *record)
{
	ldns_rr *rr = new_rr(update->name, LDNS_RR_CLASS_IN, 0);
	struct slice rest = record->strings;
	bool is_whole = rr != NULL;

	while (rest.len > 0 && is_whole) {
		struct slice string = slice_first(slice_after(rest, 1), (uint8_t)rest.ptr[0]);

		is_whole = push_string(rr, string);
		rest = slice_after(rest, 1 + string.len);
	}
	if (is_whole && ldns_rr_list_push_rr(list, rr))
		return true;
	ldns_rr_free(rr);
	return false;
}

/* "RRset does not exist" (RFC 2136 §2.4.3). */
static bool
push_nothing(ldns_rr_list *list, const struct update *update)
{
	ldns_rr *rr = new_rr(update->name, LDNS_RR_CLASS_NONE, 0);

	if (rr != NULL && ldns_rr_list_push_rr(list, rr))
		return true;
	ldns_rr_free(rr);
	return false;
}

static ldns_rr_list *
new_prerequisites(const struct update *update, const struct answer *seen)
{
	ldns_rr_list *list = ldns_rr_list_new();
	bool is_whole = list != NULL;

	for (size_t i = 0; i < seen->record_count && is_whole; i++) {
		if (update_replaces(update, &seen->records[i]))
			is_whole = push_seen(list, update, &seen->records[i]);
	}
	if (is_whole && ldns_rr_list_rr_count(list) == 0)
		is_whole = push_nothing(list, update);
	if (is_whole)
		return list;
	ldns_rr_list_deep_free(list);
	return NULL;
}

/* ---- the packet ---- */

static ldns_pkt *
new_packet(const struct update *update, const struct answer *seen, uint16_t id)
{
	ldns_rdf *zone = ldns_dname_new_frm_str(update->zone);
	ldns_rr_list *prerequisites = new_prerequisites(update, seen);
	ldns_rr_list *changes = new_changes(update);
	ldns_pkt *packet = NULL;

	if (zone != NULL && prerequisites != NULL && changes != NULL)
		packet = ldns_update_pkt_new(zone, LDNS_RR_CLASS_IN, prerequisites, changes, NULL);
	ldns_rr_list_deep_free(prerequisites);
	ldns_rr_list_deep_free(changes);
	if (packet == NULL)
		ldns_rdf_deep_free(zone);
	else
		ldns_pkt_set_id(packet, id);
	return packet;
}

static enum status
copy_packet(const ldns_pkt *packet, struct arena *arena, struct update_packet *ret_packet)
{
	const ldns_rdf *mac = ldns_rr_rdf(ldns_pkt_tsig(packet), TSIG_MAC);
	uint8_t *octets = NULL;
	size_t len = 0;
	enum status status = STATUS_NO_MEMORY;

	if (ldns_pkt2wire(&octets, packet, &len) == LDNS_STATUS_OK)
		status = arena_copy(arena, slice_of(octets, len), &ret_packet->octets);
	if (status == STATUS_OK)
		status = arena_copy(
		    arena, slice_of(ldns_rdf_data(mac), ldns_rdf_size(mac)), &ret_packet->mac);
	free(octets);
	return status;
}

enum status
update_write(const struct update *update, const struct answer *seen, const struct tsig_key *key,
    struct arena *arena, struct update_packet *ret_packet, struct error *err)
{
	struct update_packet written = { .id = 0 };
	enum status status = STATUS_INVALID;
	ldns_pkt *packet;

	if (getrandom(&written.id, sizeof(written.id), 0) != (ssize_t)sizeof(written.id))
		return error_set_errno(err, "cannot get random octets");
	packet = new_packet(update, seen, written.id);
	if (packet != NULL &&
	    ldns_pkt_tsig_sign(packet, key->name, key->secret, FUDGE_SECONDS, key->algorithm, NULL) ==
	        LDNS_STATUS_OK)
		status = copy_packet(packet, arena, &written);
	ldns_pkt_free(packet);
	if (status != STATUS_OK)
		return error_set(err, status, "cannot write an update of %s", update->name);
	*ret_packet = written;
	return STATUS_OK;
}

/* ---- the answer ---- */

static bool
is_signed(ldns_pkt *answer, struct slice reply, const struct update_packet *packet,
    const struct tsig_key *key)
{
	ldns_rdf *mac = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_INT16_DATA, packet->mac.len, packet->mac.ptr);
	ldns_rr *tsig = ldns_pkt_tsig(answer);
	bool is_good = mac != NULL &&
	    ldns_pkt_tsig_verify(
	        answer, (const uint8_t *)reply.ptr, reply.len, key->name, key->secret, mac);

	ldns_rdf_deep_free(mac);
	/* of an algorithm that it does not know ldns takes the record out of the packet, and forgets it */
	ldns_pkt_set_tsig(answer, tsig);
	return is_good;
}

/* The two answers to a prerequisite that does not hold (RFC 2136 §2.2). */
static bool
is_too_late(const ldns_pkt *answer)
{
	ldns_pkt_rcode rcode = ldns_pkt_get_rcode(answer);

	return rcode == LDNS_RCODE_YXRRSET || rcode == LDNS_RCODE_NXRRSET;
}

/* What the server has against our signature (RFC 8945 §5.2); behind the rcode. */
static const struct word tsig_errors[] = {
	{ 16, " (BADSIG): it has another secret under the name of our TSIG key" },
	{ 17, " (BADKEY): it has no TSIG key of this name and algorithm" },
	{ 18, " (BADTIME): its clock and ours differ by more than five minutes" },
	{ 22, " (BADTRUNC): it does not take our TSIG key's algorithm" },
	{ 0, NULL },
};

/* And against the update; of both it answers but one. */
static const struct word rcodes[] = {
	{ LDNS_RCODE_FORMERR, ": it does not understand updates (RFC 2136)" },
	{ LDNS_RCODE_NOTIMPL, ": it does not take updates (RFC 2136)" },
	{ LDNS_RCODE_REFUSED, ": the key may not make this change" },
	{ LDNS_RCODE_NOTAUTH, ": it is not the primary server of the provider zone, or has not our TSIG key" },
	{ LDNS_RCODE_NOTZONE, ": the name is not in its zone" },
	{ 0, NULL },
};

static int
tsig_error_of(const ldns_pkt *answer)
{
	const ldns_rr *tsig = ldns_pkt_tsig(answer);
	const ldns_rdf *error = tsig != NULL ? ldns_rr_rdf(tsig, TSIG_ERROR) : NULL;

	return error != NULL && ldns_rdf_size(error) == sizeof(uint16_t) ? ldns_rdf2native_int16(error) : 0;
}

static const char *
find_word(const struct word *word, int value, const char *otherwise)
{
	for (; word->text != NULL; word++) {
		if (word->value == value)
			return word->text;
	}
	return otherwise;
}

static const char *
explanation_of(const ldns_pkt *answer)
{
	const char *of_rcode = find_word(rcodes, (int)ldns_pkt_get_rcode(answer), "");

	return find_word(tsig_errors, tsig_error_of(answer), of_rcode);
}

static enum status
refuse(const ldns_pkt *answer, struct error *err)
{
	char *rcode = ldns_pkt_rcode2str(ldns_pkt_get_rcode(answer));
	enum status status = error_set(err, is_too_late(answer) ? STATUS_CONFLICT : STATUS_REFUSED,
	    "the server answers %s%s", rcode != NULL ? rcode : "an error", explanation_of(answer));

	free(rcode);
	return status;
}

/* A server that does not accept our key cannot sign its refusal (RFC 8945 §5.2). */
static enum status
judge(ldns_pkt *answer, struct slice reply, const struct update_packet *packet,
    const struct tsig_key *key, struct error *err)
{
	if (ldns_pkt_id(answer) != packet->id || !ldns_pkt_qr(answer) ||
	    ldns_pkt_get_opcode(answer) != LDNS_PACKET_UPDATE)
		return error_set(err, STATUS_INVALID, "what came back is no answer to the update");
	if (ldns_pkt_get_rcode(answer) != LDNS_RCODE_NOERROR)
		return refuse(answer, err);
	if (!is_signed(answer, reply, packet, key))
		return error_set(
		    err, STATUS_INVALID, "the answer to the update is not signed with our key");
	return STATUS_OK;
}

enum status
update_read(struct slice reply, const struct update_packet *packet, const struct tsig_key *key,
    struct error *err)
{
	ldns_pkt *answer = NULL;
	enum status status;

	/* ldns loses the memory of all TSIG records but the last */
	if (reply.len < LDNS_HEADER_SIZE || LDNS_ARCOUNT((const uint8_t *)reply.ptr) > ADDITIONAL_MAX)
		return error_set(err, STATUS_INVALID, "what came back is no answer to the update");
	if (ldns_wire2pkt(&answer, (const uint8_t *)reply.ptr, reply.len) != LDNS_STATUS_OK)
		return error_set(err, STATUS_INVALID, "what came back is no DNS packet");
	status = judge(answer, reply, packet, key, err);
	ldns_pkt_free(answer);
	return status;
}
