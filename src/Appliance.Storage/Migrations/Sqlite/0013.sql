-- How many time stamps a client may have on a day (UTC); -1: as the setting says, 0: no limit. Covered by mac unless it
-- is -1, as in rows made before.
ALTER TABLE client ADD COLUMN timestamps_per_day INTEGER NOT NULL DEFAULT -1;

-- How many it had. day: days since 1970-01-01.
CREATE TABLE timestamp_quota (
  client_id BLOB NOT NULL PRIMARY KEY REFERENCES client (id),
  day       INTEGER NOT NULL,
  used      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
