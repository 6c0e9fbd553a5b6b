/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/methods/record_json.h"
#include "keeper/peer.h"

static const struct domain_key sample = {
	.id = { { 0xdd, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } },
	.org = "main",
	.domain_match = MATCH_DOMAIN_AND_SUBDOMAINS,
	.is_active = true,
	.created_at = 1795219200,
	.activated_at = 1795219261,
	.set = {
		.number = 7,
		.owner_org = "main",
		.domain = "example.com",
		.algorithm = ALGORITHM_ED25519_SHA256,
		.key_bits = 256,
		.signing_slot = SLOT_ALTERNATE,
		.publication = PUBLICATION_DIRECT,
		.publish_state = PUBLISH_IN_PROGRESS,
		.test_mode = true,
		.slots = {
			{
				.has_key = true,
				.selector = "s202611a-7k3q9xwm",
				.handle = { { 0xaa } },
				.public_key = { 'o', 'n', 'e' },
				.public_key_len = 3,
				.dns.state = DNS_UNCHECKED,
			},
			{
				.has_key = true,
				.selector = "s202611b-qqqqqqqq",
				.handle = { { 0xbb } },
				.public_key = { 't', 'w', 'o', '!' },
				.public_key_len = 4,
				.dns.state = DNS_VERIFIED,
				.dns.checked_at = 1795219260,
				.dns.code = DNS_CODE_PUBLISHED,
				.dns.sentence = "it is there",
				.is_revoked = true,
			},
		},
		.created_at = 1795219200,
	},
};

#define UP_TO_HANDLES \
	"{\"id\":\"dk_dd0102030405060708090a0b0c0d0e0f\",\"org\":\"main\",\"domain\":\"example.com\"," \
	"\"domain_match\":\"DomainAndSubdomains\",\"is_active\":true,\"algorithm\":\"ed25519-sha256\"," \
	"\"key_size\":256,\"selector\":\"s202611a-7k3q9xwm\"," \
	"\"alternate_selector\":\"s202611b-qqqqqqqq\","
#define HANDLES \
	"\"private_key\":\"sk_aa000000000000000000000000000000\"," \
	"\"alternate_private_key\":\"sk_bb000000000000000000000000000000\","
#define NO_HANDLES "\"private_key\":null,\"alternate_private_key\":null,"
#define AFTER_HANDLES \
	"\"public_key\":\"b25l\",\"alternate_public_key\":\"dHdvIQ==\",\"signing_slot\":\"alternate\"," \
	"\"publication\":\"direct\",\"txt_record_name\":null,\"alternate_txt_record_name\":null," \
	"\"txt_records_publish_state\":null,\"test_mode\":true," \
	"\"dns_status\":{\"primary\":{\"state\":\"unchecked\",\"code\":null," \
	"\"sentence\":null,\"checked_at\":null,\"is_revoked\":false}," \
	"\"alternate\":{\"state\":\"verified\",\"code\":\"published\"," \
	"\"sentence\":\"it is there\",\"checked_at\":\"2026-11-21T00:01:00Z\",\"is_revoked\":true}}," \
	"\"created_at\":\"2026-11-21T00:00:00Z\",\"activated_at\":\"2026-11-21T00:01:01Z\"," \
	"\"deactivated_at\":null,\"rotated_at\":null,\"next_rotation_at\":null," \
	"\"safe_to_remove_at\":null,\"is_retiring\":false,\"gone_at\":null}"

static void
assert_record(const struct domain_key *key, unsigned rights, const char *expected)
{
	json_t *record = record_json_of_key(key, rights);
	struct buf text;

	assert_non_null(record);
	buf_init(&text, 65536);
	json_write(record, false, &text);
	assert_string_equal(buf_text(&text), expected);
	buf_done(&text);
	json_decref(record);
}

static void
record_json__has_every_field_in_order(void **state)
{
	(void)state;
	assert_record(&sample, PEER_READ | PEER_CHANGE, UP_TO_HANDLES HANDLES AFTER_HANDLES);
}

static void
record_json__keeps_handles_from_those_who_may_only_read(void **state)
{
	(void)state;
	assert_record(&sample, PEER_READ, UP_TO_HANDLES NO_HANDLES AFTER_HANDLES);
}

static void
record_json__of_a_set_with_one_slot_has_nulls(void **state)
{
	static const char *const null_members[] = {
		"alternate_selector", "alternate_private_key", "alternate_public_key",
	};
	struct domain_key key = sample;
	json_t *record;

	(void)state;
	key.set.slots[SLOT_ALTERNATE] = (struct key_slot){ .has_key = false };
	record = record_json_of_key(&key, PEER_READ | PEER_CHANGE);
	for (size_t i = 0; i < sizeof(null_members) / sizeof(null_members[0]); i++)
		assert_true(json_is_null(json_object_get(record, null_members[i])));
	assert_true(
	    json_is_null(json_object_get(json_object_get(record, "dns_status"), "alternate")));
	assert_string_equal(json_member_text(record, "selector"), "s202611a-7k3q9xwm");
	json_decref(record);
}

static void
record_json__of_a_delegated_set_says_how_far_its_publication_is(void **state)
{
	struct domain_key key = sample;
	json_t *record;

	(void)state;
	key.set.publication = PUBLICATION_DELEGATED;
	record = record_json_of_key(&key, PEER_READ);
	assert_string_equal(json_member_text(record, "txt_records_publish_state"), "in-progress");
	json_decref(record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_json__has_every_field_in_order),
		cmocka_unit_test(record_json__keeps_handles_from_those_who_may_only_read),
		cmocka_unit_test(record_json__of_a_set_with_one_slot_has_nulls),
		cmocka_unit_test(record_json__of_a_delegated_set_says_how_far_its_publication_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
