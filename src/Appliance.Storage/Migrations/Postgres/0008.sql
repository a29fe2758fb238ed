-- Codes and links that were sent, and PINs: see the script of SQLite.
CREATE TABLE one_time_code (
  signer_id   uuid NOT NULL REFERENCES signer (id),
  purpose     bigint NOT NULL,
  subject     uuid NOT NULL,
  id          uuid NOT NULL,
  state       bigint NOT NULL,
  tries       bigint NOT NULL,
  sent_at     bigint NOT NULL,
  expires_at  bigint NOT NULL,
  resend_at   bigint NOT NULL,
  digest      bytea NOT NULL,
  destination bytea NOT NULL,
  mac         bytea NOT NULL,
  PRIMARY KEY (signer_id, purpose, subject)
);

CREATE INDEX one_time_code_over ON one_time_code (resend_at);

CREATE TABLE one_time_link (
  signer_id  uuid NOT NULL REFERENCES signer (id),
  purpose    bigint NOT NULL,
  subject    uuid NOT NULL,
  hash       bytea NOT NULL UNIQUE,
  state      bigint NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  mac        bytea NOT NULL,
  PRIMARY KEY (signer_id, purpose, subject)
);

CREATE INDEX one_time_link_over ON one_time_link (expires_at);

CREATE TABLE signer_pin (
  signer_id  uuid NOT NULL PRIMARY KEY REFERENCES signer (id),
  state      bigint NOT NULL,
  wrong      bigint NOT NULL,
  changed_at bigint NOT NULL,
  sealed     bytea NOT NULL,
  mac        bytea NOT NULL
);
