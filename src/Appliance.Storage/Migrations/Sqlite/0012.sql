-- The audit trail in chains. A record's seq is its chain's id times 2^32 plus its position, counted from 1, and its
-- hash is SHA-256 over the hash before it and the record. What was there before is chain 0: its records have no hash of
-- their own; the first seal covers them as one.
ALTER TABLE audit ADD COLUMN hash BLOB;

-- One row per run of a connection that wrote. length and head are there once it is closed; sealed names the seal that
-- covers it closed, and spares the next ones the look.
CREATE TABLE audit_chain (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  node        TEXT NOT NULL,
  incarnation INTEGER NOT NULL,
  lane        INTEGER NOT NULL,
  writer      INTEGER NOT NULL,
  opened_at   INTEGER NOT NULL,
  closed_at   INTEGER,
  length      INTEGER,
  head        BLOB,
  sealed      INTEGER
) STRICT;

CREATE INDEX audit_chain_unsealed ON audit_chain (id) WHERE sealed IS NULL;

INSERT INTO audit_chain (id, node, incarnation, lane, writer, opened_at, closed_at, length)
  SELECT 0, '', 0, 0, 0, min(at), max(at), max(seq) FROM audit HAVING count(*) > 0;

-- body: number, time, the hash of the seal before, and each chain's length and head. hash: SHA-256 of body, which
-- signature signs.
CREATE TABLE audit_seal (
  number    INTEGER PRIMARY KEY,
  at        INTEGER NOT NULL,
  body      BLOB NOT NULL,
  hash      BLOB NOT NULL,
  signature BLOB NOT NULL,
  timestamp BLOB
) STRICT;

-- Up to which position the records of a chain were removed, the hash of the last, and the seal that covers them.
CREATE TABLE audit_segment (
  chain      INTEGER PRIMARY KEY,
  last       INTEGER NOT NULL,
  head       BLOB NOT NULL,
  seal       INTEGER NOT NULL,
  removed_at INTEGER NOT NULL
) STRICT;

-- How far a continuous export came in each chain.
CREATE TABLE audit_cursor (
  sink     TEXT NOT NULL,
  chain    INTEGER NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (sink, chain)
) STRICT, WITHOUT ROWID;
