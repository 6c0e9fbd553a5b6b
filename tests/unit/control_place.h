/* SPDX-License-Identifier: ISC */
/*
 * A keeper in a private directory, with a real store, real views and a control
 * socket, whose vault and supervisor the test plays itself. One thread: asking
 * turns the keeper's event loop until the answer is there.
 */
#ifndef TESTS_CONTROL_PLACE_H
#define TESTS_CONTROL_PLACE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "keeper/keeper.h"
#include "varlink/framer.h"
#include "varlink/json.h"

#define CONTROL_READER_UID 61234 /* a peer who may only read */

struct control_place {
	char directory[64];
	struct keeper keeper;
	struct settings *settings;
	int listening_fd;
	int vault_fd;      /* the vault's end */
	int supervisor_fd; /* the supervisor's end */
	int dns_fd;        /* dns's end */
	enum dns_code dns_code; /* what it sees, wherever it looks */
	uint32_t dns_ttl_s;     /* of it */
	unsigned looks;         /* how often it was asked to */
	const char *dns_sentence; /* how it says so; NULL: "what is seen" */
	uint8_t master;    /* first octet of the vault's check value */
	uint8_t previous_master; /* likewise, of the master key before it; 0: it has none */
	unsigned unopenable; /* the number of a generated key that no master key opens; 0: none */
	unsigned resealed;   /* keys that were sealed anew */
	bool is_vault_deaf;
	unsigned generated;
	unsigned imported; /* files that came to the vault */
	void (*on_publish)(const char *name, size_t text_len); /* what dns is asked to publish; may be NULL */
	bool has_ended;
};

/* A keeper in place->directory, which may have been one's before. */
void control_open(struct control_place *place);

/* For cmocka. */
int control_place_make(void **state);
int control_place_remove(void **state);

#define CONTROL_TEST(name) \
	cmocka_unit_test_setup_teardown(name, control_place_make, control_place_remove)

/* For whoever reads the settings anew: milliseconds; and the provider zone ("": none). */
void control_set_number(struct control_place *place, enum setting setting, uint64_t number);
void control_set_zone(struct control_place *place, const char *zone);

/* A connection of a peer. The caller closes it with control_hang_up. */
struct control_peer {
	struct control_place *place;
	int fd;
	struct framer framer;
};

void control_connect(struct control_place *place, bool may_change, struct control_peer *ret_peer);
void control_hang_up(struct control_peer *peer);

/* Lets the keeper, the vault and the supervisor go on for a moment. */
void control_turn(struct control_place *place);

/* Ends the keeper; it stays so. */
void control_end(struct control_place *place);

/* Sends octets as they are. */
void control_send(struct control_peer *peer, struct slice bytes);

/* Sends octets with count descriptors beside them, all of them fd. */
void control_send_passing(struct control_peer *peer, struct slice bytes, int fd, unsigned count);

/* The next answer (json_decref), or NULL: closed. Fails the test when nothing comes. */
json_t *control_receive(struct control_peer *peer);

/* Calls "org.signetd.control." method; parameters as JSON text. */
json_t *control_call(struct control_peer *peer, const char *method, const char *parameters);

/* Makes a key for domain; its id. */
void control_create(struct control_peer *peer, const char *domain, char ret_id[ID_TEXT_SIZE]);

/* Does the answer hold this error (without "org.signetd.control."), or none (NULL)? Frees it. */
void control_assert_error(json_t *answer, const char *error);

#endif
