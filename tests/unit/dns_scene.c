/* SPDX-License-Identifier: ISC */
#include "dns_scene.h"

#include "base/scan.h"
#include "dkim/digest.h"

static void
copy(char *to, size_t size, const char *text)
{
	assert_true(strlen(text) < size);
	memcpy(to, text, strlen(text) + 1);
}

#define COPY(array, text) copy((array), sizeof(array), (text))

void
scene_expect_key(struct scene *scene, enum algorithm algorithm, const char *base64)
{
	struct digest *digest = NULL;
	uint8_t key[1024];
	size_t len;

	scene->expected.algorithm = algorithm;
	assert_int_equal(scan_base64(slice_from_text(base64), key, sizeof(key), &len), STATUS_OK);
	assert_int_equal(digest_new(&digest), STATUS_OK);
	digest_put(digest, slice_of(key, len));
	assert_int_equal(digest_end(digest, scene->expected.key_sha256), STATUS_OK);
	digest_free(&digest);
}

static void
begin_sight(struct sight *sight, const char *server, const char *asked)
{
	memset(sight, 0, sizeof(*sight));
	COPY(sight->server, server);
	COPY(sight->asked, asked);
	sight->outcome = SIGHT_ANSWERED;
	sight->negative_ttl = 900;
}

struct sight *
scene_add_server(struct observation_zone *zone, const char *server, const char *asked)
{
	struct sight *sight;

	assert_true(zone->server_count < OBSERVATION_SERVERS_MAX);
	sight = &zone->servers[zone->server_count++];
	begin_sight(sight, server, asked);
	sight->is_authoritative = true;
	return sight;
}

int
scene_make(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	COPY(scene->expected.name, SCENE_NAME);
	COPY(scene->expected.domain, SCENE_DOMAIN);
	scene_expect_key(scene, ALGORITHM_RSA_SHA256, SCENE_KEY);
	begin_sight(&scene->seen.resolver, SCENE_RESOLVER, SCENE_NAME);
	COPY(scene->seen.zone.name, SCENE_DOMAIN);
	scene_add_server(&scene->seen.zone, "ns1.example.com (192.0.2.1@53)", SCENE_NAME);
	scene_add_server(&scene->seen.zone, "ns2.example.com (192.0.2.2@53)", SCENE_NAME);
	*state = scene;
	return 0;
}

int
scene_remove(void **state)
{
	free(*state);
	return 0;
}

void
sight_put_bytes(struct sight *sight, struct slice text)
{
	struct sight_text *kept;

	assert_true(text.len <= SIGHT_TEXT_MAX);
	if (sight->text_count++ >= SIGHT_TEXTS_MAX)
		return;
	kept = &sight->texts[sight->text_count - 1];
	kept->ttl = 300;
	kept->string_count = 1 + (unsigned)(text.len / 256);
	kept->len = text.len;
	memcpy(kept->bytes, text.ptr, text.len);
}

void
sight_put_text(struct sight *sight, const char *text)
{
	sight_put_bytes(sight, slice_from_text(text));
}

struct sight_hop *
sight_put_cname(struct sight *sight, const char *target)
{
	struct sight_hop *hop;

	assert_true(sight->hop_count < SIGHT_HOPS_MAX);
	hop = &sight->hops[sight->hop_count];
	COPY(hop->owner, sight->hop_count > 0 ? hop[-1].target : sight->asked);
	COPY(hop->target, target);
	hop->ttl = 600;
	sight->hop_count++;
	return hop;
}

void
sight_clear(struct sight *sight, enum sight_outcome outcome)
{
	sight->outcome = outcome;
	sight->rcode = outcome == SIGHT_NO_NAME ? 3 : outcome == SIGHT_REFUSED ? 2 : 0;
	sight->hop_count = 0;
	sight->text_count = 0;
}

void
scene_publish(struct scene *scene, const char *text)
{
	sight_put_text(&scene->seen.resolver, text);
	for (unsigned i = 0; i < scene->seen.zone.server_count; i++)
		sight_put_text(&scene->seen.zone.servers[i], text);
}

void
scene_delegate(struct scene *scene, const char *target, const char *text)
{
	struct observation *seen = &scene->seen;

	COPY(scene->expected.target, SCENE_TARGET);
	sight_put_cname(&seen->resolver, target);
	sight_put_text(&seen->resolver, text);
	for (unsigned i = 0; i < seen->zone.server_count; i++)
		sight_put_cname(&seen->zone.servers[i], target);
	COPY(seen->target.name, "keys.example.net");
	sight_put_text(scene_add_server(&seen->target, "ns1.example.net (198.51.100.1@53)", target), text);
	sight_put_text(scene_add_server(&seen->target, "ns2.example.net (198.51.100.2@53)", target), text);
}

void
scene_show_nothing(struct scene *scene)
{
	sight_clear(&scene->seen.resolver, SIGHT_NO_NAME);
	for (unsigned i = 0; i < scene->seen.zone.server_count; i++)
		sight_clear(&scene->seen.zone.servers[i], SIGHT_NO_NAME);
}

enum dns_code
scene_reach(struct scene *scene)
{
	verdict_reach(&scene->expected, &scene->seen, &scene->verdict);
	return scene->verdict.code;
}

void
scene_expect(struct scene *scene, enum dns_code code, const char *words)
{
	const struct verdict *verdict = &scene->verdict;

	if (scene_reach(scene) != code || (strstr(verdict->sentence, words) == NULL &&
	    strstr(verdict->advice, words) == NULL))
		fail_msg("%s, not %s with \"%s\":\n%s\n%s", word_text(dns_code_words, (int)verdict->code),
		    word_text(dns_code_words, (int)code), words, verdict->sentence, verdict->advice);
}
