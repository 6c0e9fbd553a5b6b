/* SPDX-License-Identifier: ISC */
#include "store/schema.h"

/*
 * The words in the CHECKs are those of keys/record.c; the sizes those of
 * keys/record.h. The unit tests hold them together.
 */

static const char meta[] =
    "CREATE TABLE meta ("
    "  one INTEGER NOT NULL PRIMARY KEY CONSTRAINT meta_one_row CHECK (one = 1),"
    "  generation BLOB NOT NULL CHECK (length(generation) = 16),"
    "  master_check BLOB CHECK (length(master_check) = 32),"
    "  forgotten_change INTEGER NOT NULL DEFAULT 0 CHECK (forgotten_change >= 0)"
    ") STRICT;"
    "INSERT INTO meta (one, generation) VALUES (1, randomblob(16));";

/*
 * The signing slot must have a key: a foreign key that is looked at when the
 * transaction ends, because the slots come after their set.
 */
static const char key_set[] =
    "CREATE TABLE key_set ("
    "  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
    "  owner_org TEXT NOT NULL CONSTRAINT set_owner CHECK (length(owner_org) BETWEEN 1 AND 63),"
    "  domain TEXT NOT NULL CONSTRAINT set_domain CHECK (length(domain) BETWEEN 1 AND 253"
    "    AND domain NOT GLOB '*[^a-z0-9._-]*' AND domain NOT GLOB '*.' AND domain NOT GLOB '.*'),"
    "  algorithm TEXT NOT NULL"
    "    CONSTRAINT set_algorithm CHECK (algorithm IN ('rsa-sha256', 'ed25519-sha256')),"
    "  key_bits INTEGER NOT NULL,"
    "  signing_slot TEXT NOT NULL,"
    "  publication TEXT NOT NULL"
    "    CONSTRAINT set_publication CHECK (publication IN ('direct', 'delegated')),"
    "  publish_state TEXT NOT NULL CONSTRAINT set_publish_state"
    "    CHECK (publish_state IN ('in-progress', 'published', 'failed')),"
    "  test_mode INTEGER NOT NULL CONSTRAINT set_test_mode CHECK (test_mode IN (0, 1)),"
    "  created_at INTEGER NOT NULL CHECK (created_at >= 0),"
    "  rotated_at INTEGER NOT NULL CHECK (rotated_at >= 0),"
    "  next_rotation_at INTEGER NOT NULL CHECK (next_rotation_at >= 0),"
    "  safe_to_remove_at INTEGER NOT NULL CHECK (safe_to_remove_at >= 0),"
    "  CONSTRAINT set_key_bits CHECK (CASE algorithm WHEN 'rsa-sha256'"
    "    THEN key_bits IN (1024, 2048, 3072, 4096) ELSE key_bits = 256 END),"
    "  UNIQUE (number, domain),"
    "  UNIQUE (number, domain, algorithm),"
    "  FOREIGN KEY (number, signing_slot) REFERENCES key_slot (set_number, slot)"
    "    DEFERRABLE INITIALLY DEFERRED"
    ") STRICT;";

static const char key_slot[] =
    "CREATE TABLE key_slot ("
    "  set_number INTEGER NOT NULL,"
    "  slot TEXT NOT NULL CONSTRAINT slot_slot CHECK (slot IN ('primary', 'alternate')),"
    "  domain TEXT NOT NULL,"
    "  selector TEXT NOT NULL CONSTRAINT slot_selector CHECK (length(selector) BETWEEN 1 AND 127"
    "    AND selector NOT GLOB '*[^a-z0-9._-]*'),"
    "  handle BLOB NOT NULL UNIQUE CONSTRAINT slot_handle CHECK (length(handle) = 16),"
    "  public_key BLOB NOT NULL"
    "    CONSTRAINT slot_public_key CHECK (length(public_key) BETWEEN 1 AND 560),"
    "  sealed BLOB NOT NULL CONSTRAINT slot_sealed CHECK (length(sealed) BETWEEN 1 AND 1024),"
    "  txt_record_name TEXT NOT NULL CHECK (length(txt_record_name) <= 253),"
    "  dns_state TEXT NOT NULL"
    "    CONSTRAINT slot_dns_state CHECK (dns_state IN ('unchecked', 'verified', 'failed')),"
    "  dns_checked_at INTEGER NOT NULL CHECK (dns_checked_at >= 0),"
    "  PRIMARY KEY (set_number, slot),"
    "  UNIQUE (domain, selector),"
    "  FOREIGN KEY (set_number, domain) REFERENCES key_set (number, domain) ON DELETE CASCADE"
    ") STRICT;";

