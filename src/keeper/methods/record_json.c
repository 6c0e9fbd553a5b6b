/* SPDX-License-Identifier: ISC */
#include "keeper/methods/record_json.h"

#include "keeper/peer.h"

typedef json_t *getter(const struct domain_key *key, enum slot slot);

/* Text that may be missing. */
static json_t *
text_or_null(const char *text)
{
	return text[0] != '\0' ? json_string(text) : json_null();
}

static json_t *
get_id(const struct domain_key *key, enum slot slot)
{
	char text[ID_TEXT_SIZE];

	(void)slot;
	key_id_print(&key->id, text);
	return json_string(text);
}

static json_t *
get_org(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_string(key->org);
}

static json_t *
get_domain(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_string(key->set.domain);
}

static json_t *
get_domain_match(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_string(word_text(domain_match_words, (int)key->domain_match));
}

static json_t *
get_is_active(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_boolean(key->is_active);
}

static json_t *
get_algorithm(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_string(word_text(algorithm_words, (int)key->set.algorithm));
}

static json_t *
get_key_size(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_integer(key->set.key_bits);
}

static json_t *
get_selector(const struct domain_key *key, enum slot slot)
{
	return text_or_null(key->set.slots[slot].selector);
}

static json_t *
get_private_key(const struct domain_key *key, enum slot slot)
{
	const struct key_slot *of = &key->set.slots[slot];
	char text[ID_TEXT_SIZE];

	if (!of->has_key)
		return json_null();
	handle_print(&of->handle, text);
	return json_string(text);
}

static json_t *
get_public_key(const struct domain_key *key, enum slot slot)
{
	const struct key_slot *of = &key->set.slots[slot];

	return of->has_key ? json_of_base64(of->public_key, of->public_key_len) : json_null();
}

static json_t *
get_signing_slot(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_string(word_text(slot_words, (int)key->set.signing_slot));
}

static json_t *
get_publication(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_string(word_text(publication_words, (int)key->set.publication));
}

static json_t *
get_txt_record_name(const struct domain_key *key, enum slot slot)
{
	return text_or_null(key->set.slots[slot].txt_record_name);
}

static json_t *
get_publish_state(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	if (key->set.publication != PUBLICATION_DELEGATED)
		return json_null();
	return json_string(word_text(publish_state_words, (int)key->set.publish_state));
}

static json_t *
get_test_mode(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_boolean(key->set.test_mode);
}

static json_t *
get_is_retiring(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_boolean(key->set.is_retiring);
}

static json_t *
verdict(const struct key_slot *of)
{
	if (!of->has_key)
		return json_null();
	return json_pack("{s:s, s:s?, s:s?, s:o, s:b}",
	    "state", word_text(dns_state_words, (int)of->dns.state),
	    "code", of->dns.code != DNS_CODE_NONE ? word_text(dns_code_words, (int)of->dns.code) : NULL,
	    "sentence", of->dns.sentence[0] != '\0' ? of->dns.sentence : NULL,
	    "checked_at", json_of_time(of->dns.checked_at),
	    "is_revoked", of->is_revoked);
}

static json_t *
get_dns_status(const struct domain_key *key, enum slot slot)
{
	(void)slot;
	return json_pack("{s:o, s:o}", "primary", verdict(&key->set.slots[SLOT_PRIMARY]),
	    "alternate", verdict(&key->set.slots[SLOT_ALTERNATE]));
}

#define TIME_GETTER(name, member) \
	static json_t *get_##name(const struct domain_key *key, enum slot slot) \
	{ \
		(void)slot; \
		return json_of_time(key->member); \
	}

TIME_GETTER(created_at, created_at)
TIME_GETTER(activated_at, activated_at)
TIME_GETTER(deactivated_at, deactivated_at)
TIME_GETTER(rotated_at, set.rotated_at)
TIME_GETTER(next_rotation_at, set.next_rotation_at)
TIME_GETTER(safe_to_remove_at, set.safe_to_remove_at)
TIME_GETTER(gone_at, set.gone_at)

static const struct field {
	const char *name;
	getter *get;
	enum slot slot;
	unsigned right;
} fields[] = {
	{ "id", get_id, SLOT_PRIMARY, PEER_READ },
	{ "org", get_org, SLOT_PRIMARY, PEER_READ },
	{ "domain", get_domain, SLOT_PRIMARY, PEER_READ },
	{ "domain_match", get_domain_match, SLOT_PRIMARY, PEER_READ },
	{ "is_active", get_is_active, SLOT_PRIMARY, PEER_READ },
	{ "algorithm", get_algorithm, SLOT_PRIMARY, PEER_READ },
	{ "key_size", get_key_size, SLOT_PRIMARY, PEER_READ },
	{ "selector", get_selector, SLOT_PRIMARY, PEER_READ },
	{ "alternate_selector", get_selector, SLOT_ALTERNATE, PEER_READ },
	{ "private_key", get_private_key, SLOT_PRIMARY, PEER_CHANGE },
	{ "alternate_private_key", get_private_key, SLOT_ALTERNATE, PEER_CHANGE },
	{ "public_key", get_public_key, SLOT_PRIMARY, PEER_READ },
	{ "alternate_public_key", get_public_key, SLOT_ALTERNATE, PEER_READ },
	{ "signing_slot", get_signing_slot, SLOT_PRIMARY, PEER_READ },
	{ "publication", get_publication, SLOT_PRIMARY, PEER_READ },
	{ "txt_record_name", get_txt_record_name, SLOT_PRIMARY, PEER_READ },
	{ "alternate_txt_record_name", get_txt_record_name, SLOT_ALTERNATE, PEER_READ },
	{ "txt_records_publish_state", get_publish_state, SLOT_PRIMARY, PEER_READ },
	{ "test_mode", get_test_mode, SLOT_PRIMARY, PEER_READ },
	{ "dns_status", get_dns_status, SLOT_PRIMARY, PEER_READ },
	{ "created_at", get_created_at, SLOT_PRIMARY, PEER_READ },
	{ "activated_at", get_activated_at, SLOT_PRIMARY, PEER_READ },
	{ "deactivated_at", get_deactivated_at, SLOT_PRIMARY, PEER_READ },
	{ "rotated_at", get_rotated_at, SLOT_PRIMARY, PEER_READ },
	{ "next_rotation_at", get_next_rotation_at, SLOT_PRIMARY, PEER_READ },
	{ "safe_to_remove_at", get_safe_to_remove_at, SLOT_PRIMARY, PEER_READ },
	{ "is_retiring", get_is_retiring, SLOT_PRIMARY, PEER_READ },
	{ "gone_at", get_gone_at, SLOT_PRIMARY, PEER_READ },
};

json_t *
record_json_of_key(const struct domain_key *key, unsigned rights)
{
	json_t *record = json_object();

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		const struct field *field = &fields[i];
		bool may_see = (rights & field->right) != 0;
		json_t *value = may_see ? field->get(key, field->slot) : json_null();

		/* a NULL value, for want of memory, fails here too */
		if (json_object_set_new(record, field->name, value) != 0) {
			json_decref(record);
			return NULL;
		}
	}
	return record;
}
