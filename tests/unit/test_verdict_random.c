/* SPDX-License-Identifier: ISC */
/*
 * Whatever was seen has one verdict, in printable words, and nothing is proved
 * that an independent look does not find. The scenes are made of what the
 * real ones are made of, in any order, and of random octets; the same seeds
 * give the same scenes.
 */
#include "dns_scene.h"

#include <openssl/evp.h>

#define ROUNDS 4000

static uint64_t seed;

static unsigned
below(unsigned limit)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % limit;
}

static bool
one_in(unsigned count)
{
	return below(count) == 0;
}

/* ---- random scenes ---- */

static const char *const pieces[] = {
	"v=DKIM1", ";", "; ", " ", "k=rsa", "k=ed25519", "k=", "p=" SCENE_KEY, "p=" SCENE_KEY, "p=",
	"p=aGVsbG8=", SCENE_ED25519_KEY, "h=sha256", "h=rsa-sha256", "h=sha1", "s=email", "s=x", "t=y",
	"t=s", "\\", "\"", "\xe2\x80\x9c", "\n", "\r\n ", "v=spf1 -all", "v=DMARC1; p=none", "=", "n=x",
};

static const char *const whole_texts[] = {
	SCENE_RECORD, SCENE_RECORD, SCENE_RECORD, SCENE_RECORD, SCENE_RECORD, SCENE_RECORD, SCENE_OTHER,
	"v=DKIM1; t=y; p=" SCENE_KEY, "v=DKIM1; k=dsa; p=" SCENE_KEY, "v=DKIM1; s=x; p=" SCENE_KEY,
	"v=DKIM1; h=sha1; p=" SCENE_KEY, "v=DKIM1; p=aGV*", "v=DKIM1; p=",
	"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQ", "",
};

static const char *const names[] = {
	SCENE_NAME, SCENE_TARGET, SCENE_TARGET, SCENE_TARGET "." SCENE_DOMAIN, "a.example.com",
	"b.example.org", "\x1b[2J.example", "",
};

static struct slice
put_random_bytes(char *bytes, size_t size)
{
	size_t len = below((unsigned)size);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)below(256);
	return slice_of(bytes, len);
}

static struct slice
put_random_pieces(char *bytes, size_t size)
{
	size_t len = 0;

	for (unsigned count = below(9); count > 0; count--) {
		struct slice piece = slice_from_text(pieces[below(COUNT(pieces))]);

		if (len + piece.len > size)
			break;
		memcpy(bytes + len, piece.ptr, piece.len);
		len += piece.len;
	}
	return slice_of(bytes, len);
}

static void
put_random_text(struct sight *sight)
{
	static char bytes[SIGHT_TEXT_MAX];
	unsigned kind = below(8);
	struct slice text = slice_from_text(whole_texts[below(COUNT(whole_texts))]);

	if (kind == 0)
		text = put_random_bytes(bytes, sizeof(bytes));
	else if (kind < 3)
		text = put_random_pieces(bytes, sizeof(bytes));
	else if (kind == 3)
		text = slice_first(text, below(400));
	sight_put_bytes(sight, text);
	if (sight->text_count <= SIGHT_TEXTS_MAX)
		sight->texts[sight->text_count - 1].is_cut = one_in(30);
}

static void
put_random_hops(struct sight *sight)
{
	unsigned count = one_in(10) ? below(SIGHT_HOPS_MAX + 1) : below(3);

	while (count-- > 0 && sight->hop_count < SIGHT_HOPS_MAX) {
		struct sight_hop *hop = sight_put_cname(sight, names[below(COUNT(names))]);

		hop->ttl = below(3) * 100;
		hop->has_others = one_in(30);
	}
	if (one_in(20))
		sight->chain = (enum sight_chain)below(3);
}

static void
show_at_random(struct sight *sight)
{
	if (one_in(8))
		sight->outcome = (enum sight_outcome)below(6);
	sight->rcode = one_in(4) ? below(24) : 0;
	sight->is_authoritative = !one_in(10);
	sight->is_secure = one_in(2);
	sight->is_bogus = one_in(4);
	sight->negative_ttl = below(3) * 1000;
	put_random_hops(sight);
	for (unsigned count = one_in(8) ? below(7) : below(3) > 0; count > 0; count--)
		put_random_text(sight);
}

static void
add_random_servers(struct observation_zone *zone, const char *asked)
{
	for (unsigned count = one_in(10) ? below(15) : below(3); count > 0; count--)
		show_at_random(scene_add_server(zone, one_in(9) ? "\xff\n" : "ns.example.com", asked));
}

