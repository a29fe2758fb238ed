-- A credential's policies, covered by link_mac from now on. A row made before has the defaults, which its old MAC
-- stands
-- for: extension 1 (nested), sad_reuse 0 (until exhausted), not metered.
ALTER TABLE credential ADD COLUMN extension bigint NOT NULL DEFAULT 1;
ALTER TABLE credential ADD COLUMN sad_reuse bigint NOT NULL DEFAULT 0;
ALTER TABLE credential ADD COLUMN metered bigint NOT NULL DEFAULT 0;

-- given: how many of the total came with a hash. authorised_at: when the signer authorised the first activation of the
-- chain. Both are covered by mac; 0 in rows made before, whose MAC does not know them. next_ordinal: where the next
-- occurrence of a long SCAL1 activation goes. Above 1,024 occurrences states is empty, and activation_segment has them.
ALTER TABLE activation ADD COLUMN given bigint NOT NULL DEFAULT 0;
ALTER TABLE activation ADD COLUMN authorised_at bigint NOT NULL DEFAULT 0;
ALTER TABLE activation ADD COLUMN next_ordinal bigint NOT NULL DEFAULT 0;

-- The bulk activations that are being filled, to count a signer's.
CREATE INDEX activation_staged ON activation (signer_id) WHERE state = 2;

-- The states of 4,096 occurrences, as in activation.states; no row where all are authorised.
CREATE TABLE activation_segment (
  activation_seq bigint NOT NULL REFERENCES activation (seq),
  segment        bigint NOT NULL,
  states         bytea NOT NULL,
  PRIMARY KEY (activation_seq, segment)
);

-- What a bulk activation is being filled with, in the order of its ordinals, until it is closed. filled: every hash of
-- the chunk has its row in activation_hash. mac covers the activation's id, first, digest_length and hashes.
CREATE TABLE activation_chunk (
  activation_seq bigint NOT NULL REFERENCES activation (seq),
  first          bigint NOT NULL,
  count          bigint NOT NULL,
  digest_length  bigint NOT NULL,
  filled         bigint NOT NULL,
  mac            bytea NOT NULL,
  hashes         bytea NOT NULL,
  PRIMARY KEY (activation_seq, first)
);

-- Transactions that were paid for. mac covers everything but state and remaining; a grant makes it anew.
CREATE TABLE package (
  id            uuid NOT NULL PRIMARY KEY,
  credential_id uuid NOT NULL REFERENCES credential (id),
  state         bigint NOT NULL,
  total         bigint NOT NULL,
  remaining     bigint NOT NULL CHECK (remaining >= 0),
  valid_from    bigint NOT NULL,
  valid_until   bigint NOT NULL,
  created_at    bigint NOT NULL,
  mac           bytea NOT NULL
);

CREATE UNIQUE INDEX package_active ON package (credential_id) WHERE state = 0;

-- The package that a request in flight has taken from, so that what was lost with a dead process can be told.
ALTER TABLE reservation ADD COLUMN package_id uuid;
