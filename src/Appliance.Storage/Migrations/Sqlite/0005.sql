-- What a reservation re-checks, apart from the long columns. A table without rowid keeps whole rows in all levels of
-- its
-- tree: with a million credentials a look-up by id goes through seven levels of it, and through three of these.
CREATE INDEX credential_check ON credential (id, state, version, not_before, not_after);
CREATE INDEX signer_check ON signer (id, state);
