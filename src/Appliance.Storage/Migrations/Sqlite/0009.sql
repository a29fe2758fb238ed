-- Codes that were sent: the last one for each signer, purpose and subject (zeros for none), so that what limits its
-- tries and the next sending outlives the code. digest is keyed; destination is encrypted; mac covers the whole row.
CREATE TABLE one_time_code (
  signer_id   BLOB NOT NULL REFERENCES signer (id),
  purpose     INTEGER NOT NULL,
  subject     BLOB NOT NULL,
  id          BLOB NOT NULL,
  state       INTEGER NOT NULL,
  tries       INTEGER NOT NULL,
  sent_at     INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  resend_at   INTEGER NOT NULL,
  digest      BLOB NOT NULL,
  destination BLOB NOT NULL,
  mac         BLOB NOT NULL,
  PRIMARY KEY (signer_id, purpose, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX one_time_code_over ON one_time_code (resend_at);

-- Links that were sent, likewise: a new one takes the place of the one before. hash: SHA-256 of 256 random bits.
CREATE TABLE one_time_link (
  signer_id  BLOB NOT NULL REFERENCES signer (id),
  purpose    INTEGER NOT NULL,
  subject    BLOB NOT NULL,
  hash       BLOB NOT NULL UNIQUE,
  state      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  mac        BLOB NOT NULL,
  PRIMARY KEY (signer_id, purpose, subject)
) STRICT, WITHOUT ROWID;

CREATE INDEX one_time_link_over ON one_time_link (expires_at);

-- Signers' PINs. sealed: the encrypted PBKDF2 digest; mac covers the whole row.
CREATE TABLE signer_pin (
  signer_id  BLOB NOT NULL PRIMARY KEY REFERENCES signer (id),
  state      INTEGER NOT NULL,
  wrong      INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  sealed     BLOB NOT NULL,
  mac        BLOB NOT NULL
) STRICT, WITHOUT ROWID;
