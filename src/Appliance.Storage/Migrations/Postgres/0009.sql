-- Authorisations that wait for the signer's word out of band: see the script of SQLite.
CREATE TABLE approval (
  id             uuid   NOT NULL PRIMARY KEY,
  handle         bytea  NOT NULL,
  link           bytea  NOT NULL,
  signer_id      uuid   NOT NULL,
  client_id      uuid   NOT NULL,
  credential_id  uuid   NOT NULL,
  activation_id  uuid   NOT NULL,
  scal           bigint NOT NULL,
  total          bigint NOT NULL,
  content        bytea  NOT NULL,
  created_at     bigint NOT NULL,
  expires_at     bigint NOT NULL,
  state          bigint NOT NULL,
  decided_at     bigint NOT NULL,
  ends_at        bigint NOT NULL,
  mac            bytea  NOT NULL
);

CREATE UNIQUE INDEX approval_handle ON approval (handle);
CREATE UNIQUE INDEX approval_link ON approval (link);
CREATE INDEX approval_signer ON approval (signer_id, created_at);
CREATE INDEX approval_decided ON approval (decided_at) WHERE decided_at > 0;
CREATE INDEX approval_ends ON approval (ends_at);
