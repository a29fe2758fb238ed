-- What an activation is for, a number of the C# enum; covered by mac where it is not 0, a signature.
ALTER TABLE activation ADD COLUMN purpose INTEGER NOT NULL DEFAULT 0;

-- told: the lowest threshold in per cent whose notice went out; 101 for none. plan: the size of the preset that was
-- granted last, 0 for a free count; for people. mac covers neither.
ALTER TABLE package ADD COLUMN told INTEGER NOT NULL DEFAULT 101;
ALTER TABLE package ADD COLUMN plan INTEGER NOT NULL DEFAULT 0;

-- Orders that were granted, so that an order that is sent again grants nothing again.
CREATE TABLE package_order (
  order_id      TEXT NOT NULL PRIMARY KEY,
  credential_id BLOB NOT NULL REFERENCES credential (id),
  package_id    BLOB NOT NULL,
  count         INTEGER NOT NULL,
  created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A signature that was paid for and has no time stamp yet; the row goes with the first time stamp over it. Each number
-- is 64 bits of an HMAC over signer, algorithm and the hash of the signature value by that algorithm: who can write the
-- database cannot make one. Rows are in the order of their ends but for a change of the setting, so that the sweeper
-- needs no index of its own.
CREATE TABLE signature_digest (
  seq        INTEGER PRIMARY KEY,
  expires_at INTEGER NOT NULL,
  sha256     INTEGER,
  sha384     INTEGER,
  sha512     INTEGER,
  sha3_256   INTEGER,
  sha3_384   INTEGER,
  sha3_512   INTEGER
) STRICT;

CREATE INDEX signature_digest_sha256 ON signature_digest (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX signature_digest_sha384 ON signature_digest (sha384) WHERE sha384 IS NOT NULL;
CREATE INDEX signature_digest_sha512 ON signature_digest (sha512) WHERE sha512 IS NOT NULL;
CREATE INDEX signature_digest_sha3_256 ON signature_digest (sha3_256) WHERE sha3_256 IS NOT NULL;
CREATE INDEX signature_digest_sha3_384 ON signature_digest (sha3_384) WHERE sha3_384 IS NOT NULL;
CREATE INDEX signature_digest_sha3_512 ON signature_digest (sha3_512) WHERE sha3_512 IS NOT NULL;

-- How many TLS logins a signer authorised on a day (days since 1970, UTC).
CREATE TABLE tls_login (
  signer_id BLOB NOT NULL REFERENCES signer (id),
  day       INTEGER NOT NULL,
  count     INTEGER NOT NULL,
  PRIMARY KEY (signer_id, day)
) STRICT, WITHOUT ROWID;

-- An organisation is a signer of its own; this is what is known of it beside. mac covers the whole row.
CREATE TABLE organisation (
  id           BLOB NOT NULL PRIMARY KEY REFERENCES signer (id),
  name         TEXT NOT NULL,
  registration TEXT,
  lei          TEXT,
  vat          TEXT,
  created_at   INTEGER NOT NULL,
  mac          BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- For which organisation an employee or representative signs; ended_at: from then on no credential is added to it.
ALTER TABLE profile ADD COLUMN organisation_id BLOB;
ALTER TABLE profile ADD COLUMN ended_at INTEGER;

-- The credentials that limiting a signer suspended: restoring it brings back these and no others.
CREATE TABLE limited_credential (
  signer_id     BLOB NOT NULL REFERENCES signer (id),
  credential_id BLOB NOT NULL REFERENCES credential (id),
  PRIMARY KEY (signer_id, credential_id)
) STRICT, WITHOUT ROWID;
