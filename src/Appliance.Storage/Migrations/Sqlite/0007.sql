-- Applications that call in their own name. operations holds the bits of the C# enum. reach: 0 the credentials listed
-- in client_credential, 1 those of its organisation too, 2 all. rate (calls a second) and concurrency: 0 for no limit.
-- mac covers the whole row, so that who can write the database can neither make a client nor widen what one may do.
CREATE TABLE client (
  id              BLOB NOT NULL PRIMARY KEY,
  state           INTEGER NOT NULL,
  reach           INTEGER NOT NULL,
  organisation_id BLOB REFERENCES signer (id),
  operations      INTEGER NOT NULL,
  rate            INTEGER NOT NULL,
  burst           INTEGER NOT NULL,
  concurrency     INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  mac             BLOB NOT NULL,
  name            TEXT NOT NULL UNIQUE
) STRICT, WITHOUT ROWID;

-- What a reservation re-checks of a client.
CREATE INDEX client_check ON client (id, state, reach, organisation_id);

-- What a client proves itself with; several of a kind are good at a time, so that they can be changed without a pause.
-- kind 0: material is a salt of 16 bytes and SHA-256 over salt and secret; our secrets are 256 random bits, which need
-- no slow hash. kind 1: a public key, SubjectPublicKeyInfo in DER. kind 2: SHA-256 of a certificate (RFC 8705). kind 3:
-- SHA-256 of a certificate's SubjectPublicKeyInfo. mac covers the whole row.
CREATE TABLE client_secret (
  id          BLOB NOT NULL PRIMARY KEY,
  client_id   BLOB NOT NULL REFERENCES client (id),
  kind        INTEGER NOT NULL,
  state       INTEGER NOT NULL,
  valid_from  INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  created_at  INTEGER NOT NULL,
  key_id      TEXT NOT NULL,
  material    BLOB NOT NULL,
  mac         BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX client_secret_client ON client_secret (client_id, id);

-- The credentials that a client may use; mac covers both ids.
CREATE TABLE client_credential (
  client_id     BLOB NOT NULL REFERENCES client (id),
  credential_id BLOB NOT NULL REFERENCES credential (id),
  created_at    INTEGER NOT NULL,
  mac           BLOB NOT NULL,
  PRIMARY KEY (client_id, credential_id)
) STRICT, WITHOUT ROWID;

-- Assertions (private_key_jwt) that were used: key is the first 128 bits of SHA-256 over client and jti.
CREATE TABLE client_assertion (
  key        BLOB NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX client_assertion_expiry ON client_assertion (expires_at);

-- One row: raised in the transaction of whatever ends tokens, so that nodes that remember tokens see that something
-- was ended.
CREATE TABLE revocation (
  id    INTEGER PRIMARY KEY CHECK (id = 1),
  epoch INTEGER NOT NULL
) STRICT;

INSERT INTO revocation (id, epoch) VALUES (1, 0);
