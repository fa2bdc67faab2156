-- What has been run on this database, so that a changed or unknown migration stops the program.
CREATE TABLE IF NOT EXISTS schema_migration (
  component TEXT NOT NULL,        -- the folder that owns the tables, e.g. "agent/outbox"
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,         -- SHA-256 of the script, in hexadecimal
  applied_at INTEGER NOT NULL,    -- microseconds since 1970, UTC
  PRIMARY KEY (component, number)
) STRICT, WITHOUT ROWID;
