-- Authorisations that wait for the signer's word out of band, and what became of them. handle and link are SHA-256 of
-- the random texts that the client and the signer hold. content is what is authorised: digests, the client's name, its
-- words. mac covers the whole row, state included: who can write the database can approve nothing, only remove.
-- Times are Unix milliseconds; 0 where there is none yet. A row is removed some time after ends_at, which is the end of
-- the waiting, or of the SAD that it led to.
CREATE TABLE approval (
  id             BLOB    NOT NULL PRIMARY KEY,
  handle         BLOB    NOT NULL,
  link           BLOB    NOT NULL,
  signer_id      BLOB    NOT NULL,
  client_id      BLOB    NOT NULL,
  credential_id  BLOB    NOT NULL,
  activation_id  BLOB    NOT NULL,
  scal           INTEGER NOT NULL,
  total          INTEGER NOT NULL,
  content        BLOB    NOT NULL,
  created_at     INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  state          INTEGER NOT NULL,
  decided_at     INTEGER NOT NULL,
  ends_at        INTEGER NOT NULL,
  mac            BLOB    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX approval_handle ON approval (handle);
CREATE UNIQUE INDEX approval_link ON approval (link);
CREATE INDEX approval_signer ON approval (signer_id, created_at);
CREATE INDEX approval_decided ON approval (decided_at) WHERE decided_at > 0;
CREATE INDEX approval_ends ON approval (ends_at);
