/* SPDX-License-Identifier: ISC */
/*
 * What the programs say to each other: fixed-size structs in host byte order,
 * one per datagram of a SOCK_SEQPACKET pair (docs/frames.md). Both ends are
 * always of the same build, so there is no version to negotiate; a length
 * that does not match exactly is a fault of the peer and the frame is dropped.
 *
 * Every struct begins with a struct frame_head and has no padding that is not
 * named: senders clear the whole struct first.
 */
#ifndef IPC_MESSAGES_H
#define IPC_MESSAGES_H

#include <stdint.h>

#define FRAME_HANDLE_SIZE 16
#define FRAME_DIGEST_SIZE 32     /* SHA-256 */
#define FRAME_SIGNATURE_MAX 512  /* RSA-4096 */
#define FRAME_SEALED_MAX 1024
#define FRAME_PUBLIC_KEY_MAX 560 /* SPKI DER of RSA-4096 */
#define FRAME_CHECK_SIZE 32
#define FRAME_CHILDREN_MAX 64    /* children of one supervisor */
#define FRAME_NAME_SIZE 256      /* a domain name in text, its NUL, padding */
#define FRAME_SENTENCE_SIZE 512
#define FRAME_STORY_SIZE 2560
#define FRAME_NOTES_MAX 8
#define FRAME_NOTE_SIZE 316

enum frame_type {
	/* supervisor → every child */
	FRAME_PEER = 1,  /* a peer has (re)started: who, and its new epoch */
	FRAME_DRAIN,     /* take no new work, finish what is open, exit 0; its epoch is the child's */

	/* every child → supervisor */
	FRAME_READY,     /* confined and able to serve */

	/* supervisor → every child that is ready, and the answer */
	FRAME_PING,      /* do you still do your work? */
	FRAME_PONG,

	/* keeper, and a milter or the vault before it is ready → supervisor */
	FRAME_VIEW_WAIT, /* it waits for a lock of a view, or no longer */

	/* keeper → supervisor, and the answer */
	FRAME_ASK_CHILDREN, /* how are the children? */
	FRAME_CHILDREN,

	/* milter → vault, and the answer */
	FRAME_SIGN,
	FRAME_SIGNED,

	/* keeper → vault, and the answers */
	FRAME_GENERATE,
	FRAME_GENERATED,
	FRAME_IMPORT,    /* the private key in the file whose descriptor comes along */
	FRAME_IMPORTED,
	FRAME_CHECK,     /* which master keys do you hold? */
	FRAME_CHECKED,
	FRAME_RESEAL,    /* seal this key with the current master key */
	FRAME_RESEALED,

	/* keeper → dns, and the answers */
	FRAME_LOOK,      /* is the key of a slot published? */
	FRAME_LOOKED,
	FRAME_ALIGN,     /* can mail of this domain be aligned for DMARC? */
	FRAME_ALIGNED,
	FRAME_PUBLISH,   /* make this the TXT record at a name in the provider zone */
	FRAME_PUBLISHED,

	/* supervisor → every child, and the answer to both (docs/reload.md) */
	FRAME_SETTINGS,        /* get ready for these settings, whose descriptor comes along (not to the vault) */
	FRAME_SETTINGS_SWAP,   /* from now on use them */
	FRAME_SETTINGS_ANSWER,

	/* supervisor → dns, before SETTINGS: the key file of the provider zone comes along */
	FRAME_SETTINGS_KEY,

	/* keeper → supervisor, and the answer */
	FRAME_RELOAD,
	FRAME_RELOADED,
};

struct frame_head {
	uint16_t type;   /* enum frame_type */
	uint16_t length; /* of the whole frame, this head included */
	uint32_t epoch;  /* which life of the sender; an answer echoes the asker's */
	uint64_t id;     /* of the request, unique in one life; an answer echoes it */
};

struct frame_peer {
	struct frame_head head;
	uint32_t role;     /* enum role */
	uint32_t instance; /* which of several milters */
	uint32_t epoch;    /* of the peer's new life */
	uint32_t reserved;
};

/*
 * FRAME_DRAIN, FRAME_PING, FRAME_READY, FRAME_PONG, FRAME_ASK_CHILDREN, FRAME_IMPORT, FRAME_CHECK,
 * FRAME_RELOAD
 */
struct frame_plain {
	struct frame_head head;
};

enum frame_view { FRAME_VIEW_TABLE = 1, FRAME_VIEW_KEYRING = 2 };

struct frame_view_wait {
	struct frame_head head;
	uint32_t view;    /* enum frame_view */
	uint32_t is_waiting;
};

struct frame_child {
	uint32_t role;
	uint32_t instance;
	int32_t pid;       /* 0: not running now */
	uint32_t epoch;
	uint32_t restarts; /* since the supervisor started */
	uint32_t is_ready;
	int64_t started_at; /* seconds since 1970 */
	uint32_t settings_version; /* that it uses */
	uint32_t reserved;
};

struct frame_children {
	struct frame_head head;
	uint32_t count;
	uint32_t settings_version; /* 1 at the start, one more with each reload that was done */
	int64_t settings_loaded_at; /* seconds since 1970 */
	struct frame_child children[FRAME_CHILDREN_MAX];
};

struct frame_sign {
	struct frame_head head;
	uint32_t algorithm; /* enum algorithm of keys/record.h */
	uint32_t reserved;
	uint8_t handle[FRAME_HANDLE_SIZE];
	uint8_t digest[FRAME_DIGEST_SIZE];
};

struct frame_signed {
	struct frame_head head;
	uint32_t status; /* enum status: OK, NOT_FOUND (no such handle), DAMAGED, INVALID, SYSTEM … */
	uint32_t signature_len;
	uint8_t signature[FRAME_SIGNATURE_MAX];
};