/*
 * domain and algorithm are the set's, held to it by the foreign key: an index
 * reaches over one table only, and the rule of the one active key needs them.
 */
static const char domain_key[] =
    "CREATE TABLE domain_key ("
    "  id BLOB NOT NULL PRIMARY KEY CONSTRAINT key_id CHECK (length(id) = 16),"
    "  org TEXT NOT NULL CONSTRAINT key_org CHECK (length(org) BETWEEN 1 AND 63),"
    "  set_number INTEGER NOT NULL,"
    "  domain TEXT NOT NULL,"
    "  algorithm TEXT NOT NULL,"
    "  domain_match TEXT NOT NULL CONSTRAINT key_domain_match"
    "    CHECK (domain_match IN ('DomainOnly', 'SubdomainsOnly', 'DomainAndSubdomains')),"
    "  is_active INTEGER NOT NULL CONSTRAINT key_is_active CHECK (is_active IN (0, 1)),"
    "  created_at INTEGER NOT NULL CHECK (created_at >= 0),"
    "  activated_at INTEGER NOT NULL CHECK (activated_at >= 0),"
    "  deactivated_at INTEGER NOT NULL CHECK (deactivated_at >= 0),"
    "  UNIQUE (set_number, org, domain_match),"
    "  FOREIGN KEY (set_number, domain, algorithm) REFERENCES key_set (number, domain, algorithm)"
    ") STRICT;"
    "CREATE UNIQUE INDEX domain_key_one_active"
    "  ON domain_key (org, domain, algorithm, domain_match) WHERE is_active = 1;"
    "CREATE UNIQUE INDEX domain_key_in_order ON domain_key (domain, org, id);"
    "CREATE INDEX domain_key_of_org ON domain_key (org, domain, id);";

/* What the record says cannot change. */
static const char fixed[] =
    "CREATE TRIGGER key_set_is_fixed"
    "  BEFORE UPDATE OF number, domain, algorithm ON key_set BEGIN"
    "  SELECT RAISE(ABORT, 'domain and algorithm of a key set cannot change'); END;"
    "CREATE TRIGGER key_slot_is_fixed"
    "  BEFORE UPDATE OF set_number, slot, domain, selector ON key_slot BEGIN"
    "  SELECT RAISE(ABORT, 'the selector of a slot cannot change'); END;"
    "CREATE TRIGGER domain_key_is_fixed"
    "  BEFORE UPDATE OF id, org, set_number, domain, algorithm, created_at ON domain_key BEGIN"
    "  SELECT RAISE(ABORT, 'organization, domain and key set of a record cannot change'); END;";

static const char audit[] =
    "CREATE TABLE audit ("
    "  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
    "  at INTEGER NOT NULL CHECK (at >= 0),"
    "  actor TEXT NOT NULL CONSTRAINT audit_actor CHECK (actor <> ''),"
    "  on_behalf_of TEXT NOT NULL,"
    "  action TEXT NOT NULL CONSTRAINT audit_action CHECK (action <> ''),"
    "  object TEXT NOT NULL,"
    "  before TEXT NOT NULL,"
    "  after TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX audit_of_object ON audit (object, number);"
    "CREATE TRIGGER audit_is_fixed BEFORE UPDATE ON audit BEGIN"
    "  SELECT RAISE(ABORT, 'audit rows cannot change'); END;"
    "CREATE TRIGGER audit_stays BEFORE DELETE ON audit BEGIN"
    "  SELECT RAISE(ABORT, 'audit rows cannot be removed'); END;";