static void
make_random(struct scene *scene)
{
	struct observation *seen = &scene->seen;

	if (one_in(2))
		memcpy(scene->expected.target, SCENE_TARGET, sizeof(SCENE_TARGET));
	if (one_in(8))
		scene_expect_key(scene, ALGORITHM_ED25519_SHA256, SCENE_ED25519_KEY);
	scene->expected.is_test_mode = one_in(8);
	show_at_random(&seen->resolver);
	if (one_in(2))
		seen->zone.server_count = 0;
	else
		for (unsigned i = 0; i < seen->zone.server_count; i++)
			seen->zone.servers[i] = seen->resolver;
	for (unsigned i = 0; i < seen->zone.server_count; i++)
		seen->zone.servers[i].is_authoritative = true;
	if (one_in(3))
		add_random_servers(&seen->zone, SCENE_NAME);
	add_random_servers(&seen->target, names[1 + below(COUNT(names) - 1)]);
	seen->has_address = one_in(8);
	seen->is_apex = one_in(8);
	if (one_in(4)) {
		memcpy(seen->doubled.asked, SCENE_NAME "." SCENE_DOMAIN, sizeof(SCENE_NAME "." SCENE_DOMAIN));
		show_at_random(&seen->doubled);
		seen->doubled.outcome = one_in(2) ? SIGHT_ANSWERED : SIGHT_NO_NAME;
	}
}

/* ---- an independent look ---- */

/* Decodes all that is base64 before the next semicolon, as forgiving as any. */
static bool
is_key(const uint8_t *expected, const char *text, size_t len)
{
	unsigned char digits[SIGHT_TEXT_MAX];
	unsigned char key[SIGHT_TEXT_MAX];
	unsigned char hash[EVP_MAX_MD_SIZE];
	size_t count = 0;
	int padding = 0;
	int size;

	for (size_t i = 0; i < len && text[i] != ';'; i++) {
		if (strchr(" \t\r\n", text[i]) != NULL && text[i] != '\0')
			continue;
		digits[count++] = (unsigned char)text[i];
		padding += text[i] == '=';
	}
	size = EVP_DecodeBlock(key, digits, (int)count);
	if (size <= padding)
		return false;
	assert_int_equal(EVP_Digest(key, (size_t)(size - padding), hash, NULL, EVP_sha256(), NULL), 1);
	return memcmp(hash, expected, VERDICT_DIGEST_SIZE) == 0;
}

static bool
has_key(const struct scene *scene)
{
	const struct sight *resolver = &scene->seen.resolver;
	const struct sight_text *text = &resolver->texts[0];

	if (resolver->text_count != 1 || resolver->outcome != SIGHT_ANSWERED)
		return false;
	for (size_t i = 0; i + 1 < text->len; i++) {
		if (text->bytes[i] == 'p' && text->bytes[i + 1] == '=' &&
		    is_key(scene->expected.key_sha256, text->bytes + i + 2, text->len - i - 2))
			return true;
	}
	return false;
}

/* ---- what holds of all of them ---- */

static void
assert_printable(const char *text, size_t size)
{
	size_t len = strnlen(text, size);

	assert_true(len < size);
	for (size_t i = 0; i < len; i++) {
		if (text[i] < ' ' || text[i] > '~')
			fail_msg("0x%02x in \"%s\"", (unsigned char)text[i], text);
	}
	if (len > 0 && text[len - 1] == '.')
		assert_true(len >= 3 && memcmp(text + len - 3, "...", 3) == 0);
}

static void
assert_sound(const struct scene *scene)
{
	const struct verdict *verdict = &scene->verdict;
	enum dns_state state = dns_code_state(verdict->code);

	assert_int_not_equal(verdict->code, DNS_CODE_NONE);
	assert_string_not_equal(word_text(dns_code_words, (int)verdict->code), "unknown");
	assert_printable(verdict->sentence, sizeof(verdict->sentence));
	assert_printable(verdict->advice, sizeof(verdict->advice));
	assert_string_not_equal(verdict->sentence, "");
	assert_true(verdict->code == DNS_CODE_PUBLISHED || verdict->advice[0] != '\0');
	if (state == DNS_VERIFIED && !(verdict->has_key && has_key(scene)))
		fail_msg("not proved: %s", verdict->sentence);
	if (state == DNS_VERIFIED)
		assert_memory_equal(
		    verdict->key_sha256, scene->expected.key_sha256, VERDICT_DIGEST_SIZE);
}

static void
assert_same_again(struct scene *scene)
{
	struct verdict before = scene->verdict;

	scene_reach(scene);
	assert_int_equal(scene->verdict.code, before.code);
	assert_string_equal(scene->verdict.sentence, before.sentence);
	assert_string_equal(scene->verdict.advice, before.advice);
	assert_int_equal(scene->verdict.ttl_s, before.ttl_s);
	assert_int_equal(scene->verdict.has_key, before.has_key);
}

/* Of a random scene every code comes up, else it would prove little. */
static void
verdict__is_sound_whatever_was_seen(void **state)
{
	unsigned counts[DNS_CODE_UNREACHABLE + 1] = { 0 };

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		void *scene = NULL;

		seed = round;
		scene_make(&scene);
		make_random(scene);
		counts[scene_reach(scene)]++;
		assert_sound(scene);
		assert_same_again(scene);
		scene_remove(&scene);
	}
	for (unsigned code = DNS_CODE_PUBLISHED; code < COUNT(counts); code++) {
		if (counts[code] == 0)
			fail_msg("never %s", word_text(dns_code_words, (int)code));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdict__is_sound_whatever_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
