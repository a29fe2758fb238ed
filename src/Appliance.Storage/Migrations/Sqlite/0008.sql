-- A message to a signer is delivered by one node at a time, which says so here until then; and it has an id that stays
-- when it is sent again, so that who gets it twice can tell.
ALTER TABLE notice ADD COLUMN id BLOB NOT NULL DEFAULT x'00000000000000000000000000000000';
ALTER TABLE notice ADD COLUMN lease_owner BLOB;
ALTER TABLE notice ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;

CREATE INDEX notice_due ON notice (next_attempt_at);

-- What a restricted signer was before (the number of the C# enum), so that the restriction can be lifted.
ALTER TABLE signer ADD COLUMN state_before INTEGER NOT NULL DEFAULT 0;

-- Of an erased signer's certificates: evidence of which they were, without the name in them.
CREATE TABLE certificate_digest (
  credential_id BLOB NOT NULL REFERENCES credential (id),
  position      INTEGER NOT NULL,
  sha256        BLOB NOT NULL,
  PRIMARY KEY (credential_id, position)
) STRICT, WITHOUT ROWID;
