-- Private keys that the token does not keep: see the script of SQLite.
ALTER TABLE credential ADD COLUMN wrapping_key_id bytea NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN wrapped_key bytea NOT NULL DEFAULT '';