/* AUTOINCREMENT: a number is never given twice, also when all changes are forgotten. */
static const char change[] =
    "CREATE TABLE change ("
    "  number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,"
    "  kind TEXT NOT NULL,"
    "  org TEXT,"
    "  domain TEXT,"
    "  handle BLOB,"
    "  CONSTRAINT change_kind CHECK (CASE kind"
    "    WHEN 'table' THEN org NOT NULL AND domain NOT NULL AND handle IS NULL"
    "    WHEN 'keyring' THEN org IS NULL AND domain IS NULL AND handle NOT NULL"
    "    ELSE 0 END)"
    ") STRICT;";

/* Changes are noted by triggers, so that no statement can forget to. */
static const char note_keyring[] =
    "CREATE TRIGGER key_slot_inserted AFTER INSERT ON key_slot BEGIN"
    "  INSERT INTO change (kind, handle) VALUES ('keyring', NEW.handle); END;"
    "CREATE TRIGGER key_slot_deleted AFTER DELETE ON key_slot BEGIN"
    "  INSERT INTO change (kind, handle) VALUES ('keyring', OLD.handle); END;"
    "CREATE TRIGGER key_slot_updated AFTER UPDATE OF handle, sealed ON key_slot BEGIN"
    "  INSERT INTO change (kind, handle) VALUES ('keyring', NEW.handle);"
    "  INSERT INTO change (kind, org, domain)"
    "    SELECT 'table', org, domain FROM domain_key"
    "    WHERE set_number = NEW.set_number AND is_active = 1;"
    "  INSERT INTO change (kind, handle)"
    "    SELECT 'keyring', OLD.handle WHERE OLD.handle <> NEW.handle; END;";

static const char note_table[] =
    "CREATE TRIGGER domain_key_inserted AFTER INSERT ON domain_key WHEN NEW.is_active = 1 BEGIN"
    "  INSERT INTO change (kind, org, domain) VALUES ('table', NEW.org, NEW.domain); END;"
    "CREATE TRIGGER domain_key_deleted AFTER DELETE ON domain_key WHEN OLD.is_active = 1 BEGIN"
    "  INSERT INTO change (kind, org, domain) VALUES ('table', OLD.org, OLD.domain); END;"
    "CREATE TRIGGER domain_key_updated AFTER UPDATE ON domain_key"
    "  WHEN OLD.is_active = 1 OR NEW.is_active = 1 BEGIN"
    "  INSERT INTO change (kind, org, domain) VALUES ('table', NEW.org, NEW.domain); END;"
    "CREATE TRIGGER key_set_switched AFTER UPDATE OF signing_slot ON key_set BEGIN"
    "  INSERT INTO change (kind, org, domain)"
    "    SELECT 'table', org, domain FROM domain_key"
    "    WHERE set_number = NEW.number AND is_active = 1; END;";

static const char *const version_1[] = {
	meta,
	key_set,
	key_slot,
	domain_key,
	fixed,
	audit,
	change,
	note_keyring,
	note_table,
	NULL,
};

/* What the last look at DNS said. */
static const char slot_verdict[] =
    "ALTER TABLE key_slot ADD COLUMN dns_code TEXT NOT NULL DEFAULT 'none';"
    "ALTER TABLE key_slot ADD COLUMN dns_sentence TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE key_slot ADD COLUMN dns_key_sha256 BLOB"
    "  CONSTRAINT slot_dns_key CHECK (length(dns_key_sha256) = 32);";