struct frame_generate {
	struct frame_head head;
	uint32_t algorithm;
	uint32_t key_bits; /* 2048, 3072, 4096; 256 for Ed25519 */
};

struct frame_generated {
	struct frame_head head;
	uint32_t status; /* enum status; UNAVAILABLE: too many are waiting */
	uint32_t sealed_len;
	uint32_t public_key_len;
	uint32_t reserved;
	uint8_t handle[FRAME_HANDLE_SIZE];
	uint8_t sealed[FRAME_SEALED_MAX];
	uint8_t public_key[FRAME_PUBLIC_KEY_MAX]; /* as in p= */
};

struct frame_imported {
	struct frame_head head;
	uint32_t status;    /* enum status; UNAVAILABLE: too many are waiting */
	uint32_t algorithm; /* enum algorithm of keys/record.h */
	uint32_t key_bits;
	uint32_t sealed_len;
	uint32_t public_key_len;
	uint32_t reserved;
	uint8_t handle[FRAME_HANDLE_SIZE];
	uint8_t sealed[FRAME_SEALED_MAX];
	uint8_t public_key[FRAME_PUBLIC_KEY_MAX]; /* as in p= */
	char sentence[FRAME_SENTENCE_SIZE];       /* what is wrong with the file, or "" */
};

struct frame_checked {
	struct frame_head head;
	uint32_t has_previous;
	uint32_t reserved;
	uint8_t value[FRAME_CHECK_SIZE];    /* derived from the master key, says nothing about it */
	uint8_t previous[FRAME_CHECK_SIZE]; /* likewise, of the one before it */
};

struct frame_reseal {
	struct frame_head head;
	uint32_t sealed_len;
	uint32_t reserved;
	uint8_t handle[FRAME_HANDLE_SIZE];
	uint8_t sealed[FRAME_SEALED_MAX];
};

struct frame_resealed {
	struct frame_head head;
	uint32_t status; /* enum status; DAMAGED: no master key opens it; UNAVAILABLE: too many are waiting */
	uint32_t sealed_len;
	uint8_t sealed[FRAME_SEALED_MAX];
};

/* Texts in frames are NUL-terminated; who receives them makes sure. */

struct frame_look {
	struct frame_head head;
	uint32_t algorithm; /* enum algorithm of keys/record.h */
	uint32_t is_test_mode;
	uint8_t key_sha256[FRAME_DIGEST_SIZE]; /* of the octets that p= encodes */
	char name[FRAME_NAME_SIZE];
	char domain[FRAME_NAME_SIZE];
	char target[FRAME_NAME_SIZE]; /* where the CNAME should lead; "": none is asked for */
};

struct frame_looked {
	struct frame_head head;
	uint32_t status; /* enum status: OK, or what prevented the look; then the rest is empty */
	uint32_t code;   /* enum dns_code of keys/dns_code.h */
	uint32_t has_key;
	uint32_t ttl_s;
	uint32_t is_secure;
	uint32_t reserved;
	uint8_t key_sha256[FRAME_DIGEST_SIZE]; /* of what p= encodes there */
	char sentence[FRAME_SENTENCE_SIZE];
	char advice[FRAME_SENTENCE_SIZE];
	char story[FRAME_STORY_SIZE]; /* what was seen, a line for each thing */
};

struct frame_align {
	struct frame_head head;
	uint32_t domain_match; /* enum domain_match of keys/record.h */
	uint32_t reserved;
	char domain[FRAME_NAME_SIZE];
	char envelope[FRAME_NAME_SIZE]; /* the domain its mail has as the sender of the envelope; "": its own */
};

struct frame_note {
	uint32_t level; /* enum alignment_level of verdict/alignment.h */
	char text[FRAME_NOTE_SIZE];
};

struct frame_aligned {
	struct frame_head head;
	uint32_t status; /* enum status */
	uint32_t note_count;
	struct frame_note notes[FRAME_NOTES_MAX];
};

#define FRAME_TEXT_SIZE 1024 /* RSA-4096 needs 770 */

struct frame_publish {
	struct frame_head head;
	uint32_t ttl_s;
	uint32_t text_len; /* 0: nothing shall be there */
	char name[FRAME_NAME_SIZE];
	char text[FRAME_TEXT_SIZE];
};

struct frame_published {
	struct frame_head head;
	uint32_t status; /* enum status: OK: seen at the server; REFUSED: it will not; else try again */
	uint32_t reserved;
	char sentence[FRAME_SENTENCE_SIZE]; /* what went wrong, or "" */
};

/* FRAME_SETTINGS, FRAME_SETTINGS_SWAP, FRAME_SETTINGS_KEY; their id is that of the attempt. */
struct frame_settings {
	struct frame_head head;
	uint32_t version;
	uint32_t reserved;
};

struct frame_settings_answer {
	struct frame_head head; /* the id is that of the attempt, the epoch the child's own */
	uint32_t step;          /* FRAME_SETTINGS or FRAME_SETTINGS_SWAP: what it answers */
	uint32_t version;
	uint32_t status;        /* enum status; anything but OK refuses them */
	uint32_t reserved;
	char sentence[FRAME_SENTENCE_SIZE]; /* why it refuses, or "" */
};

struct frame_reloaded {
	struct frame_head head;
	uint32_t status;  /* enum status: OK, or why all stays as it was */
	uint32_t version; /* that is in use now */
	char sentence[FRAME_SENTENCE_SIZE]; /* what is wrong, or "" */
};

/* The largest of all: what a receive buffer must hold. */
#define FRAME_MAX sizeof(struct frame_looked)

#endif
