-- What a signer must give to authorise, where it is reached, and what waits to be sent: see the script of SQLite.
ALTER TABLE credential ADD COLUMN factors bigint NOT NULL DEFAULT 1;

CREATE TABLE contact (
  signer_id uuid NOT NULL PRIMARY KEY REFERENCES signer (id),
  email     text,
  phone     text,
  language  text NOT NULL,
  mac       bytea NOT NULL
);

CREATE TABLE notice (
  seq             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  signer_id       uuid NOT NULL,
  kind            bigint NOT NULL,
  channel         bigint NOT NULL,
  created_at      bigint NOT NULL,
  next_attempt_at bigint NOT NULL,
  attempts        bigint NOT NULL,
  payload         bytea NOT NULL
);

CREATE INDEX notice_signer ON notice (signer_id, seq);
