-- Private keys that the token does not keep: wrapped (RFC 5649) under the token's key of that CKA_ID. Both empty where
-- the token keeps the key. Covered by link_mac.
ALTER TABLE credential ADD COLUMN wrapping_key_id BLOB NOT NULL DEFAULT x'';
ALTER TABLE credential ADD COLUMN wrapped_key BLOB NOT NULL DEFAULT x'';
