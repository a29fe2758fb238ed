-- How many time stamps a client may have on a day, and how many it had: see the script of SQLite.
ALTER TABLE client ADD COLUMN timestamps_per_day bigint NOT NULL DEFAULT -1;

CREATE TABLE timestamp_quota (
  client_id uuid NOT NULL PRIMARY KEY REFERENCES client (id),
  day       bigint NOT NULL,
  used      bigint NOT NULL
);