/* How it stands with the record of a slot in the provider zone. */
static const char slot_publication[] =
    "ALTER TABLE key_slot ADD COLUMN publish_state TEXT NOT NULL DEFAULT 'in-progress'"
    "  CONSTRAINT slot_publish_state"
    "  CHECK (publish_state IN ('in-progress', 'published', 'failed'));"
    "ALTER TABLE key_slot ADD COLUMN publish_attempts INTEGER NOT NULL DEFAULT 0"
    "  CHECK (publish_attempts >= 0);"
    "ALTER TABLE key_slot ADD COLUMN publish_next_at INTEGER NOT NULL DEFAULT 0"
    "  CHECK (publish_next_at >= 0);"
    "ALTER TABLE key_slot ADD COLUMN publish_sentence TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX key_slot_to_publish ON key_slot (publish_next_at)"
    "  WHERE txt_record_name <> '' AND publish_state <> 'published';";

/* Where the rotation of a set stands: keys/rotation.h. No step: it has not begun. */
static const char rotation[] =
    "ALTER TABLE key_set ADD COLUMN rotation_step TEXT CONSTRAINT set_rotation_step CHECK"
    "  (rotation_step IN ('publishing', 'appearing', 'settling', 'ready', 'switching',"
    "   'retiring'));"
    "ALTER TABLE key_set ADD COLUMN rotation_began_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_since INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_attempts INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_tried_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_proved_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_seen_sha256 BLOB"
    "  CONSTRAINT set_rotation_seen CHECK (length(rotation_seen_sha256) = 32);"
    "ALTER TABLE key_set ADD COLUMN rotation_look_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_reason TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE key_set ADD COLUMN rotation_alarm INTEGER NOT NULL DEFAULT 0"
    "  CONSTRAINT set_rotation_alarm CHECK (rotation_alarm IN (0, 1));"
    "ALTER TABLE key_slot ADD COLUMN is_revoked INTEGER NOT NULL DEFAULT 0"
    "  CONSTRAINT slot_is_revoked CHECK (is_revoked IN (0, 1));"
    "ALTER TABLE key_slot ADD COLUMN seen_ttl INTEGER NOT NULL DEFAULT 0"
    "  CONSTRAINT slot_seen_ttl CHECK (seen_ttl >= 0);"
    "CREATE INDEX key_set_to_rotate ON key_set (rotation_look_at) WHERE rotation_step NOT NULL;";

/* The rotation writes the slot each time, and switches it seldom: only then do the views differ. */
static const char note_switch[] =
    "DROP TRIGGER key_set_switched;"
    "CREATE TRIGGER key_set_switched AFTER UPDATE OF signing_slot ON key_set"
    "  WHEN OLD.signing_slot <> NEW.signing_slot BEGIN"
    "  INSERT INTO change (kind, org, domain)"
    "    SELECT 'table', org, domain FROM domain_key"
    "    WHERE set_number = NEW.number AND is_active = 1; END;";

static const char *const version_2[] = {
	slot_verdict,
	slot_publication,
	rotation,
	note_switch,
	NULL,
};

/*
 * Under which master key a private key is sealed: the number of the seal that
 * it has, against the present one. previous_check: some may still have an
 * earlier one (docs/master-key.md).
 */
static const char seal[] =
    "ALTER TABLE meta ADD COLUMN previous_check BLOB"
    "  CONSTRAINT meta_previous_check CHECK (length(previous_check) = 32);"
    "ALTER TABLE meta ADD COLUMN seal INTEGER NOT NULL DEFAULT 0"
    "  CONSTRAINT meta_seal CHECK (seal >= 0);"
    "ALTER TABLE key_slot ADD COLUMN seal INTEGER NOT NULL DEFAULT 0"
    "  CONSTRAINT slot_seal CHECK (seal >= 0);"
    "CREATE INDEX key_slot_by_seal ON key_slot (seal);";

