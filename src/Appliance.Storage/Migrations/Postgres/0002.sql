-- The results of requests that carry an id, kept so that they can be delivered again: see the script of SQLite.
CREATE TABLE outcome (
  key         bytea NOT NULL PRIMARY KEY,
  state       bigint NOT NULL,
  fingerprint bytea NOT NULL,
  request_id  uuid NOT NULL,
  expires_at  bigint NOT NULL,
  mac         bytea NOT NULL,
  signatures  bytea NOT NULL
);

CREATE INDEX outcome_expiry ON outcome (expires_at);

-- The outcome that goes with the request; a restart finds it here and needs not look for those in flight.
ALTER TABLE reservation ADD COLUMN outcome_key bytea;
