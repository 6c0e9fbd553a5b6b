/* SPDX-License-Identifier: ISC */
/*
 * fill STATE_DIR FIRST COUNT ALGORITHM [SLOTS]
 *
 * Writes active records for d<n>.example.com, n from FIRST on, straight into
 * the store under STATE_DIR, whose daemon has started once and made its master
 * key. Each record has a key set, selectors s<n> and t<n> and sealed keys of
 * its own, under handles of their own; but a few private keys are sealed again
 * and again, because generating a million is no test. The daemon may be
 * running: it follows with its next change. SLOTS: keys in a set, 1 or 2.
 */
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scan.h"
#include "store/store.h"
#include "vault/key.h"
#include "vault/seal.h"

#define KEYS 16
#define RECORDS_AT_ONCE 500 /* a transaction: the keeper waits for its turn */
#define CREATED_AT INT64_C(1795219200)
#define PATH_SIZE 4096

struct pair {
	struct secret plain;
	struct seal_label label;
	uint8_t public_key[PUBLIC_KEY_MAX];
	size_t public_key_len;
};

struct fill {
	struct store *store;
	struct master *master;
	enum algorithm algorithm;
	unsigned slots;
	struct pair pairs[KEYS];
};

static _Noreturn void
give_up(const char *what, const struct error *err)
{
	(void)fprintf(stderr, "fill: %s%s%s\n", what, err != NULL ? ": " : "", err != NULL ? err->text : "");
	exit(1);
}

static void
must(enum status status, const char *what)
{
	if (status != STATUS_OK)
		give_up(what, NULL);
}

/* ---- keys ---- */

static void
make_pair(enum algorithm algorithm, struct pair *pair)
{
	struct key *key = NULL;

	must(key_generate(algorithm, 2048, &key), "cannot generate a key");
	must(key_to_plain(key, &pair->plain), "cannot export a key");
	must(key_public(key, pair->public_key, &pair->public_key_len), "cannot export a public key");
	key_release(&key);
	pair->label.algorithm = algorithm;
	if (EVP_Digest(pair->public_key, pair->public_key_len, pair->label.public_digest, NULL,
	        EVP_sha256(), NULL) != 1)
		give_up("cannot hash a public key", NULL);
}

static void
read_master(struct fill *fill, const char *directory)
{
	char path[PATH_SIZE];
	struct error err = { "" };
	int fd;

	(void)snprintf(path, sizeof(path), "%s/master.key", directory);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		give_up(path, NULL);
	if (master_read(fd, &fill->master, &err) != STATUS_OK)
		give_up(path, &err);
	(void)close(fd);
}

/* ---- records ---- */

static void
make_slot(const struct fill *fill, unsigned n, unsigned which, struct key_slot *slot,
    struct store_sealed *sealed)
{
	const struct pair *pair = &fill->pairs[(n + which) % KEYS];

	*slot = (struct key_slot){ .has_key = true, .public_key_len = pair->public_key_len,
		.dns.state = DNS_UNCHECKED };
	(void)snprintf(slot->selector, sizeof(slot->selector), "%c%u", which == 0 ? 's' : 't', n);
	memcpy(slot->public_key, pair->public_key, pair->public_key_len);
	if (RAND_bytes(slot->handle.bytes, sizeof(slot->handle.bytes)) != 1)
		give_up("no random octets", NULL);
	must(seal_close(fill->master, &slot->handle, &pair->label, &pair->plain, sealed->bytes,
	         &sealed->len),
	    "cannot seal a key");
}

static struct domain_key
make_record(const struct fill *fill, unsigned n, struct store_sealed sealed[SLOT_COUNT])
{
	struct domain_key key = { .org = "main", .domain_match = MATCH_DOMAIN_ONLY,
		.is_active = true, .created_at = CREATED_AT, .activated_at = CREATED_AT };
	struct key_set *set = &key.set;

	for (unsigned i = 0; i < sizeof(n); i++)
		key.id.bytes[i] = (uint8_t)(n >> (8 * i));
	*set = (struct key_set){ .owner_org = "main", .algorithm = fill->algorithm,
		.key_bits = fill->algorithm == ALGORITHM_RSA_SHA256 ? 2048 : 256,
		.publication = PUBLICATION_DIRECT, .publish_state = PUBLISH_IN_PROGRESS,
		.created_at = CREATED_AT };
	(void)snprintf(set->domain, sizeof(set->domain), "d%u.example.com", n);
	for (unsigned i = 0; i < fill->slots; i++)
		make_slot(fill, n, i, &set->slots[i], &sealed[i]);
	return key;
}

static void
write_record(const struct fill *fill, unsigned n)
{
	struct store_sealed sealed[SLOT_COUNT] = { { .len = 0 } };
	struct domain_key key = make_record(fill, n, sealed);
	struct error err = { "" };

	if (store_insert_set(fill->store, &key.set, sealed, &err) != STATUS_OK ||
	    store_insert_key(fill->store, &key, &err) != STATUS_OK)
		give_up(key.set.domain, &err);
}

static void
write_records(const struct fill *fill, unsigned first, unsigned count)
{
	static const struct store_audit audit = { 0, CREATED_AT, "fill", "", "fill", "", "", "" };
	struct error err = { "" };

	if (store_begin(fill->store, &err) != STATUS_OK)
		give_up("begin", &err);
	for (unsigned n = first; n < first + count; n++)
		write_record(fill, n);
	if (store_add_audit(fill->store, &audit, &err) != STATUS_OK ||
	    store_commit(fill->store, &err) != STATUS_OK)
		give_up("commit", &err);
}

/* ---- */

static unsigned
number_of(const char *text)
{
	uint64_t number = 0;

	if (scan_u64(slice_from_text(text), UINT32_MAX, &number) != STATUS_OK)
		give_up(text, NULL);
	return (unsigned)number;
}

static void
prepare(struct fill *fill, char **argv, int argc)
{
	char path[PATH_SIZE];
	struct error err = { "" };
	int algorithm = 0;

	must(word_value(algorithm_words, slice_from_text(argv[4]), &algorithm), argv[4]);
	fill->algorithm = (enum algorithm)algorithm;
	fill->slots = argc > 5 ? number_of(argv[5]) : SLOT_COUNT;
	if (fill->slots < 1 || fill->slots > SLOT_COUNT)
		give_up(argv[5], NULL);
	read_master(fill, argv[1]);
	for (unsigned i = 0; i < KEYS; i++)
		make_pair(fill->algorithm, &fill->pairs[i]);
	(void)snprintf(path, sizeof(path), "%s/store", argv[1]);
	if (store_open(path, &fill->store, &err) != STATUS_OK)
		give_up(path, &err);
}

int
main(int argc, char **argv)
{
	static struct fill fill;
	unsigned n, end;

	if (argc != 5 && argc != 6)
		give_up("usage: fill STATE_DIR FIRST COUNT ALGORITHM [SLOTS]", NULL);
	prepare(&fill, argv, argc);
	n = number_of(argv[2]);
	for (end = n + number_of(argv[3]); n < end; n += RECORDS_AT_ONCE)
		write_records(&fill, n, end - n < RECORDS_AT_ONCE ? end - n : RECORDS_AT_ONCE);
	store_close(&fill.store);
	master_free(&fill.master);
	return 0;
}
