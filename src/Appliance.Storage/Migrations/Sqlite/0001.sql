-- Ids are UUIDv7 as 16 big-endian bytes, times Unix milliseconds UTC. States are the numbers of the C# enums.

CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per start of a node. Reservations name the incarnation that made them.
CREATE TABLE incarnation (
  id         INTEGER PRIMARY KEY,
  node       TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  settled_at INTEGER
) STRICT;

CREATE TABLE root_key (
  id              INTEGER PRIMARY KEY,
  token_serial    TEXT NOT NULL,
  mechanism       INTEGER NOT NULL,
  wrapping_key_id BLOB NOT NULL,
  iv              BLOB NOT NULL,
  wrapped         BLOB NOT NULL,
  state           INTEGER NOT NULL,
  created_at      INTEGER NOT NULL
) STRICT;

CREATE TABLE refused_pin (
  token_serial TEXT NOT NULL PRIMARY KEY,
  salt         BLOB NOT NULL,
  iterations   INTEGER NOT NULL,
  digest       BLOB NOT NULL,
  at           INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- user_key is the user name folded to upper case: names differ by more than case.
CREATE TABLE signer (
  id           BLOB NOT NULL PRIMARY KEY,
  state        INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  user_key     TEXT NOT NULL UNIQUE,
  user_name    TEXT NOT NULL,
  display_name TEXT NOT NULL,
  password     BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE profile (
  id         BLOB NOT NULL PRIMARY KEY,
  signer_id  BLOB NOT NULL REFERENCES signer (id),
  kind       INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  name       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX profile_signer ON profile (signer_id);

-- What the reservation re-checks stands before the long columns.
CREATE TABLE credential (
  id            BLOB NOT NULL PRIMARY KEY,
  state         INTEGER NOT NULL,
  version       INTEGER NOT NULL,
  not_before    INTEGER NOT NULL,
  not_after     INTEGER NOT NULL,
  signer_id     BLOB NOT NULL REFERENCES signer (id),
  profile_id    BLOB NOT NULL REFERENCES profile (id),
  scal          INTEGER NOT NULL,
  multisign     INTEGER NOT NULL,
  key_algorithm INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  key_id        BLOB NOT NULL,
  key_label     TEXT NOT NULL,
  public_key    BLOB NOT NULL,
  link_mac      BLOB NOT NULL,
  description   TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX credential_signer ON credential (signer_id);

CREATE TABLE certificate (
  credential_id BLOB NOT NULL REFERENCES credential (id),
  position      INTEGER NOT NULL,
  der           BLOB NOT NULL,
  PRIMARY KEY (credential_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE factor (
  id          BLOB NOT NULL PRIMARY KEY,
  signer_id   BLOB NOT NULL REFERENCES signer (id),
  state       INTEGER NOT NULL,
  algorithm   INTEGER NOT NULL,
  digits      INTEGER NOT NULL,
  period      INTEGER NOT NULL,
  last_step   INTEGER NOT NULL,
  wrong_codes INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  secret      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX factor_signer ON factor (signer_id, created_at);

CREATE TABLE access_token (
  hash       BLOB NOT NULL PRIMARY KEY,
  kind       INTEGER NOT NULL,
  signer_id  BLOB NOT NULL,
  client_id  BLOB NOT NULL,
  grant_id   BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX access_token_grant ON access_token (grant_id);
CREATE INDEX access_token_expiry ON access_token (expires_at);

-- What an authorisation granted. mac covers everything but state, remaining and states. states holds two bits per hash
-- occurrence (0 authorised, 1 used, 2 spent), lowest bits first: a used one is being signed while a reservation holds
-- it and consumed otherwise.
CREATE TABLE activation (
  seq           INTEGER PRIMARY KEY,
  id            BLOB NOT NULL UNIQUE,
  credential_id BLOB NOT NULL REFERENCES credential (id),
  signer_id     BLOB NOT NULL REFERENCES signer (id),
  client_id     BLOB NOT NULL,
  state         INTEGER NOT NULL,
  scal          INTEGER NOT NULL,
  total         INTEGER NOT NULL,
  remaining     INTEGER NOT NULL CHECK (remaining >= 0),
  expires_at    INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  mac           BLOB NOT NULL,
  states        BLOB NOT NULL
) STRICT;

CREATE INDEX activation_expiry ON activation (expires_at);

-- One row per authorised hash occurrence. Never changed; mac covers the activation's id, ordinal and hash.
CREATE TABLE activation_hash (
  activation_seq INTEGER NOT NULL REFERENCES activation (seq),
  hash           BLOB NOT NULL,
  ordinal        INTEGER NOT NULL,
  mac            BLOB NOT NULL,
  PRIMARY KEY (activation_seq, hash, ordinal)
) STRICT, WITHOUT ROWID;

-- One row per request in flight, so that a restart finds what to settle without looking at what is settled.
CREATE TABLE reservation (
  seq           INTEGER PRIMARY KEY,
  incarnation   INTEGER NOT NULL,
  request_id    BLOB NOT NULL,
  activation_id BLOB NOT NULL,
  ordinals      BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
  seq           INTEGER PRIMARY KEY,
  at            INTEGER NOT NULL,
  event         TEXT NOT NULL,
  outcome       TEXT NOT NULL,
  signer_id     BLOB,
  credential_id BLOB,
  activation_id BLOB,
  client_id     BLOB,
  request_id    BLOB,
  count         INTEGER NOT NULL,
  digest        BLOB NOT NULL,
  detail        TEXT
) STRICT;
