-- Work on many exceptions or postings at once, done in chunks of one commit each. The row moves with each chunk, so that after a crash the
-- same request (same caller, route and key) goes on behind the last chunk that was committed.
CREATE TABLE bulk_operation (
  operation_no INTEGER PRIMARY KEY,
  operation_id TEXT NOT NULL UNIQUE,  -- "o_…"
  caller TEXT NOT NULL,
  route TEXT NOT NULL,                -- with the path
  key TEXT NOT NULL,                  -- Idempotency-Key
  body_hash BLOB NOT NULL,            -- SHA-256
  request TEXT NOT NULL,              -- the body as it came
  position INTEGER NOT NULL,          -- number of the last row that was looked at
  upto INTEGER NOT NULL,              -- the selection is frozen: newer rows are not of it
  selected INTEGER NOT NULL,          -- rows when it began
  counts TEXT NOT NULL,               -- JSON: outcome → rows
  items TEXT NOT NULL,                -- JSON: the first ones that were looked at
  started_at INTEGER NOT NULL,        -- microseconds since 1970, UTC
  finished_at INTEGER                 -- NULL: not finished
) STRICT;
CREATE UNIQUE INDEX bulk_operation_unfinished ON bulk_operation (caller, route, key) WHERE finished_at IS NULL;
