-- Who delivers a message, and until when, and the id it keeps: see the script of SQLite.
ALTER TABLE notice ADD COLUMN id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE notice ADD COLUMN lease_owner uuid;
ALTER TABLE notice ADD COLUMN lease_until bigint NOT NULL DEFAULT 0;

CREATE INDEX notice_due ON notice (next_attempt_at);

-- What a restricted signer was before (the number of the C# enum), so that the restriction can be lifted.
ALTER TABLE signer ADD COLUMN state_before bigint NOT NULL DEFAULT 0;

-- Of an erased signer's certificates: evidence of which they were, without the name in them.
CREATE TABLE certificate_digest (
  credential_id uuid NOT NULL REFERENCES credential (id),
  position      bigint NOT NULL,
  sha256        bytea NOT NULL,
  PRIMARY KEY (credential_id, position)
);
