-- A credential's policies, covered by link_mac from now on. A row made before has the defaults, which its old MAC
-- stands
-- for: extension 1 (nested), sad_reuse 0 (until exhausted), not metered.
ALTER TABLE credential ADD COLUMN extension INTEGER NOT NULL DEFAULT 1;
ALTER TABLE credential ADD COLUMN sad_reuse INTEGER NOT NULL DEFAULT 0;
ALTER TABLE credential ADD COLUMN metered INTEGER NOT NULL DEFAULT 0;

-- given: how many of the total came with a hash. authorised_at: when the signer authorised the first activation of the
-- chain. Both are covered by mac; 0 in rows made before, whose MAC does not know them. next_ordinal: where the next
-- occurrence of a long SCAL1 activation goes. Above 1,024 occurrences states is empty, and activation_segment has them.
ALTER TABLE activation ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activation ADD COLUMN authorised_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE activation ADD COLUMN next_ordinal INTEGER NOT NULL DEFAULT 0;

-- The bulk activations that are being filled, to count a signer's.
CREATE INDEX activation_staged ON activation (signer_id) WHERE state = 2;

-- The states of 4,096 occurrences, as in activation.states; no row where all are authorised.
CREATE TABLE activation_segment (
  activation_seq INTEGER NOT NULL REFERENCES activation (seq),
  segment        INTEGER NOT NULL,
  states         BLOB NOT NULL,
  PRIMARY KEY (activation_seq, segment)
) STRICT, WITHOUT ROWID;

-- What a bulk activation is being filled with, in the order of its ordinals, until it is closed. filled: every hash of
-- the chunk has its row in activation_hash. mac covers the activation's id, first, digest_length and hashes.
CREATE TABLE activation_chunk (
  activation_seq INTEGER NOT NULL REFERENCES activation (seq),
  first          INTEGER NOT NULL,
  count          INTEGER NOT NULL,
  digest_length  INTEGER NOT NULL,
  filled         INTEGER NOT NULL,
  mac            BLOB NOT NULL,
  hashes         BLOB NOT NULL,
  PRIMARY KEY (activation_seq, first)
) STRICT;

-- Transactions that were paid for. mac covers everything but state and remaining; a grant makes it anew.
CREATE TABLE package (
  id            BLOB NOT NULL PRIMARY KEY,
  credential_id BLOB NOT NULL REFERENCES credential (id),
  state         INTEGER NOT NULL,
  total         INTEGER NOT NULL,
  remaining     INTEGER NOT NULL CHECK (remaining >= 0),
  valid_from    INTEGER NOT NULL,
  valid_until   INTEGER NOT NULL,
  created_at    INTEGER NOT NULL,
  mac           BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX package_active ON package (credential_id) WHERE state = 0;

-- The package that a request in flight has taken from, so that what was lost with a dead process can be told.
ALTER TABLE reservation ADD COLUMN package_id BLOB;
