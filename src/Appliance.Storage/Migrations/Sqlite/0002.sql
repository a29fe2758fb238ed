-- The results of requests that carry an id, kept so that they can be delivered again. key: the first 128 bits of
-- SHA-256 over signer, client and the request's id. fingerprint: over what was asked. request_id ties it to the audit
-- trail. mac covers all but state and expires_at, once there are signatures.
CREATE TABLE outcome (
  key         BLOB NOT NULL PRIMARY KEY,
  state       INTEGER NOT NULL,
  fingerprint BLOB NOT NULL,
  request_id  BLOB NOT NULL,
  expires_at  INTEGER NOT NULL,
  mac         BLOB NOT NULL,
  signatures  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX outcome_expiry ON outcome (expires_at);

-- The outcome that goes with the request; a restart finds it here and needs not look for those in flight.
ALTER TABLE reservation ADD COLUMN outcome_key BLOB;
