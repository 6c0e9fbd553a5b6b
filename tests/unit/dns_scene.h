/* SPDX-License-Identifier: ISC */
/*
 * What the tests of the DNS verdict share: a scene is what should be there
 * and what was seen. It begins with an RSA key expected at SCENE_NAME, a
 * resolver and the two name servers of example.com, none of which shows
 * anything yet; the target's servers are added when something is delegated.
 */
#ifndef TESTS_DNS_SCENE_H
#define TESTS_DNS_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/slice.h"
#include "verdict/verdict.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIT(text) SLICE_LITERAL(text)

#define SCENE_DOMAIN "example.com"
#define SCENE_NAME "s1._domainkey.example.com"
#define SCENE_TARGET "s1.x7k2pq.keys.example.net"
#define SCENE_RESOLVER "192.0.2.53@53"

/* An RSA-2048 key, as in p= */
#define SCENE_KEY \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtBFMooPVpOyTflVxxaUwPxjlaX+ooUQfdEiTYG/fZeVb" \
	"cJ+ZGqg+9YhSwRQbpV2CLbSYRDEVjzHTB4fthX/xXs4taGDfDQwxVJjhad4rx51iCXzoQR0JDlPov+q8QIh/MRTc" \
	"QqxVpfylh47N9Xz3iAneqG9XWHS1KM06AmHHVaTGJvk5Rdr/yMVUm4mcMJZeCVOg3Dg35Yv20yP//nDsSR9JgOWU" \
	"4Mc+Hse0A5mZmk6vrboeZQfUag+E1bU8Js4PqwLb5DC5L/TitSvHVuMacU54NM2xg6VG46Vf0Sw65H/yj6GqlINo" \
	"cfvB8if/lZ4QFaKtzCJD7hHk/Btrp9OW6QIDAQAB"
#define SCENE_RECORD "v=DKIM1; k=rsa; p=" SCENE_KEY
#define SCENE_OTHER "v=DKIM1; k=rsa; p=aGVsbG8="

/* RFC 8463 A.2 */
#define SCENE_ED25519_KEY "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="

struct scene {
	struct expectation expected;
	struct observation seen;
	struct verdict verdict;
};

/* For cmocka. */
int scene_make(void **state);
int scene_remove(void **state);

#define SCENE_TEST(name) cmocka_unit_test_setup_teardown(name, scene_make, scene_remove)

/* The key that is expected, as base64. */
void scene_expect_key(struct scene *scene, enum algorithm algorithm, const char *base64);

/* One server more; it shows nothing yet, with authority. */
struct sight *scene_add_server(struct observation_zone *zone, const char *server, const char *asked);

/* At the end of what the sight shows. */
void sight_put_text(struct sight *sight, const char *text);
void sight_put_bytes(struct sight *sight, struct slice text);
struct sight_hop *sight_put_cname(struct sight *sight, const char *target);

/* Whatever it showed, it says that there is no such name, or fails in this way. */
void sight_clear(struct sight *sight, enum sight_outcome outcome);

/* The resolver and both servers show this text. */
void scene_publish(struct scene *scene, const char *text);

/* A CNAME is expected, and everybody shows one: to target, where its two servers have the text. */
void scene_delegate(struct scene *scene, const char *target, const char *text);

/* The zone's servers and the resolver show nothing. */
void scene_show_nothing(struct scene *scene);

enum dns_code scene_reach(struct scene *scene);

/* The code, with the verdict in the failure; and what sentence or advice must contain. */
void scene_expect(struct scene *scene, enum dns_code code, const char *words);

#endif