/* The table has no sealed keys: one that is sealed anew is nothing to the milters. */
static const char note_reseal[] =
    "DROP TRIGGER key_slot_updated;"
    "CREATE TRIGGER key_slot_updated AFTER UPDATE OF handle, sealed ON key_slot BEGIN"
    "  INSERT INTO change (kind, handle) VALUES ('keyring', NEW.handle);"
    "  INSERT INTO change (kind, org, domain)"
    "    SELECT 'table', org, domain FROM domain_key"
    "    WHERE set_number = NEW.set_number AND is_active = 1 AND OLD.handle <> NEW.handle;"
    "  INSERT INTO change (kind, handle)"
    "    SELECT 'keyring', OLD.handle WHERE OLD.handle <> NEW.handle; END;";

static const char *const version_3[] = {
	seal,
	note_reseal,
	NULL,
};

/* How a deleted set goes: keys/rotation.h. No retirement: it stays. */
static const char retirement[] =
    "ALTER TABLE key_set ADD COLUMN retirement TEXT CONSTRAINT set_retirement CHECK"
    "  (retirement IN ('leaving', 'emptying', 'emptied', 'removing', 'removed'));"
    "ALTER TABLE key_set ADD COLUMN gone_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_activated_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE key_set ADD COLUMN rotation_quiet_since INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX key_set_retiring ON key_set (gone_at) WHERE retirement NOT NULL;";

/* What retires signs no more, whoever forgot to look; and the rotation looks when a key stops to sign. */
static const char stop[] =
    "CREATE TRIGGER domain_key_of_retiring BEFORE UPDATE OF is_active ON domain_key"
    "  WHEN NEW.is_active = 1 AND EXISTS (SELECT 1 FROM key_set"
    "    WHERE number = NEW.set_number AND retirement NOT NULL) BEGIN"
    "  SELECT RAISE(ABORT, 'the key set is deleted'); END;"
    "CREATE TRIGGER domain_key_joins_retiring BEFORE INSERT ON domain_key"
    "  WHEN EXISTS (SELECT 1 FROM key_set"
    "    WHERE number = NEW.set_number AND retirement NOT NULL) BEGIN"
    "  SELECT RAISE(ABORT, 'the key set is deleted'); END;"
    "CREATE TRIGGER key_set_retires BEFORE UPDATE OF retirement ON key_set"
    "  WHEN NEW.retirement NOT NULL AND EXISTS (SELECT 1 FROM domain_key"
    "    WHERE set_number = NEW.number AND is_active = 1) BEGIN"
    "  SELECT RAISE(ABORT, 'the key set signs'); END;"
    "CREATE TRIGGER domain_key_stopped AFTER UPDATE OF is_active ON domain_key"
    "  WHEN OLD.is_active = 1 AND NEW.is_active = 0 BEGIN"
    "  UPDATE key_set SET rotation_look_at = 0 WHERE number = NEW.set_number; END;";

static const char *const version_4[] = {
	retirement,
	stop,
	NULL,
};

/* What signed before there was a rotation: it would neither be watched, nor be waited for when it is deleted. */
static const char rotation_of_old[] =
    "UPDATE key_set SET rotation_step = 'publishing',"
    "  (rotation_began_at, rotation_since, rotation_activated_at) ="
    "    (SELECT min(activated_at), min(activated_at), max(activated_at) FROM domain_key"
    "      WHERE set_number = number AND activated_at > 0)"
    "  WHERE rotation_step IS NULL"
    "    AND EXISTS (SELECT 1 FROM domain_key WHERE set_number = number AND activated_at > 0);";

static const char *const version_5[] = {
	rotation_of_old,
	NULL,
};

const char *const *const schema_migrations[] = {
	version_1,
	version_2,
	version_3,
	version_4,
	version_5,
};

const size_t schema_version = sizeof(schema_migrations) / sizeof(schema_migrations[0]);
