-- Purposes, plans, orders, what a time stamp may cover, TLS logins, organisations, what a limit suspended: see the
-- script of SQLite.
ALTER TABLE activation ADD COLUMN purpose bigint NOT NULL DEFAULT 0;

ALTER TABLE package ADD COLUMN told bigint NOT NULL DEFAULT 101;
ALTER TABLE package ADD COLUMN plan bigint NOT NULL DEFAULT 0;

CREATE TABLE package_order (
  order_id      text NOT NULL PRIMARY KEY,
  credential_id uuid NOT NULL REFERENCES credential (id),
  package_id    uuid NOT NULL,
  count         bigint NOT NULL,
  created_at    bigint NOT NULL
);

CREATE TABLE signature_digest (
  seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  expires_at bigint NOT NULL,
  sha256     bigint,
  sha384     bigint,
  sha512     bigint,
  sha3_256   bigint,
  sha3_384   bigint,
  sha3_512   bigint
);

CREATE INDEX signature_digest_sha256 ON signature_digest (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX signature_digest_sha384 ON signature_digest (sha384) WHERE sha384 IS NOT NULL;
CREATE INDEX signature_digest_sha512 ON signature_digest (sha512) WHERE sha512 IS NOT NULL;
CREATE INDEX signature_digest_sha3_256 ON signature_digest (sha3_256) WHERE sha3_256 IS NOT NULL;
CREATE INDEX signature_digest_sha3_384 ON signature_digest (sha3_384) WHERE sha3_384 IS NOT NULL;
CREATE INDEX signature_digest_sha3_512 ON signature_digest (sha3_512) WHERE sha3_512 IS NOT NULL;

CREATE TABLE tls_login (
  signer_id uuid NOT NULL REFERENCES signer (id),
  day       bigint NOT NULL,
  count     bigint NOT NULL,
  PRIMARY KEY (signer_id, day)
);

CREATE TABLE organisation (
  id           uuid NOT NULL PRIMARY KEY REFERENCES signer (id),
  name         text NOT NULL,
  registration text,
  lei          text,
  vat          text,
  created_at   bigint NOT NULL,
  mac          bytea NOT NULL
);

ALTER TABLE profile ADD COLUMN organisation_id uuid;
ALTER TABLE profile ADD COLUMN ended_at bigint;

CREATE TABLE limited_credential (
  signer_id     uuid NOT NULL REFERENCES signer (id),
  credential_id uuid NOT NULL REFERENCES credential (id),
  PRIMARY KEY (signer_id, credential_id)
);
