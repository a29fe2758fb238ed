-- Who may work the command line. roles holds the bits of the C# enum; mac covers the whole row, so that who can write
-- the database can still not make an admin. A removed admin keeps its row.
CREATE TABLE admin (
  user_name  TEXT NOT NULL PRIMARY KEY,
  roles      INTEGER NOT NULL,
  state      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  mac        BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The admin who did it; null for what callers and the node itself do.
ALTER TABLE audit ADD COLUMN actor TEXT;
