-- Who delivers a message, and until when, and the id it keeps: see the script of SQLite.
ALTER TABLE notice ADD COLUMN id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000';
ALTER TABLE notice ADD COLUMN lease_owner uuid;
ALTER TABLE notice ADD COLUMN lease_until bigint NOT NULL DEFAULT 0;

CREATE INDEX notice_due ON notice (next_attempt_at);
