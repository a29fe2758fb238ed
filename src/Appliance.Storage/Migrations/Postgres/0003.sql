-- Who may work the command line: see the script of SQLite.
CREATE TABLE admin (
  user_name  text NOT NULL PRIMARY KEY,
  roles      bigint NOT NULL,
  state      bigint NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  mac        bytea NOT NULL
);

-- The admin who did it; null for what callers and the node itself do.
ALTER TABLE audit ADD COLUMN actor text;
