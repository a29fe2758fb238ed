-- What a signer must give to authorise, bits of the C# enum; covered by link_mac from now on. 1 (TOTP) in rows made
-- before, whose old MAC stands for it.
ALTER TABLE credential ADD COLUMN factors INTEGER NOT NULL DEFAULT 1;

-- Where a signer is reached. mac covers the whole row: who can write the database can still not have codes sent to
-- another telephone. Erasing a signer removes the row.
CREATE TABLE contact (
  signer_id BLOB NOT NULL PRIMARY KEY REFERENCES signer (id),
  email     TEXT,
  phone     TEXT,
  language  TEXT NOT NULL,
  mac       BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Messages to signers that wait to be delivered, written in the transaction that they tell of. payload is encrypted:
-- it holds links and codes.
CREATE TABLE notice (
  seq             INTEGER PRIMARY KEY,
  signer_id       BLOB NOT NULL,
  kind            INTEGER NOT NULL,
  channel         INTEGER NOT NULL,
  created_at      INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  attempts        INTEGER NOT NULL,
  payload         BLOB NOT NULL
) STRICT;

CREATE INDEX notice_signer ON notice (signer_id, seq);
