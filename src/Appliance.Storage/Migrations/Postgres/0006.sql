-- Applications that call in their own name, what they prove themselves with, and which credentials they may use: see
-- the script of SQLite.
CREATE TABLE client (
  id              uuid NOT NULL PRIMARY KEY,
  state           bigint NOT NULL,
  reach           bigint NOT NULL,
  organisation_id uuid REFERENCES signer (id),
  operations      bigint NOT NULL,
  rate            bigint NOT NULL,
  burst           bigint NOT NULL,
  concurrency     bigint NOT NULL,
  version         bigint NOT NULL,
  created_at      bigint NOT NULL,
  mac             bytea NOT NULL,
  name            text NOT NULL UNIQUE
);

CREATE TABLE client_secret (
  id          uuid NOT NULL PRIMARY KEY,
  client_id   uuid NOT NULL REFERENCES client (id),
  kind        bigint NOT NULL,
  state       bigint NOT NULL,
  valid_from  bigint NOT NULL,
  valid_until bigint NOT NULL,
  created_at  bigint NOT NULL,
  key_id      text NOT NULL,
  material    bytea NOT NULL,
  mac         bytea NOT NULL
);

CREATE INDEX client_secret_client ON client_secret (client_id, id);

CREATE TABLE client_credential (
  client_id     uuid NOT NULL REFERENCES client (id),
  credential_id uuid NOT NULL REFERENCES credential (id),
  created_at    bigint NOT NULL,
  mac           bytea NOT NULL,
  PRIMARY KEY (client_id, credential_id)
);

CREATE TABLE client_assertion (
  key        bytea NOT NULL PRIMARY KEY,
  expires_at bigint NOT NULL
);

CREATE INDEX client_assertion_expiry ON client_assertion (expires_at);

CREATE TABLE revocation (
  id    bigint PRIMARY KEY CHECK (id = 1),
  epoch bigint NOT NULL
);

INSERT INTO revocation (id, epoch) VALUES (1, 0);
